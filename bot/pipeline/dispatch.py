"""What is accepted goes on.

READs at once, everything else through the engine; a sweep finds what a crash left out.
"""

import asyncio
import logging
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from bot.domain.catalogue import Catalogue
from bot.domain.clock import Clock
from bot.domain.invocation import Invocation, State, Surface
from bot.domain.operation import Operation, Risk
from bot.domain.record import Stage
from bot.pipeline.protocols import Book, Draft, Entry, Queue, Replicas
from bot.pipeline.recording import ClearCase, card, drafts, event, stored_case
from bot.pipeline.runbook import surely
from bot.pipeline.running import Runner
from bot.pipeline.values import params_json

SWEEP_EVERY = 5.0
"""Seconds between two looks for accepted invocations that the engine does not know."""

ON_ITS_WAY = timedelta(seconds=2)
"""For so long what was accepted may be unknown to the engine without having been left out."""

ON_ITS_WAY_ELSEWHERE = timedelta(seconds=10)
"""The same where another process may have accepted it: that one may find, after the store was
silent, that it has told its asker otherwise, and takes it back."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Parts:
    """What dispatch is joined from. *patience*: `ON_ITS_WAY`, or the other."""

    catalogue: Catalogue
    book: Book
    queue: Queue
    runner: Runner
    replicas: Replicas
    clock: Clock
    patience: timedelta = ON_ITS_WAY


class Dispatch:
    """Hands accepted invocations on. While paused nothing is handed on; the book keeps it."""

    def __init__(self, at: Parts) -> None:
        self._at = at
        self._tasks: set[asyncio.Task[None]] = set()
        self._reading: set[str] = set()
        self.paused = False

    def go(self, invocation: str, operation: Operation) -> None:
        """Hand *invocation*, whose intent is committed, on. Returns at once."""
        if self.paused:
            return
        if operation.risk is Risk.READ:
            self._reading.add(invocation)
            self._keep(self._read(invocation))
        else:
            self._keep(self._at.queue.enqueue(invocation))

    def go_on(self, invocation: str, operation: Operation) -> None:
        """Hand *invocation*, which has waited, on; the engine may have ended it once already."""
        if self.paused or operation.risk is Risk.READ:
            self.go(invocation, operation)
        else:
            self._keep(self._at.queue.again(invocation))

    async def run(self) -> None:
        """Sweep for ever."""
        while True:
            await self._at.clock.sleep(SWEEP_EVERY)
            try:
                await self.sweep()
            except Exception:
                log.exception("The sweep failed; trying again in %g s", SWEEP_EVERY)

    async def sweep(self, age: timedelta | None = None) -> None:
        """Enqueue what is accepted, or was running, for *age*, and is not in the engine."""
        if self.paused:
            return
        left = await self._left_out(self._at.patience if age is None else age)
        living = await self._at.replicas.living() if left else frozenset()
        for found in left:
            if not self._is_read(found):
                log.warning("Invocation %s was left out of the engine; enqueueing it", found.id)
                await self._at.queue.again(found.id)
            elif found.id not in self._reading and found.owner not in living:
                await self._cut_off(found)

    async def drain(self, within: float) -> None:
        """Hand nothing more on, and wait up to *within* seconds for reads under way."""
        self.paused = True
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=within)

    async def _left_out(self, age: timedelta) -> list[Invocation]:
        found = await self._at.book.in_state({State.ACCEPTED, State.RUNNING})
        now = self._at.clock.now()
        # What moved just now is on its way; what seems to lie ahead, the clock was set back.
        waiting = [i for i in found if not now - age < (i.changed_at or i.at) <= now]
        known = await self._at.queue.known([i.id for i in waiting])
        return [i for i in waiting if i.id not in known]

    def _is_read(self, found: Invocation) -> bool:
        operation = self._at.catalogue.get(found.operation)
        return operation is not None and operation.risk is Risk.READ

    async def _read(self, invocation: str) -> None:
        try:
            await self._at.runner.run(invocation)
        finally:
            self._reading.discard(invocation)

    async def _cut_off(self, found: Invocation) -> None:
        """Close a READ that a crash cut off; nobody can ask again for a schedule, so that goes on.

        Where several processes do so, the last to take it is the one that is heard.
        """
        operation = self._at.catalogue.get(found.operation)
        if found.origin.surface is Surface.SCHEDULE and operation is not None:
            self.go(found.id, operation)
        else:
            await self._interrupted(found)

    async def _interrupted(self, found: Invocation) -> None:
        """Close a READ that a crash cut off: what it would have said is not known."""
        case = stored_case(found, self._at.catalogue)
        detail: dict[str, object] = {"state": "unknown", "code": "interrupted"}
        told = event(case, Stage.OUTCOME, self._at.clock, detail=detail)
        shown: tuple[Draft, ...] = ()
        wiped = "{}"
        if isinstance(case, ClearCase):
            wiped = params_json(case.params, wipe_secrets=True)
            words = {"problem": "The bot was restarted while it looked.", "fix": "Ask again."}
            last = card(case, State.UNKNOWN).model_copy(update=words)
            shown = drafts(last, case.origin)
        entry = Entry((told,), shown)
        book = self._at.book
        if found.state is State.ACCEPTED:
            await surely(self._at.clock, lambda: book.take(found.id, "nobody", Entry()))
        await surely(
            self._at.clock, lambda: book.move(found.id, State.UNKNOWN, entry, params=wiped)
        )

    def _keep(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("Handing on failed; the sweep will find it", exc_info=error)
