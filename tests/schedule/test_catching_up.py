"""What went by while no bot was there is made up for, unless it is too old or not wanted late."""

from datetime import UTC, datetime, timedelta

from bot.domain.schedule import Late, Schedule
from bot.pipeline.times_spoken import parse
from bot.schedule.catching_up import Gap, earlier, gap_of, is_skipped
from bot.schedule.wall import trigger_of

NOW = datetime(2026, 11, 20, 12, 0, 5, tzinfo=UTC)
HALF_A_DAY = timedelta(hours=12)


def last_asked(ago: timedelta, late: Late = Late.SEND) -> Schedule:
    return Schedule(
        name="tick",
        operation="freeze.list",
        when="every hour UTC",
        zone="UTC",
        team="T0",
        owner="U0ADA",
        late=late,
        since=NOW - ago,
    )


def test_what_went_by_since_the_last_time_is_made_up_for_each_once() -> None:
    schedule = last_asked(timedelta(hours=3))

    gap = gap_of(schedule, NOW, HALF_A_DAY)

    missed = list(trigger_of(parse(schedule.when)).between(gap.since, NOW))
    assert [at.hour for at in missed] == [10, 11, 12]
    assert gap.given_up is None


def test_what_is_older_than_the_horizon_is_given_up() -> None:
    schedule = last_asked(timedelta(days=3))

    assert gap_of(schedule, NOW, HALF_A_DAY) == Gap(NOW - HALF_A_DAY, schedule.since)


def test_what_is_late_by_seconds_is_not_late() -> None:
    schedule = last_asked(timedelta(hours=3), Late.SKIP)

    due = [datetime(2026, 11, 20, hour, tzinfo=UTC) for hour in (10, 11, 12)]

    assert [is_skipped(schedule, at, NOW) for at in due] == [True, True, False]


def test_the_times_before_are_told_the_newest_first_and_one_of_each_day() -> None:
    trigger = trigger_of(parse("weekdays at 9 and 17:00 UTC"))

    found = list(earlier(trigger, datetime(2026, 11, 23, 9, tzinfo=UTC)))

    assert [f"{at:%a %d %H}" for at in found[:3]] == ["Fri 20 17", "Fri 20 09", "Thu 19 09"]


def test_what_may_be_late_is_never_skipped() -> None:
    assert not is_skipped(last_asked(timedelta(hours=3)), NOW - timedelta(hours=2), NOW)
