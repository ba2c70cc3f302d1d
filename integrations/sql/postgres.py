"""PostgreSQL connections that wait no longer than they may."""

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

import psycopg
from psycopg.abc import PQGen
from sqlalchemy import Connection, Dialect, Engine, create_engine, event, text
from typing_extensions import override

from integrations.sql.config import SqlConfig

T = TypeVar("T")
GRACE = 1.0
"""Seconds that the server is given, after a statement's time, to say that it stopped it."""

_BOUNDS = text(
    "SELECT set_config('statement_timeout', :most, true), "
    "set_config('lock_timeout', :lock, true), "
    "set_config('idle_in_transaction_session_timeout', :most, true)"
)
_end: ContextVar[float] = ContextVar("end", default=math.inf)


class TimedConnection(psycopg.Connection[Any]):
    """Leaves a server that says nothing until the end of its thread's `time_for`."""

    @override
    def wait(self, gen: PQGen[T], interval: float = 0.1, timeout: float | None = None) -> T:
        """Wait for *gen*; raise OperationalError, closed, when the time is over."""
        left = max(0.0, _end.get() - time.monotonic())
        most = left if timeout is None else min(left, timeout)
        try:
            return super().wait(gen, interval, None if math.isinf(most) else most)
        except psycopg.OperationalError as error:
            if error.sqlstate or time.monotonic() < _end.get():
                raise
        # The server stops the statement by itself, and keeps nothing of a client that has left.
        self.close()
        raise psycopg.OperationalError("it gave no answer in time")


@contextmanager
def time_for(config: SqlConfig) -> Iterator[None]:
    """Let everything that this thread asks of PostgreSQL in the block take no longer, in all."""
    token = _end.set(time.monotonic() + config.timeout + GRACE)
    try:
        yield
    finally:
        _end.reset(token)


def postgres_engine(config: SqlConfig) -> Engine:
    """Return the engine of the database that *config* names."""
    engine = create_engine(
        config.address,
        pool_size=config.slots,
        max_overflow=0,
        pool_pre_ping=True,
        hide_parameters=True,
        use_native_hstore=False,
        # A key kept by somebody else must be seen by the very next statement.
        isolation_level="READ COMMITTED",
        # A statement prepared on one connection is unknown behind a pooler's next.
        connect_args={"prepare_threshold": None, "fallback_application_name": "redbutton"},
    )
    event.listen(engine, "do_connect", _connect)
    return engine


def bound_postgres(connection: Connection, config: SqlConfig, *, writes: bool) -> None:
    """Have the server stop what takes too long, and give up a transaction that nobody ends.

    Being a query, it also ends the time in which a transaction could be made writable.
    """
    driver = connection.connection.dbapi_connection
    if not isinstance(driver, TimedConnection):
        raise TypeError("The PostgreSQL driver gave a connection that is not ours.")
    # None leaves it to the server: a role or a database may be set to take no changes.
    driver.read_only = None if writes else True
    # Nought would be no limit at all.
    most, lock = (
        f"{max(1, int(seconds * 1000))}ms" for seconds in (config.timeout, config.lock_timeout)
    )
    connection.execute(_BOUNDS, {"most": most, "lock": lock})


def _connect(
    _dialect: Dialect, _record: object, words: list[Any], options: dict[str, Any]
) -> TimedConnection:
    left = math.ceil(_end.get() - time.monotonic())
    return TimedConnection.connect(*words, **{"connect_timeout": max(1, left), **options})
