"""A date in a message is told as Slack tells it: by the clock of whoever reads."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from playground.page.times import by_the_clock
from playground.page.words import mrkdwn
from tests.playground.test_kit import MESSAGE, drawn
from tests.playground.test_words_of_page import names, read


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        ("Europe/Berlin", "until Feb 18, 2014 15:39"),
        ("America/New_York", "until Feb 18, 2014 09:39"),
        ("Asia/Tokyo", "until Feb 18, 2014 23:39"),
        ("No/Where", "until 18 Feb, 15:39"),
    ],
)
def test_a_date_is_told_by_the_readers_own_clock(zone: str, words: str) -> None:
    text = "until <!date^1392734382^{date_short_pretty} {time}^https://a.example|18 Feb, 15:39>"
    section = {"type": "section", "text": {"type": "mrkdwn", "text": text}}

    assert read(mrkdwn(text, names, zone)).words == words
    assert drawn(section, place=replace(MESSAGE, zone=zone)).words.strip() == words


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ("{date_num}", "2014-02-18"),
        ("{date}", "February 18th, 2014"),
        ("{date_long} at {time_secs}", "Tuesday, February 18th, 2014 at 15:39:42"),
        ("{date_pretty}", "Today"),
        ("before {date_long_pretty}", "before today"),
        ("{ago}", ""),
        ("soon", ""),
    ],
)
def test_a_date_has_the_form_that_it_asks_for(form: str, words: str) -> None:
    now = datetime(2014, 2, 18, 12, tzinfo=UTC)

    assert by_the_clock("1392734382", form, "Europe/Berlin", now) == words


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (16, "Feb 18, 2014"),
        (17, "Tomorrow"),
        (18, "Today"),
        (19, "Yesterday"),
        (20, "Feb 18, 2014"),
    ],
)
def test_a_day_near_today_is_a_word(day: int, words: str) -> None:
    now = datetime(2014, 2, day, 12, tzinfo=UTC)

    assert by_the_clock("1392734382", "{date_short_pretty}", "Europe/Berlin", now) == words


@pytest.mark.parametrize("seconds", ["", "-1", "soon", "9" * 12, "9" * 400, "٣"])
def test_a_time_that_is_none_is_told_by_its_fallback(seconds: str) -> None:
    text = f"<!date^{seconds}^{{time}}|some day>"

    assert read(mrkdwn(text, names, "Europe/Berlin")).words == "some day"
