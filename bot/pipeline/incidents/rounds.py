"""Whom to call by telephone, learnt while the pager answers, for when it does not."""

import logging
from collections.abc import Sequence

from bot.domain.clock import Clock
from bot.domain.errors import IntegrationError, RedbuttonError
from bot.domain.incident_plan import Contact
from bot.pipeline.incidents.desk import CONTACTS, IncidentDesk, contacts_of, relieved_of
from integrations.ports import Pager

EVERY = 300.0
"""Seconds between two rounds."""

log = logging.getLogger(__name__)


class Rounds:
    """Asks the pager again and again who is on call for what the plan names.

    Whoever is no longer the first to be woken is remembered as who handed over.
    """

    def __init__(self, desk: IncidentDesk, pager: Pager, clock: Clock) -> None:
        self._desk = desk
        self._pager = pager
        self._clock = clock

    async def run(self) -> None:
        """Make the round for ever."""
        while True:
            await self.once()
            await self._clock.sleep(EVERY)

    async def once(self) -> None:
        """Ask for each service; what cannot be had stays as it was."""
        plan = self._desk.plan
        told = (*(s.pager for s in plan.services), plan.pager, plan.fallback)
        for service in dict.fromkeys(s for s in told if s is not None):
            try:
                await self._learn(service)
            except (IntegrationError, RedbuttonError) as silent:
                log.warning("Who is on call for %s is not told: %s", service, silent)

    async def _learn(self, service: str) -> None:
        shifts = await self._pager.shifts(service)
        now = self._clock.now()
        known = {
            shift.who.name: Contact(shift.who.name, shift.who.phones, shift.level, now)
            for shift in reversed(shifts)
        }
        ordered = sorted(known.values(), key=lambda contact: contact.level)
        before = await self._desk.contacts(service)
        if before and _first(before) != _first(ordered):
            told = CONTACTS.dump_json(list(before)).decode()
            await self._desk.shelf.remember(relieved_of(service), told)
        body = CONTACTS.dump_json(ordered).decode()
        await self._desk.shelf.remember(contacts_of(service), body)


def _first(contacts: Sequence[Contact]) -> frozenset[str]:
    """Return who is woken first."""
    lowest = min((c.level for c in contacts), default=0)
    return frozenset(c.name for c in contacts if c.level == lowest)
