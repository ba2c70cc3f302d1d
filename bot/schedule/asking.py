"""From a time that has come to an asking on the road; what comes of it is no concern of this room.

Each replica asks, under a key that the time alone makes: the first is heard, the others are
repeats. Where the store is silent it is asked again until it is written down.
"""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain, count
from zoneinfo import ZoneInfo

from bot.domain.clock import Clock
from bot.domain.errors import NotNow
from bot.domain.ids import new_id
from bot.domain.invocation import Origin, State, Surface
from bot.domain.record import Event, Stage
from bot.domain.schedule import Schedule
from bot.pipeline.answers import Answer, Asking, Refusal, Words
from bot.pipeline.protocols import Entry, Timer
from bot.pipeline.road import NOT_RECORDED
from bot.pipeline.runbook import surely
from bot.pipeline.schedule_shelf import ScheduleShelf
from bot.pipeline.times_spoken import parse
from bot.schedule.calendars import Calendars
from bot.schedule.catching_up import earlier, is_late, is_skipped
from bot.schedule.permission import Permission
from bot.schedule.places import Place, Places
from bot.schedule.telling import Telling
from bot.schedule.wall import trigger_of

Ask = Callable[[Asking], Awaitable[Answer]]

LIVE = "live"
"""The kind of the timers that say when what was posted is to be looked at again."""

_UNHEARD = frozenset({State.DENIED, State.INVALID, State.FAILED})
"""So stands what was asked for and told nobody anything."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Asked:
    """What was asked: the invocation, and the road's answer."""

    invocation: str
    answer: Answer


@dataclass(frozen=True)
class Asker:
    """Asks *road* for what a schedule says, or notes why it does not.

    Two looks for what is live are *apart*.
    """

    road: Ask
    shelf: ScheduleShelf
    places: Places
    calendars: Calendars
    telling: Telling
    permits: Permission
    clock: Clock
    apart: timedelta

    async def come(self, schedule: Schedule, at: datetime) -> None:
        """Do what is to be done now that the time *at* of *schedule* has come."""
        early = (at - self.clock.now()).total_seconds()
        if early > 0:
            # The database's clock is the one that counts, and this machine's is ahead of it.
            await self.clock.sleep(early)
        await surely(self.clock, lambda: self._come(schedule, at))

    async def ask(self, schedule: Schedule, key: str, origin: Origin) -> Asked:
        """Ask under *key*; raises NotNow where that could not be written down."""
        for attempt in count(1):
            mine = key if attempt == 1 else f"{key}#{attempt}"
            said = Words(schedule.params)
            answer = await self.road(Asking(mine, origin, schedule.operation, said))
            kept = await self.shelf.asked(schedule.team, mine)
            late = isinstance(answer, Refusal) and answer.code == NOT_RECORDED
            if kept is not None and not late:
                return Asked(kept[0], answer)
            if kept is None or kept[1] is not State.FAILED:
                raise NotNow("The store did not take what a schedule asked for.")
            # It was written down too late and taken back, so that its key is used up.
            log.warning("%s was taken back; asking anew", mine)
        raise AssertionError

    def origin(
        self,
        schedule: Schedule,
        *,
        late: str = "",
        ails: str = "",
        before: datetime | None = None,
        renews: str | None = None,
    ) -> Origin:
        """Return where *schedule* asks from: from nowhere but its owner where its place *ails*.

        What it finds is told in place of what the invocation *renews* had found.
        """
        return Origin(
            surface=Surface.SCHEDULE,
            team=schedule.team,
            user=schedule.name,
            channel=None if ails else schedule.channel,
            owner=schedule.owner,
            late=late,
            before=before,
            renews=renews,
        )

    async def _come(self, known: Schedule, at: datetime) -> None:
        schedule = await self.shelf.get(known.team, known.name)
        if schedule is None or schedule.paused or schedule.since >= at:
            # Removed or paused a moment ago, or another replica was first.
            return
        if schedule.when != known.when:
            # It has other times since a moment ago, which are told once that is learnt.
            return
        now = self.clock.now()
        why, late = await self._why_not(schedule, at, now), is_late(at, now)
        if (why or late) and await self.shelf.asked(schedule.team, schedule.key(at)):
            # A bot that died before it noted so has asked for it in time.
            why, late = "", False
        if why:
            await self.skip(schedule, at, why)
            return
        place = await self.places.look(schedule.team, schedule.channel)
        no = await self.permits.of_reader(schedule) if _is_for_one(schedule, place) else None
        if no is not None:
            await self.skip(schedule, at, f"owner: {no.message}")
            await self.telling.barred(schedule, no)
            return
        said = _late(schedule, at) if late else ""
        before = await self.before(schedule, at)
        origin = self.origin(schedule, late=said, ails=place.ails, before=before)
        asked = await self.ask(schedule, schedule.key(at), origin)
        told = {"key": schedule.key(at), "owner": schedule.owner, "operation": schedule.operation}
        if late:
            told["late"] = str((now - at) // timedelta(seconds=1))
        event = self._event(schedule, Stage.SCHEDULE_FIRED, at, told, asked.invocation)
        stays = schedule.live and not isinstance(asked.answer, Refusal)
        timers = (next_look(schedule, at, asked.invocation, now + self.apart),) if stays else ()
        await self.shelf.passed(schedule, at, Entry(events=(event,), timers=timers))
        await self.telling.after(schedule, asked.invocation, asked.answer, place)

    async def before(self, schedule: Schedule, at: datetime) -> datetime | None:
        """Return for which of its times before *at* it was last let ask; raises NotNow."""
        latest = [schedule.since] if schedule.since < at else []
        for one in chain(latest, earlier(trigger_of(parse(schedule.when)), at)):
            asked = await self.shelf.asked(schedule.team, schedule.key(one))
            if asked is not None and asked[1] not in _UNHEARD:
                return one
        return None

    async def _why_not(self, schedule: Schedule, at: datetime, now: datetime) -> str:
        """Say why nothing is asked for that was due *at*, or nothing; raises NotNow."""
        if schedule.snoozed is not None and at <= schedule.snoozed:
            return "snoozed"
        if is_skipped(schedule, at, now):
            return "late"
        return await self.calendars.rest(schedule, at)

    async def skip(self, schedule: Schedule, at: datetime, why: str) -> None:
        """Write down that nothing is asked for up to *at*, and *why*."""
        told = {"why": why, "owner": schedule.owner, "operation": schedule.operation}
        event = self._event(schedule, Stage.SCHEDULE_SKIPPED, at, told)
        await self.shelf.passed(schedule, at, Entry(events=(event,)))

    def _event(
        self,
        schedule: Schedule,
        stage: Stage,
        at: datetime,
        told: dict[str, str],
        invocation: str | None = None,
    ) -> Event:
        now = self.clock.now()
        return Event(
            id=new_id(now),
            at=now,
            stage=stage,
            team=schedule.team,
            invocation=invocation,
            actor=schedule.name,
            surface=Surface.SCHEDULE.value,
            channel=schedule.channel,
            operation=schedule.operation,
            detail={"due": at.isoformat(), **told},
        )


def next_look(schedule: Schedule, at: datetime, posted: str, due: datetime) -> Timer:
    """Return what says to look again at *due*: the invocation *posted* told what was due *at*."""
    told = {"team": schedule.team, "name": schedule.name, "at": at.isoformat(), "posted": posted}
    return Timer(LIVE, f"{schedule.team}/{schedule.key(at)}", due, told)


def _is_for_one(schedule: Schedule, place: Place) -> bool:
    """Say whether the owner of *schedule* alone is told what it finds."""
    return schedule.channel is None or bool(place.ails)


def _late(schedule: Schedule, at: datetime) -> str:
    return f", late: it was due {at.astimezone(ZoneInfo(schedule.zone)):%d %b %H:%M}"
