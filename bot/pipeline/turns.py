"""One after the other, where several at once would only be in each other's way."""

import asyncio
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary

from bot.domain.errors import NotNow


class Turns:
    """Turns within this process, by key; who waits longer than *within* seconds gives up."""

    def __init__(self, within: float) -> None:
        self._within = within
        self._locks: WeakValueDictionary[Hashable, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def turn(self, key: Hashable) -> AsyncIterator[None]:
        """Wait until nobody else has the turn of *key*, and have it. Raises NotNow."""
        lock = self._locks.setdefault(key, asyncio.Lock())
        try:
            await asyncio.wait_for(lock.acquire(), self._within)
        except TimeoutError:
            raise NotNow("Too many ask for this at once.", fix="Ask again in a moment.") from None
        try:
            yield
        finally:
            lock.release()
