"""Answers kept for a while, asked for once however many wait."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from bot.domain.clock import Clock
from bot.domain.errors import IntegrationError
from integrations.slack.errors import SlackRejected

T = TypeVar("T")
KEPT = 10_000


class Remembered(Generic[T]):
    """What *ask* answers, by key. *ages*: when to ask anew and until when an old answer serves.

    An old answer serves only while Slack is silent or slow, never after it said no.
    """

    def __init__(
        self, ask: Callable[[str], Awaitable[T]], clock: Clock, ages: tuple[float, float]
    ) -> None:
        self._ask = ask
        self._clock = clock
        self._max_age, self._stale_age = ages
        self._kept: OrderedDict[str, tuple[float, T]] = OrderedDict()
        self._asked: dict[str, asyncio.Task[T]] = {}
        self._tasks: set[asyncio.Task[T]] = set()

    def begin(self, key: str) -> asyncio.Task[T] | None:
        """Ask for *key* unless a fresh answer is kept or the question is on its way."""
        if self._younger_than(self._max_age, key) is not None:
            return None
        task = self._asked.get(key)
        if task is None:
            task = self._asked[key] = asyncio.create_task(self._fetch(key))
            self._tasks.add(task)
            task.add_done_callback(lambda done: self._finish(key, done))
        return task

    async def get(self, key: str, within: float) -> T:
        """Return the answer for *key*, waiting at most *within* seconds.

        Raises TimeoutError, or what asking raised, where no old answer may serve. Who gives up
        waiting does not stop the asking: the answer is there for the next.
        """
        task = self.begin(key)
        old = self._younger_than(self._stale_age, key)
        if task is not None:
            await asyncio.wait({task}, timeout=max(within, 0))
            if task.done() and (old is None or not _silent(task)):
                return task.result()
        if old is None:
            raise TimeoutError
        return old[1]

    def put(self, key: str, answer: T) -> None:
        """Keep *answer* as if it had just been asked for."""
        self._kept[key] = (self._clock.monotonic(), answer)
        self._kept.move_to_end(key)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)

    def forget(self, key: str) -> None:
        """Drop the answer for *key*, and one that is on its way: it may be from before."""
        self._kept.pop(key, None)
        self._asked.pop(key, None)

    def forget_all(self) -> None:
        """Drop every answer, and those that are on their way."""
        self._kept.clear()
        self._asked.clear()

    async def close(self) -> None:
        """End what is under way."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _fetch(self, key: str) -> T:
        answer = await self._ask(key)
        if self._asked.get(key) is asyncio.current_task():
            self.put(key, answer)
        return answer

    def _finish(self, key: str, done: asyncio.Task[T]) -> None:
        self._tasks.discard(done)
        if self._asked.get(key) is done:
            del self._asked[key]
        if not done.cancelled():
            done.exception()

    def _younger_than(self, age: float, key: str) -> tuple[float, T] | None:
        kept = self._kept.get(key)
        fresh = kept is not None and self._clock.monotonic() - kept[0] < age
        return kept if fresh else None


def _silent(task: asyncio.Task[T]) -> bool:
    """Say whether *task* ended without an answer that counts: neither a yes nor a no."""
    error = task.exception()
    return isinstance(error, IntegrationError) and not isinstance(error, SlackRejected)
