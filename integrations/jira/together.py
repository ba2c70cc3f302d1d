"""One piece of work for one key, whoever asks for it how often."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

T = TypeVar("T")
MOST = 1000


class Together(Generic[T]):
    """Remembers what was made for the newest keys, and what is being made.

    Whoever asks while it is being made waits for that; somebody who leaves ends nothing.
    """

    def __init__(self) -> None:
        self._running: dict[str, asyncio.Task[T]] = {}
        self._made: OrderedDict[str, T] = OrderedDict()

    def of(self, key: str) -> T | None:
        """Return what was made for *key*."""
        return self._made.get(key)

    def keep(self, key: str, made: T) -> T:
        """Remember that *made* is what *key* asked for."""
        self._made[key] = made
        while len(self._made) > MOST:
            self._made.popitem(last=False)
        return made

    async def once(self, key: str, make: Callable[[], Awaitable[T]]) -> T:
        """Return what *key* made, or make it. What fails is forgotten."""
        if (before := self.of(key)) is not None:
            return before
        task = self._running.get(key)
        if task is None:
            task = asyncio.create_task(self._make(key, make))
            self._running[key] = task
            task.add_done_callback(lambda done: self._done(key, done))
        return await asyncio.shield(task)

    async def settled(self, key: str) -> None:
        """Wait until nothing is being made for *key*."""
        if (task := self._running.get(key)) is not None:
            await asyncio.wait({task})

    async def _make(self, key: str, make: Callable[[], Awaitable[T]]) -> T:
        return self.keep(key, await make())

    def _done(self, key: str, task: "asyncio.Task[T]") -> None:
        self._running.pop(key, None)
        if not task.cancelled():
            # Whoever waited may be gone; nobody else asks for it.
            task.exception()
