"""Timers: rows with a due time, claimed once, driven by the clock."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from bot.domain.clock import Clock
from bot.pipeline.protocols import Book, Timer

LOOK_EVERY = 1.0
"""Seconds between two looks for what is due."""

log = logging.getLogger(__name__)

Handler = Callable[[Timer], Awaitable[None]]


class Timers:
    """Does what is due. A timer whose handler fails is claimed again after a minute."""

    def __init__(self, book: Book, clock: Clock, owner: str) -> None:
        self._book = book
        self._clock = clock
        self._owner = owner
        self._handlers: dict[str, Handler] = {}
        self._woken = asyncio.Event()

    def on(self, kind: str, handler: Handler) -> None:
        """Have *handler* called for each timer of *kind*, at least once, when it is due."""
        self._handlers[kind] = handler

    def wake(self) -> None:
        """Look at once: something is due that was set just now."""
        self._woken.set()

    async def run(self) -> None:
        """Look for due timers for ever."""
        while True:
            try:
                await self.look()
            except Exception:
                log.exception("Timers could not be read; looking again in a second")
            await self._rest()

    async def look(self) -> None:
        """Do all that is due now."""
        due = await self._book.due(self._clock.now(), self._owner)
        await asyncio.gather(*(self._do(timer) for timer in due))

    async def _rest(self) -> None:
        """Wait until it is time to look again."""
        both = {
            asyncio.create_task(self._clock.sleep(LOOK_EVERY)),
            asyncio.create_task(self._wait()),
        }
        try:
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in both:
                one.cancel()
            await asyncio.gather(*both, return_exceptions=True)
        self._woken.clear()

    async def _wait(self) -> None:
        await self._woken.wait()

    async def _do(self, timer: Timer) -> None:
        handler = self._handlers.get(timer.kind)
        if handler is None:
            log.error("no handler for timers of kind %r", timer.kind)
            return
        try:
            await handler(timer)
        except Exception:
            log.exception("timer %s of kind %s failed", timer.key, timer.kind)
            return
        await self._book.done(timer)
