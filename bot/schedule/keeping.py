"""Keeps the clock in step with the store, and tells the asker when a time has come."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.domain.clock import Clock
from bot.domain.schedule import Schedule
from bot.pipeline.schedule_shelf import ScheduleShelf
from bot.pipeline.times import Unclear
from bot.pipeline.times_spoken import parse
from bot.schedule.asking import Asker
from bot.schedule.catching_up import gap_of
from bot.schedule.clock import Ticking
from bot.schedule.desk import ScheduleDesk, Wishes
from bot.schedule.wall import WallTrigger, trigger_of

LOOK_EVERY = 2.0
"""Seconds between two looks at the store: so much later what another replica changed is known."""

log = logging.getLogger(__name__)


class Keeper:
    """Runs in every replica. *team* is the workspace, once known; *horizon* how far it looks back.

    What the settings tell, *wishes*, is written down as soon as the workspace is known.
    """

    def __init__(
        self,
        desk: ScheduleDesk,
        asker: Asker,
        shelf: ScheduleShelf,
        clock: Clock,
        *,
        wishes: Wishes,
        horizon: timedelta,
    ) -> None:
        self.desk = desk
        self._asker = asker
        self._shelf = shelf
        self._clock = clock
        self._wishes: Wishes | None = wishes
        self._horizon = horizon
        self._ticking = Ticking(self._come)
        self._held: dict[str, Schedule] = {}
        self._mark = ""
        self._woken = asyncio.Event()
        self.declared = asyncio.Event()
        """Set once what the settings tell is kept."""

    async def run(self, team: Callable[[], str | None]) -> None:
        """Keep time for ever; *team* says which workspace it is, once known."""
        self.desk.on_change = self._woken.set
        self._ticking.start()
        try:
            while True:
                try:
                    await self._look(team())
                except Exception:
                    log.exception("Schedules could not be read; looking again")
                await self._rest()
        finally:
            await self._ticking.close()

    async def _look(self, team: str | None) -> None:
        """Learn what has changed."""
        if team is not None and self._wishes is not None:
            await self.desk.declare(team, self._wishes)
            self._wishes = None
            self.declared.set()
        mark = await self._shelf.mark()
        if mark != self._mark:
            await self._learn({_id(one): one for one in await self._shelf.everywhere()})
            self._mark = mark
        self._ticking.look()

    async def _learn(self, found: dict[str, Schedule]) -> None:
        running = {of: one for of, one in found.items() if not one.paused}
        for of in self._held.keys() - running.keys():
            self._ticking.drop(of)
            del self._held[of]
        for of, schedule in running.items():
            held = self._held.get(of)
            # One that was ended and made anew begins to count its changes again.
            if held is None or (held.version, held.when) != (schedule.version, schedule.when):
                await self._put(of, schedule)

    async def _put(self, of: str, schedule: Schedule) -> None:
        try:
            trigger = trigger_of(parse(schedule.when))
        except Unclear as wrong:
            # Its zone may be gone with an update of the zones.
            await self.desk.pause(schedule.team, schedule.name, str(wrong))
            return
        gap = gap_of(schedule, self._clock.now(), self._horizon)
        if gap.given_up is not None:
            await self._give_up(schedule, trigger)
        self._held[of] = schedule
        self._ticking.put(of, trigger, gap.since)

    async def _give_up(self, schedule: Schedule, trigger: WallTrigger) -> None:
        """Note what went by too long ago to be made up for."""
        gap = gap_of(schedule, self._clock.now(), self._horizon)
        first = trigger.after(schedule.since)
        if first is not None and first <= gap.since:
            await self._asker.skip(schedule, gap.since, f"too old: since {first.isoformat()}")

    async def _come(self, of: str, at: datetime) -> None:
        schedule = self._held.get(of)
        if schedule is not None:
            await self._asker.come(schedule, at)

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(LOOK_EVERY):
                await self._woken.wait()
        except TimeoutError:
            return
        self._woken.clear()


def _id(schedule: Schedule) -> str:
    return f"{schedule.team}/{schedule.name}"
