"""The watch over incidents: whatever must go on although nobody asks for it."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from bot.domain.clock import Clock
from bot.domain.errors import RedbuttonError
from bot.domain.incident import Incident, LimbState
from bot.pipeline.incidents.calls import unanswered
from bot.pipeline.incidents.desk import IncidentDesk
from bot.pipeline.incidents.faces import TICK
from bot.pipeline.incidents.leftovers import is_left
from bot.pipeline.incidents.reminding import next_due
from bot.pipeline.protocols import Book, Entry, Timer
from bot.pipeline.timers import Timers

LATER = "incident.later"
"""The kind of timer that the watch sets for itself; `TICK` is set by each change."""

SOON, CALM = timedelta(seconds=5), timedelta(seconds=60)
"""Between two looks: at what may change any second, and at what has not for long."""

GIVEN_UP = timedelta(days=1)
"""So long after its end nothing of an incident is looked for any more."""

RESTLESS = timedelta(minutes=30)
"""For so long after the press it is looked every few seconds."""

PENDING = frozenset({LimbState.PLANNED, LimbState.RUNNING, LimbState.UNKNOWN})

log = logging.getLogger(__name__)


class Duty(Protocol):
    """One thing that is looked after."""

    async def look(self, incident: Incident) -> Incident:
        """Do what is to be done for *incident* now, and return it as it stands then."""
        ...


class Watch:
    """Looks after an incident at each change of it, and again when something is due.

    Each duty may be done by several processes at once: what it does bears a key, and what it says
    is said once.
    """

    def __init__(
        self, desk: IncidentDesk, duties: Sequence[Duty], book: Book, clock: Clock
    ) -> None:
        self._desk = desk
        self._duties = duties
        self._book = book
        self._clock = clock

    def join(self, timers: Timers) -> None:
        """Look whenever a timer says so."""
        timers.on(TICK, self.tick)
        timers.on(LATER, self.tick)

    async def tick(self, timer: Timer) -> None:
        """Look once after the incident that *timer* names."""
        incident = await self._desk.shelf.get(timer.key)
        if incident is None:
            return
        uneasy = False
        for duty in self._duties:
            try:
                incident = await duty.look(incident)
            except RedbuttonError as error:
                uneasy = True
                log.warning("%s: %s", incident.short, error)
        at = self._again(incident, uneasy=uneasy)
        if at is not None:
            await self._book.write(None, Entry(timers=(Timer(LATER, incident.id, at),)))

    def _again(self, incident: Incident, *, uneasy: bool) -> datetime | None:
        """Return when to look again, or None where nothing more is to come."""
        now = self._clock.now()
        pace = SOON if now - incident.at < RESTLESS else CALM
        waits = any(limb.state in PENDING for limb in incident.limbs)
        awake = incident.is_open and any(unanswered(call) for call in incident.calls)
        open_ends = (
            waits or awake or uneasy or is_left(incident, now) or not self._is_dressed(incident)
        )
        since = incident.ended_at or incident.resolved_at
        over = since is not None and now - since > GIVEN_UP
        soon = now + pace if open_ends and not over else None
        later = next_due(incident, self._desk.plan, now)
        return min((at for at in (soon, later) if at is not None), default=None)

    def _is_dressed(self, incident: Incident) -> bool:
        return incident.room is None or not incident.room_open or bool(incident.dressed)
