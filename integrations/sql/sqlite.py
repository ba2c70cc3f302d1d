"""SQLite files: opened, begun and stopped in time."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL

from integrations.sql.config import SqlConfig

LOOK_EVERY = 1000
"""SQLite instructions between two looks at the time."""


def sqlite_engine(config: SqlConfig) -> Engine:
    """Return the engine of the file that *config* names."""
    url = config.address
    engine = create_engine(
        url,
        creator=lambda: _open_file(url, config.lock_timeout),
        pool_size=config.slots,
        max_overflow=0,
        hide_parameters=True,
    )
    event.listen(engine, "begin", _begin)
    return engine


@contextmanager
def sqlite_bounds(connection: Connection, config: SqlConfig) -> Iterator[None]:
    """Stop whatever takes longer than the configured time."""
    driver, end = connection.connection.dbapi_connection, time.monotonic() + config.timeout
    if not isinstance(driver, sqlite3.Connection):
        raise TypeError("The SQLite driver gave something that is no connection.")
    driver.set_progress_handler(lambda: time.monotonic() > end, LOOK_EVERY)
    try:
        yield
    finally:
        driver.set_progress_handler(None, LOOK_EVERY)


def _open_file(url: URL, lock_timeout: float) -> sqlite3.Connection:
    """Open the file of *url*, which must exist: SQLite would make an empty one."""
    return sqlite3.connect(
        f"{Path(url.database or '').absolute().as_uri()}?mode=rw",
        uri=True,
        timeout=lock_timeout,
        isolation_level=None,
        check_same_thread=False,
    )


def _begin(connection: Connection) -> None:
    """Begin as SQLite should: a writer takes the lock before it looks."""
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql(f"PRAGMA query_only={'OFF' if writes else 'ON'}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
