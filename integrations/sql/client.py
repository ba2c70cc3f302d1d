"""Transactions on a business database, in threads of their own."""

import asyncio
import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL

from integrations.sql.config import SqlConfig
from integrations.sql.errors import classify

T = TypeVar("T")
LOOK_EVERY = 1000
"""SQLite instructions between two looks at the time."""


class SqlClient:
    """Runs one transaction at a time in each of a few threads.

    A thread is free again when its statement is done, never when somebody stops waiting for it.
    """

    def __init__(self, config: SqlConfig) -> None:
        self._config = config
        self._threads = ThreadPoolExecutor(config.slots, f"sql-{config.name}")
        self._engine: Engine | None = None

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Do *work* in a transaction that can change nothing."""
        return await self._in_thread(partial(self._transact, work, writes=False))

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Do *work* in a transaction that is kept as a whole, or not at all if it raises."""
        return await self._in_thread(partial(self._transact, work, writes=True))

    async def close(self) -> None:
        """Wait for what runs, then let go of every connection."""
        await asyncio.to_thread(self._threads.shutdown, cancel_futures=True)
        if self._engine is not None:
            self._engine.dispose()

    async def _in_thread(self, call: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, call)

    def _transact(self, work: Callable[[Connection], T], *, writes: bool) -> T:
        committing = False
        try:
            if self._engine is None:
                self._engine = _engine(self._config)
            with self._engine.connect() as raw:
                connection = raw.execution_options(writes=writes, postgresql_readonly=not writes)
                with _bounded(connection, self._config, writes=writes):
                    answer = work(connection)
                    committing = writes
                    connection.commit()
                    return answer
        except Exception as error:
            raise classify(error, self._config.name, committing=committing) from error


def _engine(config: SqlConfig) -> Engine:
    url, slots = config.address, config.slots
    if url.get_backend_name() != "sqlite":
        return create_engine(
            url, pool_size=slots, max_overflow=0, pool_pre_ping=True, hide_parameters=True
        )
    engine = create_engine(
        url,
        creator=lambda: _open_file(url, config.lock_timeout),
        pool_size=slots,
        max_overflow=0,
        hide_parameters=True,
    )
    event.listen(engine, "begin", _begin)
    return engine


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


@contextmanager
def _bounded(connection: Connection, config: SqlConfig, *, writes: bool) -> Iterator[None]:
    """Stop any statement that takes longer than the configured time."""
    if connection.dialect.name == "postgresql":
        # Only the first statement of a transaction could make it writable again.
        connection.exec_driver_sql("SELECT 1")
        connection.exec_driver_sql(f"SET LOCAL statement_timeout = {int(config.timeout * 1000)}")
        if writes:
            wait = int(config.lock_timeout * 1000)
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = {wait}")
        yield
        return
    driver, end = connection.connection.dbapi_connection, time.monotonic() + config.timeout
    if not isinstance(driver, sqlite3.Connection):
        raise TypeError("The SQLite driver gave something that is no connection.")
    driver.set_progress_handler(lambda: time.monotonic() > end, LOOK_EVERY)
    try:
        yield
    finally:
        driver.set_progress_handler(None, LOOK_EVERY)
