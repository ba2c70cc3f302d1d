"""Timers: rows with a due time, claimed once, driven by the clock."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from bot.domain.clock import Clock
from bot.pipeline.outcomes import whence
from bot.pipeline.protocols import Book, Timer

LOOK_EVERY = 1.0
"""Seconds between two looks for what is due."""

AT_ONCE = 500
"""Timers that are in hand at once; what is due beyond them waits until some have ended."""

CLAIMED = 100
"""Timers that are claimed by one look."""

log = logging.getLogger(__name__)

Handler = Callable[[Timer], Awaitable[None]]


class Timers:
    """Does what is due. A timer whose handler fails is claimed again after a minute.

    One that takes long keeps no other waiting; only the same timer, set anew meanwhile, waits.
    """

    def __init__(self, book: Book, clock: Clock, owner: str) -> None:
        self._book = book
        self._clock = clock
        self._owner = owner
        self._handlers: dict[str, Handler] = {}
        self._woken = asyncio.Event()
        self._going: set[asyncio.Task[None]] = set()
        self._last: dict[tuple[str, str], tuple[Timer, asyncio.Task[None]]] = {}
        """By kind and key: what was begun last, while it goes on."""

    def on(self, kind: str, handler: Handler) -> None:
        """Have *handler* called for each timer of *kind*, at least once, when it is due."""
        self._handlers[kind] = handler

    def wake(self) -> None:
        """Look at once: something is due that was set just now."""
        self._woken.set()

    async def run(self) -> None:
        """Look for due timers for ever; what is in hand at the end is cut off."""
        try:
            while True:
                try:
                    await self._begin()
                except Exception:
                    log.exception("Timers could not be read; looking again in a second")
                await self._rest()
        finally:
            for task in self._going:
                task.cancel()
            await asyncio.gather(*self._going, return_exceptions=True)

    async def look(self) -> None:
        """Do all that is due now."""
        await asyncio.gather(*await self._begin())

    async def _begin(self) -> list[asyncio.Task[None]]:
        """Begin all that is due now and not in hand."""
        room = min(AT_ONCE - len(self._going), CLAIMED)
        if room <= 0:
            return []
        due = await self._book.due(self._clock.now(), self._owner, room)
        return [self._start(timer) for timer in due if not self._in_hand(timer)]

    def _in_hand(self, timer: Timer) -> bool:
        """Say whether *timer* goes on still: its claim has grown old over it."""
        last = self._last.get((timer.kind, timer.key))
        return last is not None and last[0].due == timer.due

    def _start(self, timer: Timer) -> asyncio.Task[None]:
        name = (timer.kind, timer.key)
        before = self._last.get(name)
        task = asyncio.create_task(self._in_turn(timer, before[1] if before else None))
        self._last[name] = (timer, task)
        self._going.add(task)

        def ended(task: asyncio.Task[None]) -> None:
            self._going.discard(task)
            last = self._last.get(name)
            if last is not None and last[1] is task:
                del self._last[name]

        task.add_done_callback(ended)
        return task

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

    async def _in_turn(self, timer: Timer, before: asyncio.Task[None] | None) -> None:
        if before is not None:
            await asyncio.wait({before})
        try:
            await self._do(timer)
        except Exception as error:  # noqa: BLE001  Whatever it is, it is tried again in a minute.
            log.error("timer %s of kind %s failed: %s", timer.key, timer.kind, whence(error))  # noqa: TRY400  See `whence`.

    async def _do(self, timer: Timer) -> None:
        handler = self._handlers.get(timer.kind)
        if handler is None:
            log.error("no handler for timers of kind %r", timer.kind)
            return
        await handler(timer)
        await self._book.done(timer)
