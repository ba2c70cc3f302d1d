"""One who writes to PostgreSQL: each job in a transaction of its own, no answer guessed."""

import logging
import threading
from contextlib import suppress
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Engine, bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError

from bot.domain.clock import Clock
from bot.domain.errors import NotNow
from bot.domain.ids import new_id
from bot.store import postgres
from bot.store.causes import cause
from bot.store.jobs import AMEND_AFTER, Job, Work, deliver
from bot.store.rows import stamp
from bot.store.tables import writer

PATIENCE = 5.0
"""Seconds for which a job without a time of its own is tried while the server is away."""

PAUSE = 0.2
"""Seconds between two tries."""

FORGOTTEN_AFTER = timedelta(days=30)
"""Who has not written for so long has died without leaving."""

_JOIN = insert(writer).on_conflict_do_nothing(index_elements=["id"])
_LEAVE = delete(writer).where(writer.c.id == bindparam("of"))
_FORGET = delete(writer).where(writer.c.at < bindparam("before"))
# Whoever is still at it holds the row, so this waits until that has ended.
_TURN = select(writer.c.turn).where(writer.c.id == bindparam("of")).with_for_update()

log = logging.getLogger(__name__)


class _Unknown(Exception):
    """Our row is not there: not yet, or not any more."""


class _Expired(Exception):
    """Whoever asked was told that it is not done, and so it is undone."""


class Scribe:
    """Carries out jobs on *engine*, one after the other, until *closing*.

    Each of its transactions sets the number in its row of `writer`, in the round trip that begins
    it. When the answer to a commit is lost, that number tells whether it was made.
    """

    def __init__(self, engine: Engine, clock: Clock, closing: threading.Event) -> None:
        self._engine = engine
        self._clock = clock
        self._closing = closing
        self._id = new_id(clock.now())
        self._turn = 0

    def carry_out(self, job: Job[Any]) -> None:
        """Carry out *job* and tell its caller; what comes too late is taken back."""
        result, error = None, None
        try:
            result = self._tried(job)
        except _Expired:
            return
        except Exception as raised:  # noqa: BLE001  Whatever it is, the caller waits for an answer.
            error = raised
        late = error is None and not job.confirm()
        deliver([(job, result, error)])
        if late and job.on_late is not None:
            self._amend(job.on_late)

    def leave(self) -> None:
        """Remove its row, where the server can still be reached."""
        with suppress(DBAPIError), self._engine.connect() as connection, connection.begin():
            connection.execute(_LEAVE, {"of": self._id})

    def _tried(self, job: Job[Any]) -> object:
        """Carry out *job*, again where the database undid it for no fault of its own."""
        while not job.abandoned:
            try:
                return self._once(job.work, job)
            except DBAPIError as error:
                if not postgres.again(error):
                    raise
                log.warning("The store is tried again: %s", cause(error))
                if self._closing.is_set() or (job.patient and job.age > PATIENCE):
                    raise
            self._closing.wait(PAUSE)
        raise _Expired

    def _once(self, work: Work[object], job: Job[Any] | None = None) -> object:
        """Carry out *work* in one transaction; where this returns, it is committed."""
        with suppress(_Unknown):
            return self._attempt(work, job)
        self._join()
        return self._attempt(work, job)

    def _attempt(self, work: Work[object], job: Job[Any] | None) -> object:
        committing, result = False, None
        try:
            with self._begin() as connection, connection.begin():
                if not connection.info[postgres.BEGIN]:
                    raise _Unknown
                result = work(connection)
                if job is not None and job.expired:
                    raise _Expired
                committing = True
        except DBAPIError as error:
            if not (committing and postgres.lost(error)):
                raise
            log.warning("The answer to a commit was lost; the server is asked what became of it.")
            if not self._committed():
                raise
        return result

    def _begin(self) -> Connection:
        """Connect; what begins its transaction is a new number in our row."""
        self._turn += 1
        words = (
            f"BEGIN; UPDATE writer SET turn = {self._turn}, at = '{stamp(self._clock.now())}' "  # noqa: S608  Our own words.
            f"WHERE id = '{self._id}' RETURNING turn"
        )
        return self._engine.connect().execution_options(**{postgres.BEGIN: words})

    def _join(self) -> None:
        """Make our row, in a transaction of its own: a later one must find it to wait for."""
        now = self._clock.now()
        with self._engine.connect() as connection, connection.begin():
            connection.execute(_FORGET, {"before": stamp(now - FORGOTTEN_AFTER)})
            connection.execute(_JOIN, {"id": self._id, "turn": 0, "at": stamp(now)})

    def _committed(self) -> bool:
        """Ask until the server tells whether the last transaction was committed."""
        while True:
            try:
                with self._engine.connect() as connection, connection.begin():
                    found = connection.execute(_TURN, {"of": self._id}).scalar()
            except DBAPIError as error:
                log.warning("The server does not tell yet: %s", cause(error) or error)
            else:
                return found == self._turn
            if self._closing.wait(PAUSE):
                raise NotNow(
                    "The database went silent, and it is not known whether it was written down.",
                    fix="Look with `redbutton audit list` before you ask again.",
                )

    def _amend(self, on_late: Work[object]) -> None:
        """Take back what was committed too late, until that has succeeded."""
        while True:
            try:
                self._once(on_late)
            except Exception as error:  # noqa: BLE001  Whatever it is, it is tried again.
                log.error("What came too late could not be taken back: %s", cause(error) or error)  # noqa: TRY400  Its trace says no more.
            else:
                return
            if self._closing.wait(AMEND_AFTER):
                return
