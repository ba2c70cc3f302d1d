"""Watching a run from within the process: what the command line shows while it waits."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable

from bot.domain.notice import RunCard

KEPT = 1000
"""How many runs' last pictures are remembered for who comes late."""


class Follow:
    """Hands each new picture of a run to whoever watches it.

    *moved* is called with a run's picture when it is in another state than before.
    """

    def __init__(self, moved: Callable[[RunCard], None] | None = None) -> None:
        self._moved = moved
        self._last: OrderedDict[str, RunCard] = OrderedDict()
        self._changed = asyncio.Condition()

    async def tell(self, card: RunCard) -> None:
        """Show *card* to who watches its run."""
        before = self._last.get(card.invocation)
        if self._moved is not None and (before is None or before.state is not card.state):
            self._moved(card)
        async with self._changed:
            self._last[card.invocation] = card
            self._last.move_to_end(card.invocation)
            while len(self._last) > KEPT:
                self._last.popitem(last=False)
            self._changed.notify_all()

    def knows(self, invocation: str) -> bool:
        """Say whether a picture of *invocation* is remembered."""
        return invocation in self._last

    async def after(self, invocation: str, seen: RunCard | None, within: float) -> RunCard | None:
        """Return a picture of *invocation* other than *seen*; None if there is none so soon.

        *within* is in seconds.
        """
        async with self._changed:
            try:
                async with asyncio.timeout(within):
                    await self._changed.wait_for(
                        lambda: self._last.get(invocation) not in (None, seen)
                    )
            except TimeoutError:
                return None
            return self._last[invocation]
