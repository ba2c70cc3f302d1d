"""Socket Mode: a few connections to Slack, kept open side by side, so that no port is needed."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from prometheus_client import Counter, Gauge

from bot.domain.clock import Clock
from bot.slack.front import Dispatch
from bot.slack.socket_link import Link, NotGreeted, Rhythm
from bot.slack.socket_troubles import CLOSED, FINAL, LOST, NOT_YET, Trouble, farewell, trouble_of

OPEN = Gauge("redbutton_socket_open", "Socket Mode connections that are open.")
LAST = Gauge("redbutton_socket_last_frame_seconds", "Since anything came over Socket Mode.")
REGISTERED = Gauge("redbutton_socket_registered", "Connections of this app, as Slack counts them.")
ENDED = Counter("redbutton_socket_ended", "Socket Mode connections ended, by reason.", ["reason"])

_LOG = logging.getLogger(__name__)


class Sockets:
    """Keeps *count* connections, and hands what comes by them to *dispatch*.

    *open_url* returns an address that serves one connection. Slack sends each payload to one of
    all connections that are open, whichever process they belong to.
    """

    def __init__(
        self,
        dispatch: Dispatch,
        open_url: Callable[[], Awaitable[str]],
        clock: Clock,
        *,
        count: int = 2,
        rhythm: Rhythm = Rhythm(),  # noqa: B008  It is frozen.
    ) -> None:
        self._dispatch = dispatch
        self._open_url = open_url
        self._clock = clock
        self._count = count
        self._rhythm = rhythm
        self._links: set[Link] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._why = NOT_YET
        self._heard = clock.monotonic()

    @property
    def open(self) -> int:
        """How many connections are open; while one is replaced, both count."""
        return sum(link.ended is None for link in self._links)

    async def start(self) -> None:
        """Begin to connect; `trouble` says how it goes."""
        OPEN.set_function(lambda: self.open)
        LAST.set_function(self.silence)
        for _ in range(self._count):
            self._spawn(self._keep())

    async def drain(self, within: float) -> None:
        """Send the acks that are on their way, for up to *within* seconds, and close.

        What Slack sends next goes to other processes.
        """
        self._why = CLOSED
        await self._stop()
        await asyncio.gather(*(link.finish(within) for link in tuple(self._links)))

    async def close(self) -> None:
        """Close at once what is still open."""
        self._why = CLOSED
        await self._stop()
        await asyncio.gather(*(link.close() for link in tuple(self._links)))
        self._links.clear()

    def trouble(self) -> str | None:
        """Return why nothing can arrive and what to do; None while a connection is open."""
        return None if self.open else self._why

    def silence(self) -> float:
        """Return the seconds since anything arrived; while all is well it is a ping's answer."""
        self._heard = max([self._heard, *(link.heard for link in self._links)])
        return self._clock.monotonic() - self._heard

    async def _keep(self) -> None:
        """Keep one connection open, for ever; a successor is greeted before the old one goes."""
        old: Link | None = None
        failures = 0
        while True:
            made = await self._opened()
            if isinstance(made, Trouble):
                failures += 1
                await self._clock.sleep(self._pause(made, failures))
                continue
            born = self._clock.monotonic()
            leaving = self._spawn(self._retire(old)) if old is not None else None
            ended = await self._served(made, leaving)
            if ended is None:
                old, failures = made, 0
                await self._clock.sleep(self._rhythm.floor)
                continue
            young = self._clock.monotonic() - born < self._rhythm.slowest
            old, failures = None, failures + 1 if young else 1
            await self._clock.sleep(self._pause(ended, failures))

    async def _served(self, link: Link, before: asyncio.Task[None] | None) -> Trouble | None:
        """Wait until *link* needs a successor; None while it goes on serving until then."""
        await link.parting()
        said = farewell(link.farewell or "")
        if link.farewell in FINAL:
            self._spawn(link.finish(self._rhythm.finish))
            return self._met(said)
        if before is not None and link.ended is None:
            # Asked for again and again, they would add up to more than Slack allows.
            ending = self._spawn(link.closed())
            either = {before, ending}
            await asyncio.wait(
                either, timeout=self._rhythm.apart, return_when=asyncio.FIRST_COMPLETED
            )
        return Trouble(LOST) if link.ended is not None and link.farewell is None else None

    async def _opened(self) -> Link | Trouble:
        try:
            url = await self._open_url()
            link = await Link.open(url, self._dispatch, self._clock, self._rhythm)
        except NotGreeted as sent_away:
            return self._met(farewell(sent_away.reason))
        except Exception as error:  # noqa: BLE001  Whatever it is, it is tried again.
            return self._met(trouble_of(error))
        if self._why not in {NOT_YET, LOST}:
            _LOG.info("A connection to Slack is open again.")
        self._why = LOST
        REGISTERED.set(link.registered)
        self._links.add(link)
        self._spawn(self._forget(link))
        return link

    async def _retire(self, link: Link) -> None:
        """Let Slack close *link*, for it alone knows when it has sent the last; then close it."""
        try:
            async with asyncio.timeout(self._rhythm.linger):
                await link.closed()
        except TimeoutError:
            await link.finish(self._rhythm.finish)

    async def _forget(self, link: Link) -> None:
        await link.gone()
        self.silence()
        self._links.discard(link)
        ENDED.labels(link.ended).inc()

    def _met(self, trouble: Trouble) -> Trouble:
        """Note *trouble*, and say it once."""
        if trouble.words != self._why:
            _LOG.warning("Socket Mode: %s", trouble.words)
        self._why = trouble.words
        return trouble

    def _pause(self, trouble: Trouble, failures: int) -> float:
        """Return the seconds to wait: doubling, spread, and never less than Slack asks for."""
        doubled = self._rhythm.first * 2.0 ** min(failures - 1, 16)
        most = self._rhythm.slowest if trouble.vain else min(doubled, self._rhythm.slowest)
        spread = random.uniform(0.5, 1.0)  # noqa: S311  It keeps replicas apart and no secret.
        return trouble.retry_after + most * spread

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _stop(self) -> None:
        """Open nothing any more."""
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
