"""How digests count, compare and tell times, and which buttons they offer."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from commands.digest.remedies import press_of
from commands.digest.words import change, clock, span

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "before", "told"),
    [(5, 2, "+3"), (2, 4, "−2"), (4, 4, "same"), (2000, 0, "+2,000")],  # noqa: RUF001  A minus sign.
)
def test_a_number_is_told_with_its_change(now: int, before: int, told: str) -> None:
    assert change(now, before) == told


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (-5, "under a minute"),
        (59, "under a minute"),
        (14 * 60, "14 min"),
        (3600, "1 h"),
        (2 * 3600 + 300, "2 h 5 min"),
        (24 * 3600, "24 h"),
        (47 * 3600 + 1700, "47 h"),
        (3 * 86400, "3 d"),
    ],
)
def test_a_length_of_time_is_told_in_units_that_people_use(seconds: float, told: str) -> None:
    assert span(seconds) == told
    assert span(timedelta(seconds=seconds)) == told


def test_a_time_of_another_day_is_told_with_its_day_by_the_readers_clock() -> None:
    assert clock(NOW, NOW, BERLIN) == "04:00"
    assert clock(NOW - timedelta(hours=5), NOW, BERLIN) == "Thu 19 Nov 23:00"


def test_the_words_that_take_something_back_become_a_form_that_is_filled_in() -> None:
    press = press_of('/ops users.resume user=alan@example.com reason="It was he."', "Take it back")

    assert press is not None
    assert (press.operation, press.fill) == ("users.resume", True)
    assert press.params == {"user": "alan@example.com", "reason": "It was he."}


@pytest.mark.parametrize(
    "words",
    [
        '/ops users.resume user="unclosed',
        "/ops users.resume alan@example.com",
        "/ops users.resume code=***",
        f"/ops users.resume reason={'x' * 2000}",
    ],
)
def test_words_that_are_not_for_a_button_get_none(words: str) -> None:
    assert press_of(words, "Take it back") is None
