"""Nothing is lost and nothing doubled when clocks are set: nine changes, eleven expressions."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from apscheduler.job import Job
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.pipeline.times_spoken import parse
from bot.schedule.wall import trigger_of

CHANGES = (
    ("Europe/Berlin", date(2026, 3, 29)),
    ("Europe/Berlin", date(2026, 10, 25)),
    ("Europe/London", date(2026, 3, 29)),
    ("Europe/London", date(2026, 10, 25)),
    ("America/New_York", date(2026, 3, 8)),
    ("America/New_York", date(2026, 11, 1)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),
    ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("Europe/Berlin", date(2027, 3, 28)),
)
EXPRESSIONS = (
    "0 0 * * *",
    "30 0 * * *",
    "0 0 * * mon",
    "0 0 1 * *",
    "0 0 * * mon-fri",
    "30 2 * * *",
    "0 3 * * *",
    "15 1 * * *",
    "0 9 * * mon-fri",
    "0 * * * *",
    "*/15 * * * *",
)
BEFORE, AFTER = timedelta(days=9), timedelta(days=40)
QUARTER = timedelta(minutes=15)
"""All expressions are even to it."""


def wanted(expression: str, zone: str, since: datetime, until: datetime) -> list[datetime]:
    """Return when it should come, found quarter by quarter and by no arithmetic of ours."""
    minute, hour, day, _, weekday = expression.split()
    here, found, done = ZoneInfo(zone), set[datetime](), set[datetime]()
    every = range(0, 60, 15) if minute == "*/15" else (int(minute),)
    at, last = since, since.astimezone(here).replace(tzinfo=None) - QUARTER
    while at <= until:
        wall = at.astimezone(here).replace(tzinfo=None)
        # Where the clock was set forward, what it leaves out is looked at, too.
        left_out = int((wall - last) / QUARTER) - 1 if wall > last else 0
        shown = [wall - QUARTER * n for n in range(left_out, -1, -1)]
        for one in shown:
            fits = one.minute in every and hour in {"*", str(one.hour)}
            fits = fits and day in {"*", str(one.day)} and _on(weekday, one)
            again = one in done and hour != "*"
            if fits and not again:
                done.add(one)
                # What was left out comes as much later as the clock was set forward.
                found.add(at + (timedelta(0) if one == wall else _gap_shift(one, here, at)))
        last = wall
        at += QUARTER
    return sorted(moment for moment in found if since < moment <= until)


def _gap_shift(one: datetime, here: ZoneInfo, at: datetime) -> timedelta:
    """Return how long after *at*, the moment of the change, the left-out *one* comes."""
    before = (at - QUARTER).astimezone(here).utcoffset() or timedelta(0)
    return (one - before).replace(tzinfo=UTC) - at


def _on(weekday: str, one: datetime) -> bool:
    days = {"*": range(7), "mon": (0,), "mon-fri": range(5)}
    return one.weekday() in days[weekday]


def driven(expression: str, zone: str, since: datetime, until: datetime) -> list[datetime]:
    """Let APScheduler's own job say when it comes, as its scheduler asks for it."""
    trigger = trigger_of(parse(f"cron {expression} {zone}"))
    scheduler = AsyncIOScheduler(timezone=UTC)
    job = Job(
        scheduler,
        id="x",
        trigger=trigger,
        func=print,
        args=(),
        kwargs={},
        name="x",
        misfire_grace_time=None,
        coalesce=False,
        max_instances=1,
        executor="default",
        next_run_time=trigger.after(since),
    )
    found: list[datetime] = []
    now = since
    while now <= until:
        times: list[Any] = job._get_run_times(now)  # noqa: SLF001  What its scheduler does.
        found += times
        if times:
            job.next_run_time = trigger.get_next_fire_time(times[-1], now)
        now += timedelta(hours=7)
    return [at for at in found if at <= until]


@pytest.mark.parametrize(("zone", "day"), CHANGES)
@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_through_a_change_of_the_clock_nothing_is_lost_and_nothing_doubled(
    expression: str, zone: str, day: date
) -> None:
    change = datetime(day.year, day.month, day.day, tzinfo=UTC)
    since, until = change - BEFORE, change + AFTER

    found = list(trigger_of(parse(f"cron {expression} {zone}")).between(since, until))

    assert found == wanted(expression, zone, since, until)
    assert driven(expression, zone, since, until - timedelta(hours=7)) == [
        at for at in found if at <= until - timedelta(hours=7)
    ]


def test_a_time_that_is_left_out_comes_as_much_later() -> None:
    trigger = trigger_of(parse("daily at 2:30 Europe/Berlin"))

    assert list(trigger.between(utc(2026, 3, 28, 12), utc(2026, 3, 30, 12))) == [
        utc(2026, 3, 29, 1, 30),  # 03:30 on the wall.
        utc(2026, 3, 30, 0, 30),
    ]


def test_a_time_that_is_shown_twice_comes_once() -> None:
    trigger = trigger_of(parse("daily at 2:30 Europe/Berlin"))

    assert list(trigger.between(utc(2026, 10, 24, 12), utc(2026, 10, 26, 12))) == [
        utc(2026, 10, 25, 0, 30),
        utc(2026, 10, 26, 1, 30),
    ]


def test_of_two_times_around_the_end_of_a_repeated_hour_each_comes_once() -> None:
    trigger = trigger_of(parse("daily at 2:15 and 3:05 Europe/Berlin"))

    assert list(trigger.between(utc(2026, 10, 24, 12), utc(2026, 10, 25, 12))) == [
        utc(2026, 10, 25, 0, 15),
        utc(2026, 10, 25, 2, 5),
    ]


def test_what_comes_each_quarter_of_an_hour_goes_on_through_an_hour_that_is_repeated() -> None:
    trigger = trigger_of(parse("every 15 minutes Europe/Berlin"))

    found = list(trigger.between(utc(2026, 10, 24, 23), utc(2026, 10, 25, 3)))

    assert Counter(b - a for a, b in pairwise(found)) == {timedelta(minutes=15): 15}


def test_a_day_that_a_country_left_out_is_made_up_for_once() -> None:
    trigger = trigger_of(parse("daily at 9:00 Pacific/Apia"))

    found = list(trigger.between(utc(2011, 12, 29), utc(2012, 1, 2)))

    assert found == [
        utc(2011, 12, 29, 19),
        utc(2011, 12, 30, 19),
        utc(2011, 12, 31, 19),
        utc(2012, 1, 1, 19),
    ]


def test_weekdays_are_those_that_are_named() -> None:
    trigger = trigger_of(parse("cron 0 9 * * mon-fri"))

    found = list(trigger.between(utc(2026, 11, 16), utc(2026, 11, 23)))

    assert [f"{at:%a}" for at in found] == ["Mon", "Tue", "Wed", "Thu", "Fri"]


def utc(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)
