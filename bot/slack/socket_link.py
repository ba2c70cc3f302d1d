"""One Socket Mode connection: from its hello until it is closed, cut or silent."""

import asyncio
import contextlib
import logging
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, Self

import aiohttp
from prometheus_client import Counter

from bot.domain.clock import Clock
from bot.slack.front import ACCEPTED, BODY_LIMIT, REFUSED, Dispatch, NotTaken
from bot.slack.socket_frames import Envelope, Farewell, Hello, ack_frame, read_frame

UNANSWERED = 2
"""Pings in a row after which a connection on which nothing arrives counts as dead."""

CUT_OFF = 16 * BODY_LIMIT
"""Bytes. A larger frame closes the connection; above BODY_LIMIT it is only refused."""

CLOSING = 1.0
"""Seconds to wait for the answer to our close frame; Slack's may never come."""

NOT_ACKED = Counter("redbutton_socket_not_acked", "Envelopes not acked, by reason.", ["reason"])

BROKEN, SILENT, LEFT = "broken", "silent", "left"

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Rhythm:
    """How often and how long, in seconds."""

    ping: float = 3.0
    """Between two pings of ours. A silent connection is noticed after two to three of them."""

    opening: float = 10.0
    """For a connection to be made and greeted."""

    first: float = 0.5
    slowest: float = 30.0
    """The pause after a first failure, which doubles, and where the doubling ends."""

    floor: float = 0.1
    """Between a hello and the opening of the next, however often Slack asks for a fresh one."""

    linger: float = 15.0
    """For Slack to close what it has asked us to replace; docs.slack.dev: some ten seconds."""

    apart: float = 5.0
    """For which one that lingers holds up the next replacement; half of what Slack gives."""

    finish: float = 3.0
    """For acks on their way when a replaced connection is closed; Slack waits no longer."""


class NotGreeted(Exception):
    """The connection ended before Slack's hello; *reason* is Slack's word, or empty."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Link:
    """A connection that was greeted. It acks each envelope where it came from, or not at all."""

    def __init__(self, dispatch: Dispatch, clock: Clock, rhythm: Rhythm) -> None:
        self._dispatch = dispatch
        self._clock = clock
        self._rhythm = rhythm
        self._http = aiohttp.ClientSession(trust_env=True)
        self._life: asyncio.Task[None] | None = None
        self._work: set[asyncio.Task[None]] = set()
        self._greeted = asyncio.Event()
        self._parting = asyncio.Event()
        self._leave = asyncio.Event()
        self._deaf = False
        self._frames = 0
        self.heard = clock.monotonic()
        self.registered = 0
        self.farewell: str | None = None
        self.ended: str | None = None

    @classmethod
    async def open(cls, url: str, dispatch: Dispatch, clock: Clock, rhythm: Rhythm) -> Self:
        """Connect to *url* and wait for the hello. Raises NotGreeted and what aiohttp raises."""
        link = cls(dispatch, clock, rhythm)
        try:
            async with asyncio.timeout(rhythm.opening):
                await link._connect(url)
        except BaseException:
            await link.close()
            await link._http.close()
            raise
        return link

    async def parting(self) -> None:
        """Wait until Slack has said farewell or the connection has ended."""
        await self._parting.wait()

    async def finish(self, within: float) -> None:
        """Send the acks that are on their way, for up to *within* seconds, then close.

        What arrives meanwhile is taken, too, as long as half of that time is left: it would be
        lost otherwise. What arrives later is not touched, so that Slack tells the person.
        """
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within / 2):
                while self._work and self.ended is None:
                    await asyncio.wait(self._work)
        self._deaf = True
        if self._work:
            await asyncio.wait(self._work, timeout=within / 2)
        self._leave.set()
        await _over(self._life)

    async def close(self) -> None:
        """Close now, and give up what is still being worked at."""
        self._deaf = True
        self._leave.set()
        await _over(self._life)
        await _cancelled(self._work)

    async def closed(self) -> None:
        """Wait until it is closed, by whomever."""
        await _over(self._life)

    async def gone(self) -> None:
        """Wait until it is closed and nothing that came by it is worked at any more."""
        await _over(self._life)
        while self._work:
            await asyncio.wait(self._work)

    async def _connect(self, url: str) -> None:
        ws = await self._http.ws_connect(
            url,
            autoping=False,
            max_msg_size=CUT_OFF,
            timeout=aiohttp.ClientWSTimeout(ws_close=CLOSING),
        )
        self._life = asyncio.create_task(self._live(ws))
        await _first(_told(self._greeted), _told(self._parting))
        if not self._greeted.is_set():
            raise NotGreeted(self.farewell or "")

    async def _live(self, ws: aiohttp.ClientWebSocketResponse) -> None:
        """Read, ping and listen for our own wish to leave; whichever ends first ends it all."""
        try:
            self.ended = await _first(self._read(ws), self._watch(ws), _told(self._leave))
        finally:
            self.ended = self.ended or BROKEN
            self._parting.set()
            with contextlib.suppress(TimeoutError):
                # A close frame cannot be written to a peer that reads no more.
                async with asyncio.timeout(2 * CLOSING):
                    await ws.close()
            await self._http.close()

    async def _watch(self, ws: aiohttp.ClientWebSocketResponse) -> str:
        """Ping; return once nothing at all has arrived over UNANSWERED pings.

        Pings are counted, not seconds: when this very process stood still, what has arrived
        meanwhile is read before the next ping is judged.
        """
        silent = 0
        while silent < UNANSWERED:
            before = self._frames
            # A peer that reads no more would hold a ping back for ever.
            ping = asyncio.create_task(ws.ping())
            await self._clock.sleep(self._rhythm.ping)
            await _cancelled({ping})
            silent = 0 if self._frames > before else silent + 1
        return SILENT

    async def _read(self, ws: aiohttp.ClientWebSocketResponse) -> str:
        while True:
            message = await ws.receive()
            self._frames += 1
            self.heard = self._clock.monotonic()
            match message.type:
                case aiohttp.WSMsgType.TEXT:
                    self._take(ws, message.data)
                case aiohttp.WSMsgType.PING:
                    await ws.pong(message.data)
                case aiohttp.WSMsgType.PONG:
                    pass
                case aiohttp.WSMsgType.BINARY:
                    REFUSED.labels("malformed").inc()
                case _:
                    # Closed by Slack, cut, or a frame beyond CUT_OFF.
                    return self.farewell or BROKEN

    def _take(self, ws: aiohttp.ClientWebSocketResponse, text: str) -> None:
        """Act on one frame. A bad one is counted: nothing of it is logged or answered."""
        if self._deaf:
            return
        try:
            frame = read_frame(text)
        except NotTaken as no:
            REFUSED.labels(no.reason).inc()
            return
        match frame:
            case Hello(connections):
                self.registered = connections
                self._greeted.set()
            case Farewell(reason):
                self.farewell = reason
                self._parting.set()
            case Envelope():
                ACCEPTED.labels(frame.kind).inc()
                task = asyncio.create_task(self._answer(ws, frame))
                self._work.add(task)
                task.add_done_callback(self._work.discard)

    async def _answer(self, ws: aiohttp.ClientWebSocketResponse, envelope: Envelope) -> None:
        try:
            ack = await self._dispatch(envelope.payload, envelope.headers)
            answer = ack_frame(envelope, ack)
        except Exception:  # noqa: BLE001  Whatever it is, the other envelopes go on.
            # The payload stays out of the log: it may hold what nobody should read there.
            _LOG.exception("An envelope of the kind %s was not handled.", envelope.kind)
            answer = None
        if answer is None:
            NOT_ACKED.labels("refused").inc()
            return
        try:
            await ws.send_str(answer)
        except (aiohttp.ClientError, OSError):
            # Another connection's ack would mean nothing to Slack.
            NOT_ACKED.labels("gone").inc()


async def _first(*works: Coroutine[Any, Any, str]) -> str:
    """Return what the first of *works* returns, BROKEN where it failed; the others are ended."""
    tasks = {asyncio.create_task(work) for work in works}
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        one = done.pop()
        return BROKEN if one.exception() else one.result()
    finally:
        await _cancelled(tasks)


async def _told(event: asyncio.Event) -> str:
    await event.wait()
    return LEFT


async def _cancelled(tasks: set[asyncio.Task[Any]]) -> None:
    waiting = tuple(tasks)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)


async def _over(task: asyncio.Task[None] | None) -> None:
    """Wait for *task*, whatever comes of it, without passing a cancellation on to it."""
    if task is not None:
        await asyncio.wait({task})
