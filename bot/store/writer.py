"""The one thread that writes: whatever has queued is committed together."""

import asyncio
import contextlib
import logging
import queue
import threading
from collections import defaultdict
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from bot.domain.errors import NotNow
from bot.store import sqlite

T = TypeVar("T")
Work = Callable[[Connection], T]
"""A unit of work: it does all or, if it raises, nothing. It runs in the writer's thread."""

WAITING_LIMIT = 10_000
"""Units that may wait. At 1 ms each the last would wait 10 s; more would only fill the memory."""

TOGETHER = 256
"""Units committed together at most, so that the first of them is not kept waiting for long."""

AMEND_AFTER = 0.5
"""Seconds after which taking back is tried again, where nothing else is to be written."""

log = logging.getLogger(__name__)


class Job(Generic[T]):
    """A unit of work, and the caller who waits for it."""

    def __init__(self, work: Work[T], on_late: Work[object] | None = None) -> None:
        self.work = work
        self.on_late = on_late
        self.loop = asyncio.get_running_loop()
        self.future: asyncio.Future[T] = self.loop.create_future()
        self.abandoned = False
        self._confirmed = False
        self._lock = threading.Lock()

    def give_up(self) -> bool:
        """Wait no longer. False if it is committed already: then its answer is on the way."""
        with self._lock:
            self.abandoned = not self._confirmed
            return self.abandoned

    def expire(self, seconds: float) -> None:
        """Tell the caller that *seconds* have gone by; called in the caller's loop."""
        if self.give_up() and not self.future.done():
            message = f"It was not written down within {seconds:g} s, so it counts as not done."
            self.future.set_exception(NotNow(message, fix="Ask again in a minute."))

    def confirm(self) -> bool:
        """Note that it is committed. False if nobody waits for it any more."""
        with self._lock:
            self._confirmed = not self.abandoned
            return self._confirmed


class _Lost(Exception):
    """The transaction ended under a unit of work, and with it all units before."""


_STOP = object()
_Answer = tuple[Job[Any], object, Exception | None]


class Writer:
    """Carries out jobs in the order they came, each in its own savepoint."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._queue: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._amends: list[Work[object]] = []
        self._closed = False
        # A daemon: a process that is told to end need not wait for a lock of somebody else.
        self._thread = threading.Thread(target=self._run, name="store-writer", daemon=True)

    def start(self) -> None:
        """Begin to take jobs."""
        self._thread.start()

    def put(self, job: Job[Any]) -> None:
        """Queue *job*; raise NotNow if too many wait, or the store is closed."""
        if self._closed:
            raise NotNow("The store is closed: the bot is stopping.", fix="Ask again in a minute.")
        if self._queue.qsize() >= WAITING_LIMIT:
            raise NotNow(
                f"{WAITING_LIMIT} changes wait to be written down already.",
                fix="Ask again in a minute.",
            )
        self._queue.put(job)

    def stop(self) -> None:
        """Carry out what has queued, then end. Blocks until then."""
        self._closed = True
        self._queue.put(_STOP)
        self._thread.join()

    def _run(self) -> None:
        with self._engine.connect() as connection:
            going = True
            while going:
                jobs, going = self._gather()
                self._carry_out(connection, jobs)

    def _gather(self) -> tuple[list[Job[Any]], bool]:
        """Wait for a job and take what has queued behind it; False once told to stop."""
        jobs: list[Job[Any]] = []
        try:
            item = self._queue.get(timeout=AMEND_AFTER if self._amends else None)
            while item is not _STOP:
                jobs.append(item)
                if len(jobs) == TOGETHER:
                    return jobs, True
                item = self._queue.get_nowait()
        except queue.Empty:
            return jobs, True
        return jobs, False

    def _carry_out(self, connection: Connection, jobs: list[Job[Any]]) -> None:
        answers: list[_Answer]
        try:
            self._amend(connection)
            answers = self._commit(connection, jobs)
        except Exception as error:  # noqa: BLE001  Whatever it is, the callers wait for an answer.
            answers = [(job, None, error) for job in jobs]
            self._heal(connection, error)
        late = [job for job, _, error in answers if error is None and not job.confirm()]
        self._amends += [job.on_late for job in late if job.on_late is not None]
        _deliver(answers)
        if late:
            self._amend_now(connection)

    def _commit(self, connection: Connection, jobs: list[Job[Any]]) -> list[_Answer]:
        """Carry out *jobs* in one transaction; what it raises undid them all."""
        if not jobs:
            return []
        if len(jobs) == 1:
            return _alone(connection, jobs[0])
        with connection.begin():
            # What was given up while it queued, or while a lock was waited for, has not begun.
            return [_unit(connection, job) for job in jobs if not job.abandoned]

    def _amend(self, connection: Connection) -> None:
        """Take back what was committed too late, before anything else is written."""
        while self._amends:
            with connection.begin():
                self._amends[0](connection)
            del self._amends[0]

    def _amend_now(self, connection: Connection) -> None:
        try:
            self._amend(connection)
        except Exception as error:  # noqa: BLE001  Nothing else is written until it has succeeded.
            self._heal(connection, error)

    def _heal(self, connection: Connection, error: Exception) -> None:
        """Log *error*, and give up a connection that may be broken; the next use opens another."""
        log.error("The store could not be written: %s", sqlite.cause(error) or error)
        if isinstance(error, DBAPIError) and not sqlite.passing(error):
            connection.invalidate()


def for_callers(error: Exception) -> Exception:
    """Return *error*, or NotNow in its place where the database is what ails."""
    why = sqlite.cause(error.__cause__ if isinstance(error, _Lost) and error.__cause__ else error)
    if why is None:
        return error
    ours = NotNow(
        f"The store took nothing: {why}.",
        fix="Ask again in a minute; `redbutton doctor` tells whoever runs the bot more.",
    )
    ours.__cause__ = error
    return ours


def _alone(connection: Connection, job: Job[Any]) -> list[_Answer]:
    """Carry out *job* in a transaction of its own, which needs no savepoint."""
    with connection.begin() as transaction:
        if job.abandoned:
            return []
        try:
            result = job.work(connection)
        except Exception as error:
            if not sqlite.in_transaction(connection):
                raise _Lost from error
            transaction.rollback()
            return [(job, None, error)]
    return [(job, result, None)]


def _unit(connection: Connection, job: Job[Any]) -> _Answer:
    """Carry out *job*; where it raises, undo what it did and nothing else."""
    sqlite.say(connection, "SAVEPOINT unit")
    try:
        result = job.work(connection)
    except Exception as error:
        if not sqlite.in_transaction(connection):
            raise _Lost from error
        sqlite.say(connection, "ROLLBACK TO unit")
        sqlite.say(connection, "RELEASE unit")
        return job, None, error
    sqlite.say(connection, "RELEASE unit")
    return job, result, None


def _deliver(answers: list[_Answer]) -> None:
    """Wake the callers: one call into each of their loops."""
    by_loop: dict[asyncio.AbstractEventLoop, list[_Answer]] = defaultdict(list)
    for answer in answers:
        by_loop[answer[0].loop].append(answer)
    for loop, theirs in by_loop.items():
        # A loop that was closed meanwhile has nobody left in it who waits.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(_settle, theirs)


def _settle(answers: list[_Answer]) -> None:
    for job, result, error in answers:
        if job.future.done():
            continue
        if error is None:
            job.future.set_result(result)
        else:
            job.future.set_exception(for_callers(error))
