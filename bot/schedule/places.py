"""Where what a schedule finds is told, as far as Slack says what ails the place."""

import asyncio
from dataclasses import dataclass

from bot.domain.clock import Clock
from bot.domain.errors import IntegrationError, Rejected
from bot.pipeline.protocols import Directory
from integrations.ports import Chat

FRESH = 60.0
"""Seconds for which what Slack said of a channel counts."""

WITHIN = 2.0
"""Seconds that Slack gets to say it; nothing waits longer for that."""


@dataclass(frozen=True)
class Place:
    """A channel; *ails* is why nothing can be told there, *closed* that it is archived.

    *name* is what everybody may call it, empty where not everybody may know it.
    """

    ails: str = ""
    closed: bool = False
    name: str = ""


FINE = Place()


class Places:
    """Asks Slack about channels, each at most once a minute. What it does not tell is fine."""

    def __init__(self, chat: Chat, directory: Directory, clock: Clock) -> None:
        self._chat = chat
        self._directory = directory
        self._clock = clock
        self._known: dict[str, tuple[float, Place]] = {}

    async def look(self, team: str, channel: str | None, *, fresh: bool = False) -> Place:
        """Return what is known of *channel*; *fresh*, as of now."""
        if channel is None:
            return FINE
        now, known = self._clock.monotonic(), self._known.get(channel)
        if known is not None and not fresh and now - known[0] < FRESH:
            return known[1]
        try:
            async with asyncio.timeout(WITHIN):
                place = await self._ask(team, channel)
        except (IntegrationError, TimeoutError):
            return FINE
        self._known[channel] = (now, place)
        return place

    async def _ask(self, team: str, channel: str) -> Place:
        try:
            room = await self._chat.room(channel)
        except Rejected as no:
            return Place(f"The channel cannot be used: {no.message}")
        if room.archived:
            return Place(f"The channel #{room.name} is archived.", closed=True)
        if (await self._directory.channel(team, channel)).shared:
            return Place(
                f"The channel #{room.name} is seen by people of other organisations, or the app is "
                "not in it."
            )
        return Place(name="" if room.private else f"#{room.name}")
