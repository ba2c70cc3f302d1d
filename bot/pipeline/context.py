"""A run as its operation holds it: steps that are remembered by name."""

import asyncio
import hashlib
import inspect
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar, cast, get_type_hints

from pydantic import TypeAdapter

from bot.domain.clock import Clock
from bot.domain.context import StepRule
from bot.domain.errors import OutcomeUnknown, RedbuttonError
from bot.domain.invocation import Step, StepState
from bot.pipeline.attempts import attempt, takes_key
from bot.pipeline.recording import ClearCase

T = TypeVar("T")
SHOWN_EVERY = 1.0
"""Seconds between two pictures of a run's progress text."""


# Neither may be swallowed by an operation's `except Exception`.
class Cancelled(BaseException):
    """Somebody asked for the run to be cancelled."""

    def __init__(self, by: str) -> None:
        super().__init__(by)
        self.by = by


class Lost(BaseException):
    """The run belongs to another process; this one stops without writing a word."""


class Memory(Protocol):
    """What a run's steps are written to."""

    async def cancelled_by(self) -> str | None:
        """Return who asked for the run to be cancelled, if anybody did."""
        ...

    async def put(self, step: Step) -> None:
        """Remember *step* and show it. Raises Lost where the run belongs to another."""
        ...

    async def show(self, progress: str) -> None:
        """Show *progress* under the steps."""
        ...


class RunContext:
    """Implements `bot.domain.context.Context` over *memory*.

    *done* are the steps of an earlier life.
    """

    def __init__(
        self, case: ClearCase, clock: Clock, memory: Memory, done: tuple[Step, ...]
    ) -> None:
        self.invocation = case.id
        self.actor = case.actor
        self.owner = case.origin.owner
        self.before = case.origin.before
        self.surface = case.origin.surface.value
        self.channel = case.origin.channel
        self.clock = clock
        self._memory = memory
        self._before = {s.name: s for s in done}
        self._used: set[str] = set()
        self._writes: set[str] = set()
        self._shown = float("-inf")
        self._progress = ""
        self._showing: asyncio.Task[None] | None = None
        self._going: set[asyncio.Task[Any]] = set()
        self._closed = False

    @property
    def writing(self) -> bool:
        """Say whether a write is under way: it may have happened."""
        return bool(self._writes)

    async def step(
        self,
        label: str,
        call: Callable[..., Awaitable[T]],
        /,
        *args: Any,
        rule: StepRule | None = None,
        **kwargs: Any,
    ) -> T:
        """See `Context.step`."""
        if self._closed:
            # The run has ended under this limb.
            raise asyncio.CancelledError
        if label in self._used:
            raise TypeError(f"Two steps of this run are called {label!r}; a name is used once.")
        self._used.add(label)
        before = self._before.get(label)
        if before is not None and before.state is StepState.DONE:
            return _opened(call, before.result or "null")
        cut_off = before is not None and before.state is StepState.RUNNING
        # What a crash cut off may have happened, so it is finished before any wish is heard.
        if not cut_off and (by := await self._memory.cancelled_by()) is not None:
            raise Cancelled(by)
        with self._under_way():
            return await self._take(label, call, args, rule or StepRule(), kwargs, cut_off=cut_off)

    async def _take(
        self,
        label: str,
        call: Callable[..., Awaitable[T]],
        args: tuple[Any, ...],
        rule: StepRule,
        kwargs: dict[str, Any],
        *,
        cut_off: bool,
    ) -> T:
        """Carry a step out that is not done yet, and remember how it went."""
        await self._memory.put(Step(label, StepState.RUNNING))
        key: str | None = None
        if takes_key(call):
            key = kwargs.setdefault("key", key_of(self.invocation, label))
            self._writes.add(label)
        try:
            answer = await attempt(
                lambda: call(*args, **kwargs), rule, self.clock, key=key, look_first=cut_off
            )
            kept = _kept(call, answer)
        except Exception as error:
            # Any other error says nothing of whether the write happened.
            if isinstance(error, RedbuttonError) and not isinstance(error, OutcomeUnknown):
                self._writes.discard(label)
            await self._memory.put(Step(label, StepState.FAILED, note=_note(error)))
            raise
        await self._memory.put(Step(label, StepState.DONE, kept))
        self._writes.discard(label)
        return cast(T, answer)

    @contextmanager
    def _under_way(self) -> Iterator[None]:
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("A step is taken within a task.")
        self._going.add(task)
        try:
            yield
        finally:
            self._going.discard(task)

    async def close(self, within: float) -> list[Exception]:
        """Let no further step begin, and wait *within* seconds for limbs that have one under way.

        Return what they raised; one that is not done by then is cut off, with a TimeoutError.
        """
        self._closed = True
        if self._showing is not None:
            # What came of the run is shown next; how far it was is of no use any more.
            self._showing.cancel()
            await asyncio.gather(self._showing, return_exceptions=True)
        limbs = set(self._going)
        if not limbs:
            return []
        late = limbs
        try:
            _, late = await asyncio.wait(limbs, timeout=within)
        finally:
            for limb in late:
                limb.cancel()
        ended = [limb.exception() for limb in limbs - late if not limb.cancelled()]
        raised = [error for error in ended if isinstance(error, Exception)]
        return [*raised, *(TimeoutError(f"cut off after {within:g} s") for _ in late)]

    async def progress(self, text: str) -> None:
        """See `Context.progress`."""
        self._progress = text
        if self._showing is not None and not self._showing.done():
            return
        wait = self._shown + SHOWN_EVERY - self.clock.monotonic()
        if wait <= 0:
            await self._show()
        else:
            # Whatever is the newest then: the last text must not be the one that is left out.
            self._showing = asyncio.create_task(self._show_later(wait))

    async def _show_later(self, wait: float) -> None:
        await self.clock.sleep(wait)
        await self._show()

    async def _show(self) -> None:
        self._shown = self.clock.monotonic()
        await self._memory.show(self._progress)


def key_of(invocation: str, label: str) -> str:
    """Derive the key of a write: the same for the same step of the same invocation, for ever."""
    return hashlib.sha256(f"{invocation}/{label}".encode()).hexdigest()[:32]


def _adapter(call: Callable[..., Any]) -> TypeAdapter[Any]:
    function = inspect.unwrap(getattr(call, "__func__", call))
    hint = get_type_hints(function, include_extras=True).get("return", Any)
    return TypeAdapter(hint)


def _kept(call: Callable[..., Any], answer: object) -> str:
    return _adapter(call).dump_json(answer).decode()


def _opened(call: Callable[..., Awaitable[T]], kept: str) -> T:
    return cast(T, _adapter(call).validate_json(kept))


def _note(error: Exception) -> str:
    if isinstance(error, OutcomeUnknown):
        return f"It may have happened. {error.message}"
    if isinstance(error, RedbuttonError):
        return error.message
    return f"It broke ({type(error).__name__})."
