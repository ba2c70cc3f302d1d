"""Which messages are this process's to send, and for how long that is sure."""

import asyncio
from collections.abc import Coroutine, Iterable
from typing import Any

from bot.domain.clock import Clock
from integrations.slack.lanes import Lane
from integrations.slack.outbox import Outbox, Post

FRESH = 10.0
"""Seconds for which nothing is asked after a claim. A call that begins then, takes its five, and
meets a pause of the whole process of 15 s ends before the claim does (30 s)."""


class NotOurs(Exception):
    """Another process may send it by now."""


class Claims:
    """Claims in *outbox*, made longer while they are needed: each *renew* seconds."""

    def __init__(self, outbox: Outbox, clock: Clock, *, renew: float = FRESH) -> None:
        self._outbox = outbox
        self._clock = clock
        self._renew = renew
        self._since: dict[int, float] = {}

    async def take(self, lanes: Iterable[Lane]) -> list[Lane]:
        """Return what of *lanes* is ours now; one write for all of them."""
        wanted = list(lanes)
        if not wanted:
            return []
        # The time before: others count from when it was written down, which is later.
        since = self._clock.monotonic()
        won = await self._outbox.claim([lane.posts for lane in wanted])
        self._since |= dict.fromkeys(won, since)
        ours = [Lane(w.place, tuple(p for p in w.posts if p.id in won)) for w in wanted]
        return [lane for lane in ours if lane.posts]

    async def hold(self, post: Post) -> None:
        """See to it that *post* stays ours for as long as a call may take; raises NotOurs."""
        now = self._clock.monotonic()
        since = self._since.get(post.id)
        if since is not None and now - since <= FRESH:
            return
        await self._prolong(post)

    async def during(self, post: Post, work: Coroutine[Any, Any, None]) -> None:
        """Keep *post* ours while *work*, which may take long, is done; raises NotOurs."""
        task = asyncio.ensure_future(work)
        try:
            await self.hold(post)
            while not (await asyncio.wait({task}, timeout=self._renew))[0]:
                await self._prolong(post)
            await task
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    def forget(self, post: Post) -> None:
        """Note that *post* is no longer ours."""
        self._since.pop(post.id, None)

    async def _prolong(self, post: Post) -> None:
        since = self._clock.monotonic()
        if not await self._outbox.hold(post) or self._clock.monotonic() - since > FRESH:
            self.forget(post)
            raise NotOurs
        self._since[post.id] = since
