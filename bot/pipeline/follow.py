"""Watching a run from within the process: what the command line shows while it waits."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator

from bot.domain.notice import RunCard
from bot.pipeline.recording import ENDED

KEPT = 1000
"""How many runs' last pictures are remembered for who comes late."""


class Follow:
    """Hands each new picture of a run to whoever watches it."""

    def __init__(self) -> None:
        self._last: OrderedDict[str, RunCard] = OrderedDict()
        self._changed = asyncio.Condition()

    async def tell(self, card: RunCard) -> None:
        """Show *card* to who watches its run."""
        async with self._changed:
            self._last[card.invocation] = card
            self._last.move_to_end(card.invocation)
            while len(self._last) > KEPT:
                self._last.popitem(last=False)
            self._changed.notify_all()

    def knows(self, invocation: str) -> bool:
        """Say whether a picture of *invocation* is remembered."""
        return invocation in self._last

    async def watch(self, invocation: str) -> AsyncIterator[RunCard]:
        """Yield pictures of *invocation* as they change, the last one when it has ended."""
        seen: RunCard | None = None
        while seen is None or seen.state not in ENDED:
            seen = await self._after(invocation, seen)
            yield seen

    async def _after(self, invocation: str, seen: RunCard | None) -> RunCard:
        """Wait for a picture of *invocation* other than *seen*."""
        async with self._changed:
            await self._changed.wait_for(lambda: self._last.get(invocation) not in (None, seen))
            return self._last[invocation]
