"""Units of work, who waits for them, and what they hear."""

import asyncio
import contextlib
import threading
from collections import defaultdict
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection

from bot.domain.clock import SystemClock
from bot.domain.errors import NotNow
from bot.store.causes import cause

T = TypeVar("T")
Work = Callable[[Connection], T]
"""A unit of work: it does all or, if it raises, nothing. It runs in a writer's thread.

Where the database undid it for no fault of its own it is run again, so it keeps nothing of a run.
"""

WAITING_LIMIT = 10_000
"""Units that may wait. At 1 ms each the last would wait 10 s; more would only fill the memory."""

AMEND_AFTER = 0.5
"""Seconds after which taking back is tried again, where nothing else is to be written."""

_MACHINE = SystemClock()


class Lost(Exception):
    """The transaction ended under a unit of work, and with it all that was in it."""


class Job(Generic[T]):
    """A unit of work, and the caller who waits for it.

    Jobs of one *lane* are carried out in the order they came.
    """

    def __init__(
        self,
        work: Work[T],
        on_late: Work[object] | None = None,
        lane: str | None = None,
        *,
        patient: bool = True,
    ) -> None:
        self.work = work
        self.on_late = on_late
        self.lane = lane
        self.loop = asyncio.get_running_loop()
        self.future: asyncio.Future[T] = self.loop.create_future()
        self.abandoned = False
        """Nobody waits for it any more: where it has not begun, it is skipped."""
        self.expired = False
        """Its caller was told that it is not done."""
        self.patient = patient
        """Its caller set no time."""
        self._asked = _MACHINE.monotonic()
        self._confirmed = False
        self._lock = threading.Lock()

    @property
    def age(self) -> float:
        """Return the seconds since it was asked for."""
        return _MACHINE.monotonic() - self._asked

    def give_up(self) -> bool:
        """Wait no longer. False if it is committed already: then its answer is on the way."""
        with self._lock:
            self.abandoned = not self._confirmed
            return self.abandoned

    def expire(self, seconds: float) -> None:
        """Tell the caller that *seconds* have gone by; called in the caller's loop."""
        if self.give_up() and not self.future.done():
            self.expired = True
            message = f"It was not written down within {seconds:g} s, so it counts as not done."
            self.future.set_exception(NotNow(message, fix="Ask again in a minute."))

    def confirm(self) -> bool:
        """Note that it is committed. False if nobody waits for it any more."""
        with self._lock:
            self._confirmed = not self.abandoned
            return self._confirmed


Answer = tuple[Job[Any], object, Exception | None]
"""A job with its result, or with the error in its place."""


def closed() -> NotNow:
    """Return what is told to whoever asks a store that is closed."""
    return NotNow("The store is closed: the bot is stopping.", fix="Ask again in a minute.")


def crowded() -> NotNow:
    """Return what is told to whoever asks while `WAITING_LIMIT` others wait."""
    message = f"{WAITING_LIMIT} changes wait to be written down already."
    return NotNow(message, fix="Ask again in a minute.")


def for_callers(error: Exception) -> Exception:
    """Return *error*, or NotNow in its place where the database is what ails."""
    why = cause(error.__cause__ if isinstance(error, Lost) and error.__cause__ else error)
    if why is None:
        return error
    ours = NotNow(
        f"The store took nothing: {why}.",
        fix="Ask again in a minute; `redbutton doctor` tells whoever runs the bot more.",
    )
    ours.__cause__ = error
    return ours


def deliver(answers: list[Answer]) -> None:
    """Wake the callers: one call into each of their loops."""
    by_loop: dict[asyncio.AbstractEventLoop, list[Answer]] = defaultdict(list)
    for answer in answers:
        by_loop[answer[0].loop].append(answer)
    for loop, theirs in by_loop.items():
        # A loop that was closed meanwhile has nobody left in it who waits.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(_settle, theirs)


def _settle(answers: list[Answer]) -> None:
    for job, result, error in answers:
        if job.future.done():
            continue
        if error is None:
            job.future.set_result(result)
        else:
            job.future.set_exception(for_callers(error))
