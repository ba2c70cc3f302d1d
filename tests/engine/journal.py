"""A run for tests: notes what began and ended, and holds or fails where it is told to."""

import asyncio
from collections.abc import Callable, Collection


class Journal:
    """Holds the runs named in *hold* until `release`, and fails those in *fail*."""

    def __init__(self, *, hold: Collection[str] = (), fail: Collection[str] = ()) -> None:
        self.begun: list[str] = []
        self.ended: list[str] = []
        self.cut: list[str] = []
        self.release = asyncio.Event()
        self.most = 0
        self._hold = hold
        self._fail = fail
        self._changed = asyncio.Condition()

    async def run(self, invocation: str) -> None:
        await self._note(self.begun, invocation)
        self.most = max(self.most, len(self.begun) - len(self.ended))
        if invocation in self._hold:
            await self._wait_for_release(invocation)
        if invocation in self._fail:
            raise ValueError(f"{invocation} knows ada@example.com")
        await self._note(self.ended, invocation)

    async def until_begun(self, *invocations: str) -> None:
        await self._until(lambda: set(invocations) <= set(self.begun))

    async def until_ended(self, *invocations: str) -> None:
        await self._until(lambda: set(invocations) <= set(self.ended))

    async def until_so_many_begun(self, count: int) -> None:
        await self._until(lambda: len(self.begun) >= count)

    async def _wait_for_release(self, invocation: str) -> None:
        try:
            await self.release.wait()
        except asyncio.CancelledError:
            self.cut.append(invocation)
            raise

    async def _until(self, reached: Callable[[], bool]) -> None:
        async with self._changed:
            await self._changed.wait_for(reached)

    async def _note(self, where: list[str], invocation: str) -> None:
        async with self._changed:
            where.append(invocation)
            self._changed.notify_all()
