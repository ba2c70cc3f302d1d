"""Times on a clock on the wall, through every change of that clock.

A time in an hour that is left out comes as much later; one in an hour that is repeated comes once,
the first time. What comes at least each hour goes on through a repeated hour, or it would stand
still in it. APScheduler's own trigger loses midnights where clocks change; so it is asked for times
as if there were no zones, and zones are put to them here.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger
from typing_extensions import override

from bot.pipeline.times import Unclear
from bot.pipeline.times_spoken import Fields, Spoken, Step

NEAR = timedelta(hours=3)
"""Farther than this no clock is set at once, but for whole days that were left out."""

FOREVER = timedelta(days=9 * 366)
"""Within so long even 29 February comes."""

_TICK = timedelta(microseconds=1)


class WallTrigger(BaseTrigger):
    """Comes whenever one of *fields* is met on the wall of *zone*; see `Spoken`."""

    __slots__ = ("_crons", "_goes_on", "_zone")

    def __init__(self, fields: Sequence[Fields], zone: str, *, goes_on: bool = False) -> None:
        self._crons = [CronTrigger(**one, timezone=UTC) for one in fields]
        self._zone = ZoneInfo(zone)
        self._goes_on = goes_on

    @override
    def get_next_fire_time(
        self, previous_fire_time: datetime | None, now: datetime
    ) -> datetime | None:
        """See APScheduler's `BaseTrigger`."""
        return self.after(previous_fire_time or now - _TICK)

    def after(self, moment: datetime) -> datetime | None:
        """Return the first time after *moment*, in UTC, or None where there is none."""
        moment = moment.astimezone(UTC)
        wall = self._wall(moment)
        soon = self._next(wall + _TICK)
        if soon is None:
            return None
        instant = self._instants(soon)[0]
        near = (moment - NEAR, moment, instant - NEAR, instant, instant + NEAR)
        offsets = [self._offset(one) for one in near]
        if len({*offsets[:2]}) == len({*offsets[2:]}) == 1:
            return instant
        return self._first(moment, wall, max(offsets) - min(offsets))

    def between(self, since: datetime, until: datetime) -> Iterator[datetime]:
        """Yield the times after *since* up to *until*, in UTC."""
        at = self.after(since)
        while at is not None and at <= until:
            yield at
            at = self.after(at)

    def _first(self, moment: datetime, wall: datetime, change: timedelta) -> datetime | None:
        """Return the first time after *moment* where a *change* of the clock is near."""
        found: datetime | None = None
        soon = self._next(wall - change)
        while soon is not None and (found is None or soon <= self._wall(found) + change):
            for instant in self._instants(soon):
                if instant > moment and (found is None or instant < found):
                    found = instant
            soon = self._next(soon + _TICK)
        return found

    def _next(self, wall: datetime) -> datetime | None:
        """Return the first time on the wall from *wall* on, as if there were no zones."""
        here = wall.replace(tzinfo=UTC)
        found = [one.get_next_fire_time(None, here) for one in self._crons]
        return min((at.replace(tzinfo=None) for at in found if at is not None), default=None)

    def _instants(self, wall: datetime) -> tuple[datetime, ...]:
        """Return when *wall* is shown; what is left out is shown as much later."""
        first = wall.replace(tzinfo=self._zone).astimezone(UTC)
        again = wall.replace(tzinfo=self._zone, fold=1).astimezone(UTC)
        return (first, again) if self._goes_on and again > first else (first,)

    def _wall(self, instant: datetime) -> datetime:
        return instant.astimezone(self._zone).replace(tzinfo=None)

    def _offset(self, instant: datetime) -> timedelta:
        return instant.astimezone(self._zone).utcoffset() or timedelta(0)


def trigger_of(spoken: Spoken) -> WallTrigger:
    """Return what *spoken* means; raise Unclear where it is no time at all."""
    try:
        return WallTrigger(spoken.fields, spoken.zone, goes_on=spoken.goes_on)
    except ValueError as wrong:
        raise Unclear(
            f"{spoken.words!r} is not understood: {wrong}. For example: `cron 0 9 * * mon-fri`."
        ) from None


def is_oftener(spoken: Spoken, least: timedelta) -> bool:
    """Say whether two of its times may be less than *least* apart on the wall."""
    if spoken.shortest >= least.total_seconds() or isinstance(spoken.what, Step):
        return spoken.shortest < least.total_seconds()
    start = datetime(2001, 1, 1, tzinfo=UTC)
    fields = ({name: one[name] for name in ("minute", "hour")} for one in spoken.fields)
    trigger = WallTrigger(list(fields), "UTC")
    first = trigger.after(start - _TICK) or start
    # Once round the clock, and to the first time of the next day.
    times = trigger.between(start - _TICK, first + timedelta(days=1))
    return any(after - before < least for before, after in pairwise(times))


def see_possible(spoken: Spoken, now: datetime) -> None:
    """Raise Unclear where *spoken* never comes."""
    here = now.astimezone(UTC)
    ends = [CronTrigger(**one, timezone=UTC, end_date=here + FOREVER) for one in spoken.fields]
    if all(one.get_next_fire_time(None, here) is None for one in ends):
        raise Unclear(
            f"{spoken.words!r} never comes: no month has such a day. "
            "Take a day that there is, or `the last day`."
        )
