"""An outbox in memory, as the store keeps it."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from bot.domain.clock import Clock
from bot.domain.invocation import Origin, Surface
from bot.domain.notice import Audience, Note
from integrations.slack.outbox import Post

AT = Origin(surface=Surface.SLACK, team="T1", user="U1ADA")


class Shelf:
    """Keeps drafts until they are sent, dropped or put off."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.posts: dict[int, Post] = {}
        self.done: dict[int, int] = {}
        self.due: dict[int, datetime] = {}
        self.dropped: dict[int, str] = {}
        self.claimed: set[int] = set()
        self.most_claimed = 0
        self.tried: dict[int, datetime] = {}
        self.put_off = 0
        self._wake: Callable[[], None] = lambda: None
        self._changed = asyncio.Event()

    async def changed(self) -> None:
        """Return at the next change."""
        await self._changed.wait()

    def _notify(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    def wakes(self) -> None:
        """Have the sender look."""
        self._wake()

    def draft(
        self,
        text: str,
        audience: Audience = Audience.CHANNEL,
        *,
        origin: Origin = AT,
        number: int | None = None,
        thread: str | None = None,
    ) -> int:
        """Write a message, or the next version of message *number*."""
        notice = Note(message=text)
        if number is None:
            number = len(self.posts) + 1
            post = Post(number, 0, origin, audience, notice, "i", str(number), thread=thread)
            self.posts[number] = post
        old = self.posts[number]
        self.posts[number] = replace(old, notice=notice, version=old.version + 1)
        self._wake()
        return number

    def is_sent(self) -> bool:
        """Say whether nothing waits any more."""
        return all(self._settled(post) for post in self.posts.values())

    def _settled(self, post: Post) -> bool:
        return post.id in self.dropped or self.done.get(post.id, 0) >= post.version

    async def unsent(self, now: datetime, limit: int = 100) -> Sequence[Post]:
        waiting = [p for p in self.posts.values() if not self._settled(p)]
        due = [p for p in waiting if self.due.get(p.id, now) <= now][:limit]
        return [replace(p, tried=self.tried.get(p.id)) for p in due]

    async def claim(self, lanes: Sequence[Sequence[Post]]) -> set[int]:
        won = {p.id for lane in lanes for p in lane if self.done.get(p.id, 0) < p.version}
        self.claimed |= won
        self.most_claimed = max(self.most_claimed, len(self.claimed))
        for of in won:
            self.tried.setdefault(of, self._clock.now())
        return won

    async def hold(self, post: Post) -> bool:
        return post.id in self.claimed

    async def release(self, post: Post) -> None:
        self.claimed.discard(post.id)
        self._as_read(post)

    def _as_read(self, post: Post) -> None:
        del self.tried[post.id]
        if post.tried is not None:
            self.tried[post.id] = post.tried

    async def waiting(self, now: datetime) -> tuple[int, float | None]:
        return len(await self.unsent(now)), None

    async def sent(self, post: Post, channel: str, ts: str) -> None:
        self.claimed.discard(post.id)
        del self.tried[post.id]
        self.done[post.id] = post.version
        self.posts[post.id] = replace(self.posts[post.id], channel=channel, ts=ts, attempts=0)
        self._notify()

    async def later(
        self, post: Post, at: datetime, reason: str, *, nothing_said: bool = False
    ) -> None:
        assert reason
        self.claimed.discard(post.id)
        if nothing_said:
            self._as_read(post)
        self.put_off += 1
        self.due[post.id] = at
        now = self.posts[post.id]
        self.posts[post.id] = replace(now, attempts=now.attempts + 1)
        self._notify()

    async def drop(self, post: Post, reason: str) -> None:
        self.claimed.discard(post.id)
        self.dropped[post.id] = reason
        self._notify()

    def on_change(self, wake: Callable[[], None]) -> None:
        self._wake = wake
