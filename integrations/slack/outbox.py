"""What the sender needs of the store."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.invocation import Origin
from bot.domain.notice import Audience, Notice


@dataclass(frozen=True)
class Post:
    """A message whose newest *version* has not been sent.

    *ts* and *channel* are Slack's, once it was posted; an empty *channel* says that nobody can edit
    it. For an audience of THREAD that was not posted yet, *channel* is the run's own message's.

    *thread* is the `ts` of the message it stands below, for an audience of THREAD. *tried* is since
    when it may stand in Slack though nobody noted it; None where it surely does not. *to* is the
    channel or the person it is for, where that is not where, and who, asked.
    """

    id: int
    version: int
    origin: Origin
    audience: Audience
    notice: Notice
    invocation: str | None
    slot: str = ""
    ts: str | None = None
    channel: str | None = None
    thread: str | None = None
    attempts: int = 0
    tried: datetime | None = None
    to: str | None = None

    @property
    def key(self) -> str:
        """What the message is known by in Slack; empty where it can have no such thing."""
        return f"{self.invocation}/{self.slot}" if self.invocation else ""


class Outbox(Protocol):
    """Messages to be made true, oldest first, by one of several processes at a time."""

    async def unsent(self, now: datetime, limit: int = 100) -> Sequence[Post]:
        """Return posts that may be sent at *now*.

        One for a thread waits until the thread's first message is out. What is put off, or claimed
        by another process, is left out, and so are later messages of its place.
        """
        ...

    async def claim(self, lanes: Sequence[Sequence[Post]]) -> set[int]:
        """Take what is to be sent now, so that no other process does; return the ids of it.

        Of each lane that is everything up to the first that changed meanwhile, or is another's.
        A claim ends after 30 s, or when its end is told: `sent`, `later`, `drop` or `release`.
        """
        ...

    async def hold(self, post: Post) -> bool:
        """Claim *post* for another 30 s; False where it is no longer ours."""
        ...

    async def release(self, post: Post) -> None:
        """Leave *post* as it was before it was claimed: nothing was said."""
        ...

    async def sent(self, post: Post, channel: str, ts: str) -> None:
        """Remember that *post*'s version stands in *channel* at *ts*."""
        ...

    async def later(
        self, post: Post, at: datetime, reason: str, *, nothing_said: bool = False
    ) -> None:
        """Try *post* again from *at*; counts one attempt."""
        ...

    async def drop(self, post: Post, reason: str) -> None:
        """Give *post* up for good: it can never be delivered."""
        ...

    async def waiting(self, now: datetime) -> tuple[int, float | None]:
        """Return how many messages wait at *now*, and the age of the oldest in seconds."""
        ...

    def on_change(self, wake: Callable[[], None]) -> None:
        """Have *wake* called, in the event loop, whenever a message was drafted."""
        ...
