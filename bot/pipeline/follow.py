"""Watching a run from within the process: what the command line shows while it waits."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from typing import Protocol

from bot.domain.invocation import Invocation
from bot.domain.notice import Notice, RunCard
from bot.pipeline.recording import ENDED

KEPT = 1000
"""How many runs' last pictures are remembered for who comes late."""

LOOK_EVERY = 1.0
"""Seconds between two looks for what another process writes of a run."""


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


class Shelf(Protocol):
    """The part of `Book` that tells of one run."""

    async def get(self, invocation: str) -> Invocation | None:
        """See `Book.get`."""
        ...

    async def notice(self, invocation: str, slot: str) -> Notice | None:
        """See `Book.notice`."""
        ...


async def pictures(follow: Follow, shelf: Shelf, invocation: str) -> AsyncIterator[RunCard]:
    """Yield pictures of the run as they change; the last one when it has ended.

    What another process carries out is looked up in *shelf*; of its READ there is no picture.
    """
    seen: RunCard | None = None
    while seen is None or seen.state not in ENDED:
        ended = False
        if not follow.knows(invocation):
            stored, ended = await _stored(shelf, invocation)
            if stored is not None and stored != seen:
                seen = stored
                yield seen
            if ended and stored is not None:
                return
        # What a READ answers is in no store: where it ended just now, its picture is here.
        shown = await follow.after(invocation, seen, LOOK_EVERY)
        if shown is not None:
            seen = shown
            yield seen
        elif ended:
            return


async def _stored(shelf: Shelf, invocation: str) -> tuple[RunCard | None, bool]:
    """Return the picture of a run that another process carries out, and whether it is over."""
    found = await shelf.get(invocation)
    last = await shelf.notice(invocation, "card")
    ended = found is not None and found.state in ENDED
    return last if isinstance(last, RunCard) else None, ended
