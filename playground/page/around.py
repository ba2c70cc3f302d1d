"""What the page shows beside the workspace, as whoever starts it hands it in."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

from playground.driver import PretendSlack
from playground.faults import Faults, Kind


@dataclass(frozen=True)
class Event:
    """One event of the bot's record. *body* is the whole of it, sealed where it is personal."""

    n: int
    at: datetime
    stage: str
    actor: str
    operation: str
    invocation: str
    body: Mapping[str, Any]


class Glass(Protocol):
    """Looks into the bot's record from outside, without leaving a mark there."""

    def events(self, after: int) -> Sequence[Event]:
        """Return the events numbered above *after*, oldest first."""
        ...

    def running(self, invocation: str) -> int:
        """Count the steps of *invocation* that are being taken."""
        ...

    def verify(self) -> tuple[int, int]:
        """Return how many events there are, and how many are not as they were written."""
        ...


Standing = Literal["starting", "running", "frozen", "dead", "failed"]


class Keeper(Protocol):
    """Holds the bot's process."""

    @property
    def standing(self) -> Standing:
        """Return how the bot is."""
        ...

    @property
    def said(self) -> str:
        """Return why it did not start, in its own words; empty otherwise."""
        ...

    @property
    def lives(self) -> int:
        """Return how often it was started."""
        ...

    @property
    def kills(self) -> Sequence[datetime]:
        """Return when it was killed."""
        ...

    async def kill(self) -> None:
        """Kill it as a power cut would."""
        ...

    async def start(self) -> None:
        """Start it, and wait until it answers or has failed."""
        ...

    async def freeze(self) -> None:
        """Let it stand still."""
        ...

    async def thaw(self) -> None:
        """Let it go on."""
        ...


@dataclass(frozen=True)
class Received:
    """Something that a thing the bot acts on was told."""

    at: datetime
    title: str
    detail: Mapping[str, Any]

    def told(self) -> Mapping[str, Any]:
        """Return the whole of it."""
        return self.detail


@dataclass(frozen=True)
class Switch:
    """Trouble that can be switched on. *once*: a press has it happen, and there is no off."""

    slug: str
    label: str
    is_on: Callable[[], bool]
    flip: Callable[[bool], object]
    once: bool = False


def lasting(slug: str, label: str, faults: Faults, kind: Kind, begin: Callable[[], None]) -> Switch:
    """Return the switch for a trouble of *faults* that lasts until it is switched off."""

    def flip(on: bool) -> None:  # noqa: FBT001  It is what every switch is told.
        begin() if on else faults.end(kind)

    return Switch(slug, label, lambda: faults.on(kind), flip)


def losing(slug: str, label: str, faults: Faults, way: str = "*") -> Switch:
    """Return the switch that has *faults* lose the next answer to *way*."""
    return Switch(
        slug, label, lambda: faults.on("lossy"), lambda _: faults.lossy(way, times=1), once=True
    )


@dataclass(frozen=True)
class Thing:
    """Something the bot acts on, with a page of its own: register it and it is there.

    *rows* has its header first. *received* is asked for what has come since the last time.
    """

    slug: str
    title: str
    about: str
    rows: Callable[[], Sequence[Sequence[str]]]
    received: Callable[[], Sequence[Received]]
    switches: tuple[Switch, ...] = ()


@dataclass(frozen=True)
class Deed:
    """One step of a chapter: what to do, what to write for it, and how it is seen to be done.

    *place* is where to go, as `who/room`; *draft* is put into the composer there.
    """

    title: str
    text: str
    done: Callable[["Seen"], bool]
    place: str = ""
    draft: str = ""


@dataclass(frozen=True)
class Chapter:
    """A walk through one capability."""

    title: str
    deeds: tuple[Deed, ...]


@dataclass
class Seen:
    """What a deed may look at to see whether it is done."""

    slack: PretendSlack
    events: list[Event] = field(default_factory=list)
    visited: set[str] = field(default_factory=set)
    """Paths of the pages that somebody opened."""

    kills: Sequence[datetime] = ()

    def of(self, operation: str, stage: str) -> list[Event]:
        """Return the events of *stage* of *operation*."""
        return [e for e in self.events if (e.operation, e.stage) == (operation, stage)]
