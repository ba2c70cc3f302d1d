"""What the road needs of the rooms above it: the store, the engine, the directory."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from bot.domain.actor import Actor
from bot.domain.approval import Approval
from bot.domain.decision import Channel
from bot.domain.glass import Review
from bot.domain.invocation import Invocation, State, Step
from bot.domain.notice import Audience, Notice
from bot.domain.record import Event


@dataclass(frozen=True)
class Draft:
    """A message as it should be now.

    One with the same *slot* of an invocation is edited in place. *to* is the channel or the person
    it is for, where that is not where, and who, asked. One for a thread stands *below* the message
    of that slot. Where it is *of* another invocation, that one's messages are edited, and new ones
    come below them. Not *anew*: it is written only in place of an older one. One that is *lasting*
    shows how something stands: given up, it is tried again as soon as there is something new to
    show.
    """

    slot: str
    audience: Audience
    notice: Notice
    to: str | None = None
    below: str = "card"
    of: str | None = None
    anew: bool = True
    lasting: bool = False


@dataclass(frozen=True)
class Entry:
    """What is written together with a change: events, messages, timers, and broken glass."""

    events: tuple[Event, ...] = ()
    drafts: tuple[Draft, ...] = ()
    timers: tuple["Timer", ...] = ()
    reviews: tuple[Review, ...] = ()


@dataclass(frozen=True)
class Timer:
    """Something to be done at *due*, once.

    *kind* names who does it; a timer is unique by *kind* and *key*.
    """

    kind: str
    key: str
    due: datetime
    payload: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Opening:
    """An invocation as it enters the book, with the first answer to give to repeats.

    *meaning* is a digest of who, what and with which params; None where it is not compared. *tally*
    is what is counted of it, None where nobody understood it; *counts* are those that it was let in
    by, None where no rule asks for them.
    """

    invocation: Invocation
    answer: str
    entry: Entry
    meaning: str | None = None
    tally: "Tally | None" = None
    counts: "Counts | None" = None


@dataclass(frozen=True)
class Tally:
    """What is counted within the hour before *at*: by *actor*, and what is done to *target*.

    What no target is named for acts on itself: *target* is the operation's name.
    """

    invocation: str
    team: str
    actor: str
    operation: str
    target: str
    at: datetime


@dataclass(frozen=True)
class Counts:
    """How often it was let run: by the same person, and by anybody on the same target."""

    recent: int = 0
    recent_target: int = 0


@dataclass(frozen=True)
class Repeat:
    """The key is known: *answer* was the first answer."""

    answer: str


@dataclass(frozen=True)
class SaidBefore:
    """The same meaning was asked for by *invocation*, *at*; nothing was written."""

    invocation: str
    at: datetime


@dataclass(frozen=True)
class Recounted:
    """What it was let in by was not so any more, and nothing was written: it is to be asked anew.

    *counts* are those of by then, None where they are to be told anew.
    """

    counts: Counts | None


class Book(Protocol):
    """The store, as the road sees it.

    Each method is one transaction; what it raises wrote nothing.
    """

    async def open(
        self, opening: Opening, *, within: float, same_since: datetime | None = None
    ) -> Repeat | SaidBefore | Recounted | None:
        """Write *opening* unless its key is known, or its meaning was accepted since *same_since*.

        Nor is it written where it tells counts that are no longer so; nobody who is counted with it
        is let in between the counting and the commit; nor where it breaks the glass and the review
        of what the same account broke before is open. Returns None once committed. Raises NotNow
        unless the commit is confirmed within *within* seconds; what commits later all the same is
        taken back (moved to failed, with an outcome event) and is never run.
        """
        ...

    async def counts(self, of: Tally, *, earlier: bool = False) -> Counts:
        """Count what was let run within the hour before *of*, whatever came of it.

        With *earlier* neither the invocation itself nor what was asked after it counts.
        """
        ...

    async def get(self, invocation: str) -> Invocation | None:
        """Return the invocation, its params opened."""
        ...

    async def take(self, invocation: str, owner: str, entry: Entry) -> bool:
        """Make *owner* the one that runs it.

        Accepted, or running under another owner, becomes running. False if it has ended.
        """
        ...

    async def move(
        self,
        invocation: str,
        to: State,
        entry: Entry,
        *,
        owner: str | None = None,
        params: str | None = None,
    ) -> bool:
        """Move it on, together with *entry*; *params* replaces its params (wiped of secrets).

        False, and nothing is written, where the move is not allowed (`MOVES`) or *owner* lost it.
        """
        ...

    async def steps(self, invocation: str) -> tuple[Step, ...]:
        """Return its steps in the order they were begun, results opened."""
        ...

    async def put_step(self, invocation: str, step: Step, owner: str, entry: Entry) -> bool:
        """Insert or replace *step* (by name), result sealed, with *entry*.

        False where *owner* lost the run.
        """
        ...

    async def write(self, invocation: str | None, entry: Entry) -> None:
        """Write *entry* alone: events about the bot itself, messages, timers."""
        ...

    async def cancel(self, invocation: str, by: str, entry: Entry) -> bool:
        """Leave word that *by* wants it cancelled, with *entry*.

        False, and nothing is written, if it has ended.
        """
        ...

    async def wipe(self, invocation: str, params: str) -> bool:
        """Put *params* in place of those of what was refused. False where it was not."""
        ...

    async def approval(self, invocation: str) -> Approval | None:
        """Return what was asked of approvers of *invocation*, and what they said."""
        ...

    async def open_approvals(self, limit: int = 1000) -> Sequence[Approval]:
        """Return what waits for votes, the soonest to expire first."""
        ...

    async def amend(
        self,
        approval: Approval,
        entry: Entry,
        *,
        to: State | None = None,
        params: str | None = None,
    ) -> bool:
        """Put *approval* in place of the one of its version, with *entry*.

        Its invocation is moved *to* another state, with *params* in place of its own, or still
        waits. A version of 0 is the first. False, and nothing is written, where another change came
        before, or the invocation may not be moved so.
        """
        ...

    async def review(self, invocation: str) -> Review | None:
        """Return what is known of the glass that was broken for *invocation*, if it was."""
        ...

    async def open_reviews(self, team: str, actor: str | None = None) -> Sequence[Review]:
        """Return what nobody has looked at yet, of *actor* alone where given, oldest first."""
        ...

    async def close_review(self, review: Review, entry: Entry) -> bool:
        """Write down that *review* is closed. False where it was already."""
        ...

    async def in_state(self, states: Collection[State], limit: int = 1000) -> Sequence[Invocation]:
        """Return invocations in these *states*, oldest first."""
        ...

    async def notice(self, invocation: str, slot: str) -> Notice | None:
        """Return the message last drafted for *slot*, while it is kept."""
        ...

    async def due(self, now: datetime, owner: str, limit: int = 100) -> Sequence[Timer]:
        """Claim timers due at *now* for *owner*.

        Each is handed out once until it is done or its claim is 60 s old.
        """
        ...

    async def done(self, timer: Timer) -> None:
        """Remove *timer*."""
        ...


class Queue(Protocol):
    """The durable engine, as the road sees it."""

    async def enqueue(self, invocation: str) -> None:
        """Have it run, once; a repeat is no error."""
        ...

    async def again(self, invocation: str) -> None:
        """Have it run once more where the engine has ended it, or never heard of it."""
        ...

    async def known(self, invocations: Collection[str]) -> frozenset[str]:
        """Return which of these wait or run in the engine, in whichever process."""
        ...


class Replicas(Protocol):
    """The processes that share the store."""

    async def living(self) -> frozenset[str]:
        """Return the owners whose processes live; this one is among them."""
        ...

    async def differing(self, operation: str) -> bool:
        """Say whether another living process declares *operation* otherwise than this one."""
        ...


class Directory(Protocol):
    """Knows who people are and which channels there are."""

    async def actor(self, team: str, user: str) -> Actor:
        """Return who *user* is now.

        Raises NotAllowed where that cannot be known, or the account is switched off.
        """
        ...

    async def people(self, team: str) -> Sequence[Actor]:
        """Return who is in *team*, without bots and what is switched off, as lately known.

        Of a large team only the first thousands. Raises NotNow where it cannot be known now.
        """
        ...

    async def channel(self, team: str, channel: str) -> Channel:
        """Return what rules may know about *channel*. What cannot be known is taken for shared."""
        ...
