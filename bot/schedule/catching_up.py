"""Times that went by while no bot was there: which are made up for, and which are too old."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from bot.domain.schedule import Late, Schedule
from bot.schedule.wall import WallTrigger

PROMPT = timedelta(seconds=60)
"""What is asked for within this time is not late."""

LOOKED_BACK = 31
"""Days in which the time before is looked for: no digest looks back farther."""

_DAY = timedelta(days=1)
_ENOUGH = 100


@dataclass(frozen=True)
class Gap:
    """What is to be made up for begins after *since*.

    What came before it, since *given_up*, is too old; None where nothing is.
    """

    since: datetime
    given_up: datetime | None = None


def gap_of(schedule: Schedule, now: datetime, horizon: timedelta) -> Gap:
    """Say from when on the times of *schedule* are still to be asked for, *now*."""
    oldest = now - horizon
    if schedule.since >= oldest:
        return Gap(schedule.since)
    return Gap(oldest, schedule.since)


def earlier(trigger: WallTrigger, at: datetime) -> Iterator[datetime]:
    """Yield the last time of each day before *at*, counted back from it, the newest day first."""
    for back in range(LOOKED_BACK):
        end = at - back * _DAY
        times = islice(trigger.between(end - _DAY, end), _ENOUGH)
        if found := [one for one in times if one < at]:
            yield found[-1]


def is_late(at: datetime, now: datetime) -> bool:
    """Say whether what was due *at* is late *now*."""
    return now - at > PROMPT


def is_skipped(schedule: Schedule, at: datetime, now: datetime) -> bool:
    """Say whether *schedule* does not want to be late with what was due *at*."""
    return schedule.late is Late.SKIP and is_late(at, now)
