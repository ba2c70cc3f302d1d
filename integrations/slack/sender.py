"""The one paced sender of everything that goes out: posts, edits, ephemeral words, files."""

import asyncio
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from prometheus_client import Counter, Gauge

from bot.domain.clock import Clock
from bot.domain.errors import IntegrationError
from integrations.slack.client import SlackClient
from integrations.slack.delivery import Delivery, Rendered, Undeliverable
from integrations.slack.errors import RateLimited
from integrations.slack.outbox import Outbox, Post
from integrations.slack.pace import Pace, place_of

IDLE = 5.0
"""Seconds after which the outbox is looked at even if nothing woke the sender."""

CROWD, BREATH = 20, 0.2
"""So many waiting, the outbox is looked at only so often (seconds): a look reads all that waits,
and one for each new message would take most of the processor."""

SLOWEST_RETRY = 300.0
"""Seconds between attempts once the doubling has ended."""

ATTEMPTS = 300
"""After the doubling these take a day; then a message is given up."""

SENT = Counter("redbutton_slack_sent", "Messages and edits that Slack has taken.")
LIMITED = Counter("redbutton_slack_rate_limited", "Answers 429 from Slack to the sender.")
RETRIED = Counter("redbutton_slack_retries", "Messages put off after a failure.")
DROPPED = Counter("redbutton_slack_dropped", "Messages given up for good.")
OLDEST = Gauge("redbutton_slack_oldest_unsent_seconds", "How long the oldest message waits.")

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Lane:
    """Messages that must go one after the other: new ones of a place, or versions of one."""

    place: str
    posts: tuple[Post, ...]


class Sender:
    """Makes the outbox true. At least once: what was sent but not noted is sent again."""

    def __init__(
        self,
        outbox: Outbox,
        client: SlackClient,
        render: Callable[[Post], Rendered],
        clock: Clock,
    ) -> None:
        self._outbox = outbox
        self._clock = clock
        self._delivery = Delivery(client, render, clock)
        self._pace = Pace(clock)
        self._wake = asyncio.Event()
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._waiting: dict[int, float] = {}
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
            if self._stopping and not self._busy and pause is None:
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
        posts = await self._outbox.unsent(self._clock.now())
        now = self._clock.monotonic()
        self._waiting = {p.id: self._waiting.get(p.id, now) for p in posts}
        OLDEST.set(now - min(self._waiting.values(), default=now))
        waits = []
        self._crowded = len(posts) >= CROWD
        for lane in _lanes(posts):
            if lane.place in self._busy or self._pace.held(lane.place):
                continue
            wait = self._pace.wait(lane.place)
            if wait > 0:
                waits.append(wait)
                continue
            task = asyncio.create_task(self._send(lane))
            self._busy[lane.place] = task
            task.add_done_callback(partial(self._freed, lane.place))
        return min(waits, default=None)

    def _freed(self, place: str, _: asyncio.Task[None]) -> None:
        self._busy.pop(place, None)
        self._wake.set()

    async def _send(self, lane: Lane) -> None:
        """Send what *lane* may send now; it is read anew before what must wait."""
        for post in lane.posts:
            if self._pace.wait(lane.place) > 0:
                return
            self._pace.used(lane.place)
            if not await self._sent(post, lane.place):
                return

    async def _sent(self, post: Post, place: str) -> bool:
        """Send *post*; say whether the lane may go on."""
        try:
            channel, ts = await self._delivery.deliver(post)
            await self._outbox.sent(post, channel, ts)
            self._delivery.forget(post)
        except RateLimited as busy:
            LIMITED.inc()
            self._pace.limited(place, busy.retry_after or 1.0)
            return False
        except Undeliverable as never:
            await self._drop(post, str(never))
        except IntegrationError as error:
            await self._later(post, place, error)
            return False
        except Exception:  # noqa: BLE001  One broken message must not end the sending of others.
            _LOG.exception("The message %s of %s could not be sent.", post.id, post.invocation)
            await self._drop_or_hold(post, place)
            return False
        else:
            SENT.inc()
        return True

    async def _later(self, post: Post, place: str, error: Exception) -> None:
        if post.attempts + 1 >= ATTEMPTS:
            await self._drop(post, f"It failed {ATTEMPTS} times, last with: {error}")
            return
        RETRIED.inc()
        pause = min(2.0**post.attempts, SLOWEST_RETRY)
        # Later messages of the place wait, too: their order is kept.
        self._pace.hold(place, pause)
        await self._outbox.later(post, self._clock.now() + timedelta(seconds=pause), str(error))

    async def _drop(self, post: Post, reason: str) -> None:
        DROPPED.inc()
        _LOG.error("Message %s of %s is given up. %s", post.id, post.invocation, reason)
        self._delivery.forget(post)
        await self._outbox.drop(post, reason)

    async def _drop_or_hold(self, post: Post, place: str) -> None:
        """Put a message off that fails for a reason of ours; the store itself may be the reason."""
        self._pace.hold(place, IDLE)
        try:
            await self._later(post, place, RuntimeError("It could not be drawn or noted."))
        except Exception:  # noqa: BLE001  The store is out of reach; the place is on hold anyway.
            _LOG.exception("The outbox could not be written.")


def _lanes(posts: Iterable[Post]) -> list[Lane]:
    """Sort *posts*, oldest first, into lanes."""
    lanes: dict[str, list[Post]] = {}
    for post in posts:
        lanes.setdefault(place_of(post), []).append(post)
    return [Lane(place, tuple(waiting)) for place, waiting in lanes.items()]
