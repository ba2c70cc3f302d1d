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

    *thread* is the `ts` of the run's own message for an audience of THREAD.
    """

    id: int
    version: int
    origin: Origin
    audience: Audience
    notice: Notice
    invocation: str | None
    ts: str | None = None
    channel: str | None = None
    thread: str | None = None
    attempts: int = 0


class Outbox(Protocol):
    """Messages to be made true, oldest first."""

    async def unsent(self, now: datetime, limit: int = 100) -> Sequence[Post]:
        """Return posts that may be sent at *now*.

        One for a thread waits until the thread's first message is out.
        """
        ...

    async def sent(self, post: Post, channel: str, ts: str) -> None:
        """Remember that *post*'s version stands in *channel* at *ts*."""
        ...

    async def later(self, post: Post, at: datetime, reason: str) -> None:
        """Try *post* again from *at*; counts one attempt."""
        ...

    async def drop(self, post: Post, reason: str) -> None:
        """Give *post* up for good: it can never be delivered."""
        ...

    def on_change(self, wake: Callable[[], None]) -> None:
        """Have *wake* called, in the event loop, whenever a message was drafted."""
        ...
