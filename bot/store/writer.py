"""The one thread that writes to SQLite: whatever has queued is committed together."""

import logging
import queue
import threading
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from bot.store import sqlite
from bot.store.jobs import (
    AMEND_AFTER,
    WAITING_LIMIT,
    Answer,
    Job,
    Lost,
    Work,
    closed,
    crowded,
    deliver,
)

TOGETHER = 256
"""Units committed together at most, so that the first of them is not kept waiting for long."""

log = logging.getLogger(__name__)


_STOP = object()


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
            raise closed()
        if self._queue.qsize() >= WAITING_LIMIT:
            raise crowded()
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
        answers: list[Answer]
        try:
            self._amend(connection)
            answers = self._commit(connection, jobs)
        except Exception as error:  # noqa: BLE001  Whatever it is, the callers wait for an answer.
            answers = [(job, None, error) for job in jobs]
            self._heal(connection, error)
        late = [job for job, _, error in answers if error is None and not job.confirm()]
        self._amends += [job.on_late for job in late if job.on_late is not None]
        deliver(answers)
        if late:
            self._amend_now(connection)

    def _commit(self, connection: Connection, jobs: list[Job[Any]]) -> list[Answer]:
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


def _alone(connection: Connection, job: Job[Any]) -> list[Answer]:
    """Carry out *job* in a transaction of its own, which needs no savepoint."""
    with connection.begin() as transaction:
        if job.abandoned:
            return []
        try:
            result = job.work(connection)
        except Exception as error:
            if not sqlite.in_transaction(connection):
                raise Lost from error
            transaction.rollback()
            return [(job, None, error)]
    return [(job, result, None)]


def _unit(connection: Connection, job: Job[Any]) -> Answer:
    """Carry out *job*; where it raises, undo what it did and nothing else."""
    sqlite.say(connection, "SAVEPOINT unit")
    try:
        result = job.work(connection)
    except Exception as error:
        if not sqlite.in_transaction(connection):
            raise Lost from error
        sqlite.say(connection, "ROLLBACK TO unit")
        sqlite.say(connection, "RELEASE unit")
        return job, None, error
    sqlite.say(connection, "RELEASE unit")
    return job, result, None
