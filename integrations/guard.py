"""The door to one service: a deadline, slots, a pace, and a breaker.

Nothing is repeated here: who asks knows what may be (`bot.domain.context.StepRule`).
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from aiolimiter import AsyncLimiter

from bot.domain.clock import Clock
from bot.domain.errors import IntegrationError, OutcomeUnknown, Unreachable

T = TypeVar("T")

TRYING = 1.0
"""Seconds after which to ask again while one call tries whether a service is there again."""


class Classify(Protocol):
    """A vendor's `errors.classify`."""

    def __call__(self, error: BaseException, *, writes: bool) -> IntegrationError:
        """Return what *error* means; after a write that was sent it may have happened."""
        ...


@dataclass(frozen=True)
class Limits:
    """How one service is met. Times are in seconds.

    *deadline* bounds a call, with its wait for a slot and for the pace, of which *burst* seconds'
    worth may come at once. After *failures* silences in a row nothing is asked for *rest*; then one
    call tries.
    """

    deadline: float = 8.0
    slots: int = 8
    per_minute: float = 600.0
    burst: float = 1.0
    failures: int = 5
    rest: float = 30.0


class Guard:
    """Lets calls of one *service* through.

    A blocking call runs in a thread, and its slot is free again when the thread is done, never when
    somebody stops waiting for it.
    """

    def __init__(
        self, service: str, classify: Classify, clock: Clock, limits: Limits | None = None
    ) -> None:
        self.service = service
        self._classify = classify
        self._clock = clock
        self._is = limits or Limits()
        self._slots = asyncio.Semaphore(self._is.slots)
        # A second's worth may come at once: a press asks for several things in the same moment.
        each_second = self._is.per_minute / 60
        together = max(1.0, each_second * self._is.burst)
        self._pace = AsyncLimiter(together, together / each_second)
        self._threads = ThreadPoolExecutor(self._is.slots, f"guard-{service}")
        self._failed = 0
        self._silent_since: datetime | None = None
        self._asks_again = float("-inf")
        self._tries = False

    @property
    def trouble(self) -> str | None:
        """Say since when the service has been silent, while nothing is asked of it; else None."""
        if self._failed < self._is.failures or self._silent_since is None:
            return None
        return f"{self.service} has not answered since {self._silent_since:%H:%M} UTC."

    async def blocking(self, call: Callable[[], T], *, writes: bool, insist: bool = False) -> T:
        """Do *call* in a thread. Raises Unreachable, Rejected, NotConfigured, OutcomeUnknown.

        What *insist*s is asked even of a service that has been silent.
        """
        loop = asyncio.get_running_loop()

        def begin() -> asyncio.Future[T]:
            try:
                return asyncio.wrap_future(self._threads.submit(call), loop=loop)
            except RuntimeError:
                raise Unreachable(
                    f"{self.service} was not asked: the bot is stopping.",
                    fix="Ask again in a minute.",
                ) from None

        return await self._through(begin, writes=writes, insist=insist)

    async def calling(
        self, call: Callable[[], Awaitable[T]], *, writes: bool, insist: bool = False
    ) -> T:
        """Await *call*, and end it with its time. See `blocking`."""
        begun: list[asyncio.Future[T]] = []

        def begin() -> asyncio.Future[T]:
            begun.append(asyncio.ensure_future(call()))
            return begun[0]

        try:
            return await self._through(begin, writes=writes, insist=insist)
        finally:
            for one in begun:
                one.cancel()

    async def close(self) -> None:
        """Let no further thread begin; what runs ends by its own timeout."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _through(
        self, begin: Callable[[], asyncio.Future[T]], *, writes: bool, insist: bool
    ) -> T:
        begun: asyncio.Future[T] | None = None
        with self._let_through(insist=insist):
            try:
                async with asyncio.timeout(self._is.deadline):
                    await self._slots.acquire()
                    try:
                        await self._pace.acquire()
                        begun = begin()
                    except BaseException:
                        self._slots.release()
                        raise
                    begun.add_done_callback(self._freed)
                    answer = await asyncio.shield(begun)
            except TimeoutError as late:
                if begun is None:
                    # It waited for calls of ours; the service was not heard, as it was not asked.
                    raise self._crowded() from late
                silent = self._late(writes=writes)
                self._heard(silent)
                raise silent from late
            except Exception as error:  # noqa: BLE001  Each of them becomes one of ours.
                known = self._classify(error, writes=writes)
                self._heard(known)
                # What a vendor's client says may hold tokens and whole answers.
                raise known from None
            self._heard(None)
            return answer

    def _freed(self, begun: "asyncio.Future[T]") -> None:
        self._slots.release()
        if not begun.cancelled():
            # Whoever waited may be gone; nobody else asks for it.
            begun.exception()

    @contextmanager
    def _let_through(self, *, insist: bool) -> Iterator[None]:
        """Let one call through the breaker; where one that tries ends unheard, the next may try."""
        tries = self._ask_breaker(insist=insist)
        try:
            yield
        finally:
            if tries and self._tries:
                self._asks_again, self._tries = self._clock.monotonic(), False

    def _ask_breaker(self, *, insist: bool) -> bool:
        """Return whether the call tries if the service is there again. Raises Unreachable."""
        trouble = self.trouble
        if trouble is None or insist:
            return False
        now = self._clock.monotonic()
        if now < self._asks_again:
            raise Unreachable(
                trouble,
                fix="It is asked again by itself within half a minute.",
                # One that tries may be answered at once; its neighbour is not to wait a whole rest.
                retry_after=TRYING if self._tries else self._asks_again - now,
            )
        self._asks_again, self._tries = now + self._is.rest, True
        return True

    def _heard(self, error: IntegrationError | None) -> None:
        """Count *error* where it is a silence; what answers, however rudely, is there."""
        self._tries = False
        paced = isinstance(error, Unreachable) and error.retry_after is not None
        if paced or not isinstance(error, Unreachable | OutcomeUnknown):
            self._failed, self._silent_since = 0, None
            return
        self._failed += 1
        if self._silent_since is None:
            self._silent_since = self._clock.now()
        if self._failed >= self._is.failures:
            self._asks_again = self._clock.monotonic() + self._is.rest

    def _crowded(self) -> IntegrationError:
        return Unreachable(
            f"{self.service} was not asked: so much else of the bot's was before this that its "
            f"turn did not come within {self._is.deadline:g} s.",
            fix="Ask again in a minute.",
        )

    def _late(self, *, writes: bool) -> IntegrationError:
        waited = f"{self.service} did not answer within {self._is.deadline:g} s"
        if writes:
            return OutcomeUnknown(
                f"{waited}; it may have happened.", fix="Look there before you ask again."
            )
        return Unreachable(f"{waited}.", fix="Ask again in a minute.")
