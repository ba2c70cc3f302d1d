"""What a running operation holds in its hand."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar

from bot.domain.actor import Actor
from bot.domain.clock import Clock

T = TypeVar("T")

KeyOf = Callable[[str], str]
"""Gives the key that a step of a run carried, by the step's label."""


@dataclass(frozen=True)
class StepRule:
    """How a step is carried out: at most *attempts* tries, each within *deadline* seconds.

    Only what did not happen is tried again (`Unreachable`, or a read that timed out). A write whose
    answer was lost, or that a crash cut off, is never repeated blindly: *find*, called with the
    step's key, looks for what it made.
    """

    attempts: int = 3
    deadline: float = 30.0
    find: Callable[[str], Awaitable[Any]] | None = None


class Context(Protocol):
    """One run, as its operation sees it."""

    @property
    def actor(self) -> Actor:
        """Return who asked."""
        ...

    @property
    def owner(self) -> str | None:
        """Return the id of the person for whom a schedule asks; None where a person asks."""
        ...

    @property
    def before(self) -> datetime | None:
        """Return the time of a schedule for which it asked last before this one, if it did."""
        ...

    @property
    def surface(self) -> str:
        """Return the door it was asked at: `slack`, `cli` or `schedule`."""
        ...

    @property
    def channel(self) -> str | None:
        """Return the id of the channel it was asked in, where there is one."""
        ...

    @property
    def invocation(self) -> str:
        """Return the invocation's id."""
        ...

    @property
    def clock(self) -> Clock:
        """Return the clock to ask; never the machine's."""
        ...

    async def step(
        self,
        label: str,
        call: Callable[..., Awaitable[T]],
        /,
        *args: Any,
        rule: StepRule | None = None,
        **kwargs: Any,
    ) -> T:
        """Await *call* once and remember its answer under *label*, unique within the run.

        After a crash a done step answers from memory, decoded by *call*'s return annotation. A
        *call* that takes `key` is given one derived from invocation and label, unless *kwargs* hold
        one, and must answer a repeat of that key with the first answer. The label is what people
        see. Raises what *call* raises; steps may run in parallel.
        """
        ...

    async def progress(self, text: str) -> None:
        """Show *text* under the steps while the run goes on; the newest, at most once a second."""
        ...
