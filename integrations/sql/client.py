"""Transactions on a business database, in threads of their own."""

import asyncio
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from threading import Lock
from typing import TypeVar

from sqlalchemy import Connection, Engine

from bot.domain.errors import Unreachable
from integrations.sql.config import SqlConfig
from integrations.sql.errors import classify
from integrations.sql.postgres import GRACE, bound_postgres, postgres_engine, time_for
from integrations.sql.sqlite import sqlite_bounds, sqlite_engine

T = TypeVar("T")


class SqlClient:
    """Runs one transaction at a time in each of a few threads.

    A thread is free again when its statement is done, never when somebody stops waiting for it.
    """

    def __init__(self, config: SqlConfig) -> None:
        self._config = config
        self._threads = ThreadPoolExecutor(config.slots, f"sql-{config.name}")
        self._engine: Engine | None = None
        self._making = Lock()

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Do *work* in a transaction that can change nothing."""
        return await self._in_thread(work, writes=False)

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Do *work* in a transaction that is kept as a whole, or not at all if it raises."""
        return await self._in_thread(work, writes=True)

    async def close(self) -> None:
        """Wait for what runs, then let go of every connection."""
        await asyncio.to_thread(self._threads.shutdown, cancel_futures=True)
        if self._engine is not None:
            self._engine.dispose()

    async def _in_thread(self, work: Callable[[Connection], T], *, writes: bool) -> T:
        call = partial(self._transact, work, time.monotonic(), writes=writes)
        return await asyncio.get_running_loop().run_in_executor(self._threads, call)

    def _transact(self, work: Callable[[Connection], T], asked: float, *, writes: bool) -> T:
        self._still_wanted(asked)
        committing = False
        try:
            with self._connection(writes=writes) as connection:
                answer = work(connection)
                committing = writes
                connection.commit()
                return answer
        except Exception as error:  # noqa: BLE001  Each of them becomes one of ours.
            # What the driver says may hold values, which no log is to show.
            raise classify(error, self._config.name, committing=committing) from None

    def _still_wanted(self, asked: float) -> None:
        """Raise Unreachable where the wait for a thread took all the time there was."""
        if time.monotonic() - asked > self._config.timeout + GRACE:
            raise Unreachable(
                f"All {self._config.slots} connections to the database {self._config.name!r} "
                f"were busy for {self._config.timeout:g} s, and nothing was changed.",
                fix="Ask again in a minute; `redbutton doctor` checks the connection.",
            )

    @contextmanager
    def _connection(self, *, writes: bool) -> Iterator[Connection]:
        """Lend a connection whose every statement is stopped in time."""
        with time_for(self._config), self._made().connect() as raw:
            connection = raw.execution_options(writes=writes)
            if self._config.is_sqlite:
                with sqlite_bounds(connection, self._config):
                    yield connection
            else:
                bound_postgres(connection, self._config, writes=writes)
                yield connection

    def _made(self) -> Engine:
        """Return the engine; made on first use, so that a bad address stops nothing else."""
        with self._making:
            if self._engine is None:
                make = sqlite_engine if self._config.is_sqlite else postgres_engine
                self._engine = make(self._config)
            return self._engine
