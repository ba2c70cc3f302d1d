"""Times as people say them are understood and read back; what is not is named, with examples."""

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import Refused
from bot.pipeline.spoken_days import Dates, Days, EveryDay, Nth, Weekdays
from bot.pipeline.times import Unclear
from bot.pipeline.times_spoken import UNITS, Clock, Cron, Spoken, Step, parse
from bot.schedule.desk import heard
from bot.schedule.wall import trigger_of

NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)
ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Japan",
)

SAID = {
    "weekdays at 9:00 Europe/Berlin": "Every weekday at 09:00, Europe/Berlin.",
    "every weekday at 9": "Every weekday at 09:00, UTC.",
    "on weekdays at 9am": "Every weekday at 09:00, UTC.",
    "daily at noon": "Every day at 12:00, UTC.",
    "every day at midnight": "Every day at 00:00, UTC.",
    "at 17:30": "Every day at 17:30, UTC.",
    "at 9 on weekdays": "Every weekday at 09:00, UTC.",
    "Mondays and Thursdays at 9:00 and 17:30": "Monday and Thursday at 09:00 and 17:30, UTC.",
    "every mon, wed, fri at 8:15 PM": "Monday, Wednesday and Friday at 20:15, UTC.",
    "weekends at 10": "Weekends at 10:00, UTC.",
    "first Monday at 10": "First Monday at 10:00, UTC.",
    "the first and third Tuesday of the month at 10:00": "First and third Tuesday at 10:00, UTC.",
    "last Friday of every month at 5pm": "Last Friday at 17:00, UTC.",
    "first Monday at 10 in January, April, July and October": (
        "First Monday at 10:00 in January, April, July and October, UTC."
    ),
    "on the 1st and 15th at 6:00": "The 1st and 15th at 06:00, UTC.",
    "the last day of the month at 18:00": "The last day at 18:00, UTC.",
    "24 December at 8:00": "24 December at 08:00, UTC.",
    "29 Feb at noon": "29 February at 12:00, UTC.",
    "every 15 minutes": "Every 15 minutes, UTC.",
    "hourly": "Every hour, UTC.",
    "every 2 hours Europe/London": "Every 2 hours, Europe/London.",
    "cron 0 9 * * mon-fri": "Cron 0 9 * * mon-fri, UTC.",
    "weekdays at 9 Japan": "Every weekday at 09:00, Japan.",
    "weekdays at 9 W-SU": "Every weekday at 09:00, W-SU.",
    "every 24 December at 8": "24 December at 08:00, UTC.",
    "every last day of the month at 18:00": "The last day at 18:00, UTC.",
    "every second Monday of the month at 9": "Second Monday at 09:00, UTC.",
    "2 and 3 January at 9": "2 and 3 January at 09:00, UTC.",
    "9 January and July at 9am": "The 9th at 09:00 in January and July, UTC.",
    "daily at 9am and 17:30": "Every day at 09:00 and 17:30, UTC.",
}

ODD = {
    "": "Say when.",
    "tomorrow": "names no time of the day that I understand",
    "sometimes at 9": "I do not understand 'sometimes'",
    "weekdays at nine": "'nine' in 'weekdays at nine' is no time of the day.",
    "weekdays at 25:00": "'25:00' is a time that no clock shows.",
    "weekdays at 9:61": "'9:61' is a time that no clock shows.",
    "daily at 13pm": "'13pm' is a time that no clock shows.",
    "30 February at 9": "There is no 30 February.",
    "31 April at 9": "There is no 31 April.",
    "the 32nd at 9": "No month has a day 32.",
    "weekdays at 9:00 Europe/Berlim": "There is no time zone 'Europe/Berlim'.",
    "weekdays at 9:00 Europe/": "is no time of the day",
    "every 7 minutes": "Every 7 minutes does not come out even",
    "every 0 minutes": "does not come out even",
    "every 90 minutes": "does not come out even",
    "every second": "is more often than every 60 s.",
    "every 30 seconds": "is more often than every 60 s.",
    "cron * * *": "is not the five fields of cron",
    "cron 0 9 * * 1-5": "The weekday '1-5' is a number",
    "cron 0 99 * * *": "is not understood",
    "cron 0 9 30 2 *": "never comes",
    "first Monday and Tuesday at 9": "I do not understand 'monday'",
    "every month at 9": "I do not understand 'every month'",
    "every 2 days at 9": "says not from when it is counted",
    "every second day at 9": "says not from when it is counted",
    "every 12 at 9": "says not from when it is counted",
    "every second Monday at 9": "may mean one of each month, or of every so many weeks",
    "last 2 days at 9": "I do not understand 'days'",
    "2 January and 3 February at 9": "some days are of one month and some of another",
    "January 2 and February 3 at 9": "some days are of one month and some of another",
    "2 January at 9 in February": "some days are of one month and some of another",
    "daily at 9 and 10 pm": "'9' in 'daily at 9 and 10 pm' may be in the morning",
    "cron 0 9 13 * fri": "are read as *or* by some and as *and* by others",
    "cron 0 9 * * mon-fri/2": "are counted from Sunday by some",
    "cron 0 9 * * */2": "are counted from Sunday by some",
    "cron 0 9 * jan/2 *": "'jan/2' is not understood",
    "cron 0 9 * jan-3 *": "'jan-3' is not understood",
    "cron 0 9 last-3 * *": "'last-3' is not understood",
    "every 60 minutes": "is said shorter",
    "every 24 hours": "is said shorter",
    "weekdays at 9 right/Europe/Berlin": "There is no time zone 'right/Europe/Berlin'",
    "Monday at 9 sharp": "'sharp' in 'Monday at 9 sharp' is no time of the day",
}


@pytest.mark.parametrize("said", SAID)
def test_what_is_said_is_read_back(said: str) -> None:
    assert heard(said, "UTC", 60, NOW).sentence == SAID[said]


@pytest.mark.parametrize("said", ODD)
def test_what_cannot_be_is_named(said: str) -> None:
    with pytest.raises(Refused) as refused:
        heard(said, "UTC", 60, NOW)

    assert ODD[said] in str(refused.value)
    assert refused.value.fix


def test_a_zone_that_is_nearly_right_is_suggested() -> None:
    with pytest.raises(Unclear, match="Did you mean Europe/Berlin"):
        parse("weekdays at 9 Europe/Berlim")


def test_letters_for_a_zone_suggest_no_other_letters() -> None:
    with pytest.raises(Unclear, match=r"no time zone 'PST'[.] Name one like"):
        parse("weekdays at 9 PST")


@pytest.mark.parametrize(
    "said", ["weekdays at 9", "at 9 and 10:00", "cron 0 */2 * * mon", "every 2 hours", "hourly"]
)
def test_what_comes_each_hour_or_less_often_is_not_too_often_for_an_hour(said: str) -> None:
    assert heard(said, "UTC", 3600, NOW).sentence


@pytest.mark.parametrize(
    "said", ["at 9:00 and 9:30", "at 23:30 and 0:10", "cron 0,30 9 * * mon", "every 30 minutes"]
)
def test_what_comes_twice_within_an_hour_is_too_often_for_an_hour(said: str) -> None:
    with pytest.raises(Refused, match="is more often than every 3600 s"):
        heard(said, "UTC", 3600, NOW)


def some(low: int, high: int) -> st.SearchStrategy[tuple[int, ...]]:
    return st.sets(st.integers(low, high), min_size=1).map(lambda found: tuple(sorted(found)))


def last_at_the_end(days: tuple[int, ...]) -> Dates:
    return Dates(tuple(sorted(days, key=lambda d: d or 99)))


DAYS: st.SearchStrategy[Days] = st.one_of(
    st.just(EveryDay()),
    some(0, 6).map(Weekdays),
    st.builds(Nth, some(1, 6), st.integers(0, 6)),
    some(0, 28).map(last_at_the_end),
)
TIMES = st.sets(st.tuples(st.integers(0, 23), st.integers(0, 59)), min_size=1, max_size=5)
EVEN = [Step(n, unit) for unit, whole in UNITS.items() for n in range(1, whole) if whole % n == 0]
CLOCKS = st.builds(
    Clock, DAYS, TIMES.map(lambda t: tuple(sorted(t))), st.one_of(st.just(()), some(1, 12))
)
CRONS = st.sampled_from(["0 9 * * mon-fri", "*/5 8-18 * 1,7 *", "30 2 last * *"]).map(
    lambda fields: Cron(tuple(fields.split()))
)
SPOKEN = st.builds(Spoken, st.one_of(CLOCKS, st.sampled_from(EVEN), CRONS), st.sampled_from(ZONES))


@given(SPOKEN)
def test_what_is_read_back_means_the_same(spoken: Spoken) -> None:
    assert parse(spoken.canonical) == spoken


@given(SPOKEN)
def test_whatever_is_understood_comes(spoken: Spoken) -> None:
    assert trigger_of(spoken).after(NOW) is not None


@given(st.text(max_size=60))
def test_nothing_that_is_typed_breaks_it(text: str) -> None:
    said: Spoken | None = None
    with suppress(Unclear):
        said = parse(text)

    assert said is None or parse(said.canonical) == said
