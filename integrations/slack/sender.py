"""The one paced sender of everything that goes out: posts, edits, ephemeral words, files."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from prometheus_client import Gauge

from bot.domain.clock import Clock
from integrations.slack.carrier import Carrier
from integrations.slack.claims import Claims
from integrations.slack.client import SlackClient
from integrations.slack.delivery import Delivery, Rendered
from integrations.slack.lanes import Lane, lanes_of
from integrations.slack.outbox import Outbox, Post
from integrations.slack.pace import Pace

IDLE = 5.0
"""Seconds after which the outbox is looked at even if nothing woke the sender."""

CROWD, BREATH = 20, 0.2
"""So many waiting, the outbox is looked at only so often (seconds): a look reads all that waits,
and one for each new message would take most of the processor."""

UNSENT = Gauge("redbutton_unsent", "Messages and edits that wait to be sent.")
OLDEST = Gauge("redbutton_unsent_seconds", "How long the oldest of them waits.")

_LOG = logging.getLogger(__name__)


class Sender:
    """Makes the outbox true, beside others that do the same.

    A message is claimed before it is sent, and looked for where it may have been sent before.
    """

    def __init__(
        self,
        outbox: Outbox,
        client: SlackClient,
        render: Callable[[Post], Rendered],
        clock: Clock,
    ) -> None:
        self._outbox = outbox
        self._clock = clock
        self._claims = Claims(outbox, clock)
        self._pace = Pace(clock)
        delivery = Delivery(client, render, clock, self._claims)
        self._carrier = Carrier(outbox, delivery, self._claims, self._pace, clock)
        self._wake = asyncio.Event()
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._measured = float("-inf")
        self._loop: asyncio.Task[None] | None = None
        self._stopping = False
        self._crowded = False

    async def start(self) -> None:
        """Begin to send whatever waits."""
        self._outbox.on_change(self._wake.set)
        self._loop = asyncio.create_task(self._run())

    async def stop(self, within: float) -> None:
        """Send what can be sent in *within* seconds; the rest waits stored."""
        if self._loop is None:
            return
        self._stopping = True
        self._wake.set()
        await asyncio.wait({self._loop}, timeout=within)
        left = [self._loop, *self._busy.values()]
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        self._loop = None

    async def _run(self) -> None:
        """Look, send, wait; go on whatever happens."""
        while True:
            self._wake.clear()
            pause = None
            try:
                pause = await self._pass()
            except Exception:  # noqa: BLE001  The outbox may be out of reach; it is asked again.
                _LOG.exception("The outbox could not be read.")
            # A pause of the pace is waited for, or the end of a run would not be told at a stop.
            done = not (self._busy or self._wake.is_set())
            if self._stopping and done and pause is None:
                return
            if self._crowded:
                await asyncio.sleep(BREATH if pause is None else min(BREATH, pause))
            if not self._wake.is_set():
                await self._rest(pause)

    async def _rest(self, pause: float | None) -> None:
        """Wait until woken, until *pause* is over by the clock, or until it is time to look."""
        until: set[asyncio.Task[Any]] = {asyncio.create_task(self._wake.wait())}
        if pause is not None:
            until.add(asyncio.create_task(self._clock.sleep(pause)))
        look = min(IDLE, self._pace.soonest())
        try:
            await asyncio.wait(until, timeout=look, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in until:
                task.cancel()
            await asyncio.gather(*until, return_exceptions=True)

    async def _pass(self) -> float | None:
        """Start what may go now; return the seconds until Slack wants more of what waits."""
        await self._measure()
        posts = await self._outbox.unsent(self._clock.now())
        self._crowded = len(posts) >= CROWD
        may_go, waits = list[Lane](), list[float]()
        for lane in lanes_of(posts):
            if lane.place in self._busy or self._pace.held(lane.place):
                continue
            wait = self._pace.wait(lane.place)
            if wait > 0:
                waits.append(wait)
            else:
                may_go.append(replace(lane, posts=lane.posts[: self._pace.room(lane.place)]))
        for lane in await self._claims.take(may_go):
            task = asyncio.create_task(self._carrier.carry(lane))
            self._busy[lane.place] = task
            task.add_done_callback(partial(self._freed, lane.place))
        return min(waits, default=None)

    async def _measure(self) -> None:
        now = self._clock.monotonic()
        if now - self._measured < IDLE:
            return
        self._measured = now
        waiting, oldest = await self._outbox.waiting(self._clock.now())
        UNSENT.set(waiting)
        OLDEST.set(oldest or 0.0)

    def _freed(self, place: str, _: asyncio.Task[None]) -> None:
        self._busy.pop(place, None)
        self._wake.set()
