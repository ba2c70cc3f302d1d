"""What a run writes down as it goes, and shows: its steps and its one message."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from bot.domain.clock import Clock
from bot.domain.errors import NotNow
from bot.domain.invocation import State, Step, StepState
from bot.domain.notice import StepLine
from bot.domain.record import Event, Stage
from bot.pipeline.context import Lost
from bot.pipeline.follow import Follow
from bot.pipeline.protocols import Book, Entry
from bot.pipeline.recording import ClearCase, Fingerprint, card, discreet, drafts, event, trace

T = TypeVar("T")
LONGEST_PAUSE = 10.0
ENDED_STEPS = frozenset({StepState.DONE, StepState.FAILED, StepState.BY_HAND})

log = logging.getLogger(__name__)


async def surely(clock: Clock, work: Callable[[], Awaitable[T]]) -> T:
    """Do *work* on the store until it succeeds: what has happened must not go unwritten."""
    pause = 0.1
    while True:
        try:
            return await work()
        except NotNow as busy:
            log.warning("The store takes nothing (%s); trying again in %g s", busy.message, pause)
        await clock.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE)


@dataclass(frozen=True)
class Pen:
    """What a run is written down with. *owner* names this process."""

    book: Book
    follow: Follow
    clock: Clock
    fingerprint: Fingerprint
    owner: str


class RunMemory:
    """Steps in the store; each change edits the run's message."""

    def __init__(self, case: ClearCase, pen: Pen, steps: tuple[Step, ...]) -> None:
        self._case = case
        self._is = pen
        self._steps = {s.name: s for s in steps}
        self.card = card(case, State.RUNNING).model_copy(update={"steps": lines(self._steps)})

    async def cancelled_by(self) -> str | None:
        """See `Memory.cancelled_by`."""
        now = await surely(self._is.clock, lambda: self._is.book.get(self._case.id))
        return now.cancelled_by if now else None

    async def put(self, step: Step) -> None:
        """See `Memory.put`."""
        self._steps[step.name] = step
        self.card = self.card.model_copy(update={"steps": lines(self._steps)})
        events = (self._told(step),) if step.state in ENDED_STEPS else ()
        entry = Entry(events=events, drafts=drafts(self.card, self._case.origin))
        book, owner = self._is.book, self._is.owner
        if not await surely(
            self._is.clock, lambda: book.put_step(self._case.id, step, owner, entry)
        ):
            raise Lost
        await self._is.follow.tell(self.card)

    async def show(self, progress: str) -> None:
        """See `Memory.show`."""
        self.card = self.card.model_copy(update={"progress": progress})
        await self._write(Entry(drafts=drafts(self.card, self._case.origin)))

    async def previewed(self, rows: tuple[tuple[str, ...], ...]) -> None:
        """Show the *rows* that would change, and record their digest."""
        self.card = self.card.model_copy(update={"preview": rows})
        detail: dict[str, object] = {
            "rows": max(0, len(rows) - 1),
            **trace(repr(rows), self._is.fingerprint),
        }
        told = event(self._case, Stage.PREVIEW, self._is.clock, detail=detail)
        await self._write(Entry((told,), drafts(self.card, self._case.origin)))

    def summary(self) -> list[dict[str, object]]:
        """Return the steps as the record tells them: answers only where they are plain facts."""
        return [self._summary(s) for s in self._steps.values()]

    async def _write(self, entry: Entry) -> None:
        await surely(self._is.clock, lambda: self._is.book.write(self._case.id, entry))
        await self._is.follow.tell(self.card)

    def _told(self, step: Step) -> Event:
        return event(self._case, Stage.STEP, self._is.clock, detail=self._summary(step))

    def _summary(self, step: Step) -> dict[str, object]:
        told: dict[str, object] = {
            "step": discreet(step.name, self._case),
            "state": step.state.value,
        }
        if step.note:
            told["note"] = discreet(step.note, self._case)
        if step.result is not None:
            told["answer"] = trace(step.result, self._is.fingerprint)
        return told


class ReadMemory:
    """A READ remembers nothing: after a crash it is asked again."""

    def __init__(self, case: ClearCase, follow: Follow) -> None:
        self._follow = follow
        self._steps: dict[str, Step] = {}
        self.card = card(case, State.RUNNING)

    async def cancelled_by(self) -> str | None:
        """See `Memory.cancelled_by`."""
        return None

    async def put(self, step: Step) -> None:
        """See `Memory.put`."""
        self._steps[step.name] = step
        self.card = self.card.model_copy(update={"steps": lines(self._steps)})
        await self._follow.tell(self.card)

    async def show(self, progress: str) -> None:
        """See `Memory.show`."""
        self.card = self.card.model_copy(update={"progress": progress})
        await self._follow.tell(self.card)

    def summary(self) -> list[dict[str, object]]:
        """Return nothing: what was read is not kept."""
        return []


def lines(steps: dict[str, Step]) -> tuple[StepLine, ...]:
    """Return the check-list of *steps*."""
    return tuple(StepLine(label=s.name, state=s.state, note=s.note) for s in steps.values())
