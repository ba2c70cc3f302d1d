"""People with the rosters that they are on call for now, which is asked of the pager."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace

from typing_extensions import override

from bot.domain.actor import Actor
from bot.domain.clock import Clock
from bot.domain.decision import Channel
from bot.pipeline.protocols import Directory
from integrations.ports import Rota

FRESH = 60.0
"""Seconds for which an answer of the pager counts as of now."""

EVERY = 30.0
"""Seconds between two askings, so that hardly anybody waits for one."""

WITHIN = 0.3
"""Seconds that somebody waits for the pager where its last answer is no longer fresh."""

log = logging.getLogger(__name__)


class OnCallDirectory(Directory):
    """Implements `Directory` over *directory*: it adds who is on call by *pager*.

    While the pager does not answer, its last answer serves until it is *stale* seconds old; after
    that nobody is on call.
    """

    def __init__(self, directory: Directory, pager: Rota, clock: Clock, stale: float) -> None:
        self._directory = directory
        self._pager = pager
        self._clock = clock
        self._stale = stale
        self._told: tuple[float, Mapping[str, frozenset[str]]] | None = None
        self._asking: asyncio.Task[None] | None = None

    @override
    async def actor(self, team: str, user: str) -> Actor:
        """See `Directory.actor`."""
        return _with(await self._directory.actor(team, user), await self._now())

    @override
    async def people(self, team: str) -> Sequence[Actor]:
        """See `Directory.people`."""
        on_call = await self._now()
        return [_with(actor, on_call) for actor in await self._directory.people(team)]

    @override
    async def channel(self, team: str, channel: str) -> Channel:
        """See `Directory.channel`."""
        return await self._directory.channel(team, channel)

    async def run(self) -> None:
        """Ask the pager again and again."""
        while True:
            self._begin()
            await self._clock.sleep(EVERY)

    async def close(self) -> None:
        """End what is under way."""
        if isinstance(self._directory, OnCallDirectory):
            await self._directory.close()
        if self._asking is not None:
            self._asking.cancel()
            await asyncio.gather(self._asking, return_exceptions=True)

    async def _now(self) -> Mapping[str, frozenset[str]]:
        if self._age() >= FRESH:
            await asyncio.wait({self._begin()}, timeout=WITHIN)
        return self._told[1] if self._told is not None and self._age() < self._stale else {}

    def _age(self) -> float:
        return self._clock.monotonic() - self._told[0] if self._told else float("inf")

    def _begin(self) -> asyncio.Task[None]:
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._ask())
        return self._asking

    async def _ask(self) -> None:
        asked = self._clock.monotonic()
        try:
            self._told = (asked, await self._pager.on_call())
        except Exception as error:  # noqa: BLE001  Whatever it is, nobody is let do more by it.
            log.warning("The pager does not tell who is on call: %s", error)


def _with(actor: Actor, on_call: Mapping[str, frozenset[str]]) -> Actor:
    """Return *actor* with the rosters; the ids of a roster are those of our own people."""
    names = frozenset(name for name, people in on_call.items() if actor.id in people)
    return replace(actor, on_call=actor.on_call | names) if names and not actor.external else actor
