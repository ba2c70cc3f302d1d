"""Which incidents there are for somebody who is about to act, told in time or not at all."""

import asyncio
import logging
from collections.abc import Awaitable, Sequence
from typing import TypeVar

from bot.domain.errors import RedbuttonError
from bot.domain.incident import Incident
from bot.domain.incident_plan import Plan
from bot.domain.invocation import Origin
from bot.domain.ports import Incidents
from bot.pipeline.protocols import Directory

WITHIN = 0.3
"""Seconds. A form waits for it, and the right to open one lives for three."""

T = TypeVar("T")
_LOG = logging.getLogger(__name__)


class Looking:
    """Looks incidents up for who asks; what may not be seen by them is not there."""

    def __init__(self, incidents: Incidents, directory: Directory) -> None:
        self._incidents = incidents
        self._directory = directory

    @property
    def plan(self) -> Plan:
        """Return how incidents are met here."""
        return self._incidents.plan

    async def incident_here(self, origin: Origin) -> Incident | None:
        """Return the incident whose room the channel of *origin* is, or None; never raises."""
        if origin.channel is None or origin.channel.startswith("D"):
            return None
        return await _in_time(self._here(origin, origin.channel), None)

    async def open_incidents(self, origin: Origin) -> Sequence[Incident]:
        """Return the open incidents that who asks may see, the worst first; never raises."""
        return await _in_time(self._open(origin), ())

    async def _here(self, origin: Origin, channel: str) -> Incident:
        actor = await self._directory.actor(origin.team, origin.user)
        return await self._incidents.meant(f"<#{channel}>", actor, None)

    async def _open(self, origin: Origin) -> Sequence[Incident]:
        actor = await self._directory.actor(origin.team, origin.user)
        return await self._incidents.open(actor)


async def _in_time(look: Awaitable[T], otherwise: T) -> T:
    try:
        async with asyncio.timeout(WITHIN):
            return await look
    except (RedbuttonError, TimeoutError):
        return otherwise
    except Exception:  # noqa: BLE001  It only helps; without it people are asked instead.
        _LOG.exception("Incidents could not be looked up.")
        return otherwise
