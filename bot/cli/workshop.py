"""What the commands need of the rest of the house, which `bot.main` provides.

Nothing heavy is imported here: `redbutton --help` reads this module.
"""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Protocol

from annotated_types import Interval

SOCKET = "redbutton.sock"
"""The name of the running bot's socket, in the folder of the store."""

MOST_ROWS = 1000
"""How many events one search may return."""

Row = Mapping[str, object]
"""One line of a listing, ready for JSON."""

Tell = Callable[[str], None]
"""Is told how far something long has come, a sentence at a time."""


@dataclass(frozen=True)
class Finding:
    """What a look at one thing found.

    *ok* is None where it cannot be told, or does not apply. *said* is one sentence, and so is
    *fix*, which names the command or setting that helps.
    """

    name: str
    ok: bool | None
    said: str
    fix: str = ""


@dataclass(frozen=True)
class Tried:
    """What came of one case of the tests of the rules.

    *expected* and *came* are in words: `deny by no-outsiders`. *rules* decided, *reasons* are
    their sentences or, where none did, those of the rules that could have permitted it.
    """

    name: str
    place: str
    ok: bool
    expected: str
    came: str
    rules: tuple[str, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Trials:
    """What came of the tests of the rules; *mistakes* are in the tests themselves."""

    mistakes: tuple[Finding, ...]
    cases: tuple[Tried, ...]


@dataclass(frozen=True)
class Example:
    """One invocation whose decision other rules would change; *at* is in UTC, by ISO 8601."""

    who: str
    at: str
    invocation: str


@dataclass(frozen=True)
class Change:
    """Decisions about one operation that other rules would change alike.

    *kind* is `gains`, `loses` or `needs approval`; *before* and *after* are in words, with the
    rules that decide.
    """

    kind: str
    operation: str
    before: str
    after: str
    count: int
    people: int
    examples: tuple[Example, ...]


@dataclass(frozen=True)
class Replayed:
    """What came of asking other rules about so many that were *asked*; and why not about others."""

    asked: int
    unasked: Mapping[str, int]
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class Reader:
    """Who reads the record by the command line.

    *os_user* is their name on this machine, *user* the Slack id they are mapped to, if any; *owner*
    says that the files of the store are theirs.
    """

    os_user: str
    user: str | None = None
    owner: bool = False


@dataclass(frozen=True)
class Search:
    """Which events are looked for: those that fit every part that is given, the newest *limit*."""

    actor: str | None = None
    operation: str | None = None
    stage: str | None = None
    target: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    limit: Annotated[int, Interval(ge=1, le=MOST_ROWS)] = 50


@dataclass(frozen=True)
class Move:
    """A store is carried from the URL *source* to the URL *target*, or to that of the settings."""

    source: str
    target: str | None = None


class Records(Protocol):
    """The record as the command line reads it; each reading is itself recorded.

    Each raises NotAllowed for a *reader* who may not read it.
    """

    async def search(self, reader: Reader, search: Search) -> Sequence[Row]:
        """Return the events that *search* describes, oldest first, with their bodies.

        A row has the keys `at stage actor operation target invocation body` and may have more.
        """
        ...

    async def trail(self, reader: Reader, invocation: str) -> Sequence[Row]:
        """Return all events of *invocation*, oldest first; its last eight characters will do."""
        ...

    async def verify(self, reader: Reader) -> Row:
        """Compare every event with its hash: `count`, and `bad` with `n`, `id`, `what` of each."""
        ...

    def decided(self, reader: Reader, since: datetime) -> AsyncIterator[Row]:
        """Yield the first decision about each asking not before *since*, in the order of writing.

        A row has the keys `at actor operation invocation decision`. What is personal in the
        decision is in clear only for the owner of the store.
        """
        ...


class Rehearsal(Protocol):
    """Asks other rules than those in force about what is on the record."""

    def take(self, row: Row) -> None:
        """Ask about a *row* that `Records.decided` yields."""
        ...

    def told(self) -> Replayed:
        """Say what came of it."""
        ...


class Workshop(Protocol):
    """Builds what a command asks for, when it asks; each method may raise RedbuttonError."""

    def folder(self) -> Path:
        """Return the folder of the store, where the socket is."""
        ...

    async def serve(self) -> None:
        """Run the bot until it is told to stop."""
        ...

    async def demo(self, port: int, *, http: bool, reload: bool) -> None:
        """Serve a pretend workspace with a page for the browser until told to stop.

        *http*: the bot is reached by signed HTTP, not by Socket Mode. *reload*: it starts anew
        whenever an operation or a rule is saved.
        """
        ...

    async def story(self) -> None:
        """Play a short story with a pretend workspace, printing it."""
        ...

    async def migrate(self, *, role: str | None = None) -> Sequence[str]:
        """Bring the store up to date and give *role* of its database the rights of a bot.

        Return the steps that were taken, in sentences.
        """
        ...

    async def move(self, move: Move, tell: Tell, *, role: str | None = None) -> Sequence[str]:
        """Carry a whole store over, and give *role* there the rights of a bot.

        Return what was done and is to be done, in sentences. A move that was cut off goes on.
        """
        ...

    async def checks(self) -> Sequence[Finding]:
        """Look at everything that can be looked at without a network."""
        ...

    async def doctor(self) -> Sequence[Finding]:
        """Look at everything, asking Slack and the vendors too."""
        ...

    async def press(self) -> Sequence[Finding]:
        """Press the button in a sandbox on this machine; nobody outside is asked or woken."""
        ...

    def manifest(self) -> Row:
        """Return the Slack app's manifest, made from the catalogue and the settings."""
        ...

    async def policy_problems(self) -> Sequence[Finding]:
        """Judge the rules against the operations; nothing where all is well.

        Each problem's name is its place: `rules/users.cedar:12`.
        """
        ...

    async def policy_tests(self, paths: Sequence[Path]) -> Trials:
        """Try the cases in *paths*, or else all that lie beside the rules of the settings."""
        ...

    def rehearsal(self, paths: Sequence[Path], most: int, *, replace: bool) -> Rehearsal:
        """Return what asks the rules in *paths*, and keeps *most* examples of each change.

        They stand in place of those that the settings name; *replace* leaves the shipped ones out.
        """
        ...

    def records(self) -> Records:
        """Return the record in the store's files, for when no bot is running."""
        ...
