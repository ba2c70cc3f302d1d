"""The store: who writes, some readers, opened under one key."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Self, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from bot.domain.clock import Clock
from bot.store import opening, places, postgres, sqlite
from bot.store.jobs import Job, Work, for_callers
from bot.store.pg_writer import PostgresWriter
from bot.store.sealed import Box
from bot.store.writer import Writer

T = TypeVar("T")


class Store:
    """Carries out units of work on the database; made by `open`, ended by `close`."""

    def __init__(self, writing: Engine, reading: Engine, *, clock: Clock, box: Box) -> None:
        self.clock = clock
        self.box = box
        self.engine = reading
        """Connections that can only read, for who asks SQLAlchemy itself."""
        self.shared = writing.dialect.name == "postgresql"
        """Whether other processes may use it, too."""
        self._writing = writing
        self._writer = PostgresWriter(writing, clock) if self.shared else Writer(writing)
        readers = postgres.READERS if self.shared else sqlite.READERS
        self._readers = ThreadPoolExecutor(readers, "store-reader")

    @classmethod
    async def open(
        cls, where: str | Path, *, clock: Clock, key: bytes, migrate: bool = True
    ) -> Self:
        """Open, or make, the store at *where*: a path, or a URL of SQLite or PostgreSQL.

        Brings its tables up to date if *migrate*. Raises Misconfigured where it cannot be opened,
        belongs to another *key*, or its tables are not those of this version.
        """
        place, box = places.place_of(where), Box(key)
        writing, reading = places.engines(place)
        try:
            await asyncio.to_thread(opening.prepare, writing, place, box, migrate=migrate)
        except BaseException:
            writing.dispose()
            raise
        store = cls(writing, reading, clock=clock, box=box)
        store._writer.start()
        return store

    async def write(
        self,
        work: Work[T],
        *,
        within: float | None = None,
        on_late: Work[object] | None = None,
        lane: str | None = None,
    ) -> T:
        """Carry out *work* and return its answer once it is committed.

        Raises what *work* raises, and NotNow where the database takes nothing or *within* seconds
        have passed; then *work* is skipped if it has not begun. If it is committed all the same,
        *on_late* is what is written next. A caller that is cancelled takes nothing back. Works of
        one *lane* are carried out in the order they came.
        """
        job = Job(work, on_late, lane, patient=within is None)
        self._writer.put(job)
        limit = None if within is None else job.loop.call_later(within, job.expire, within)
        try:
            return await job.future
        except asyncio.CancelledError:
            job.on_late = None
            job.give_up()
            raise
        finally:
            if limit is not None:
                limit.cancel()

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Carry out *work*, which only reads and sees one state of the store; raises NotNow."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._read, work)

    async def close(self) -> None:
        """Write down what has queued and close the files."""
        await asyncio.to_thread(self._end)

    def _read(self, work: Callable[[Connection], T]) -> T:
        try:
            return self._once(work)
        except DBAPIError as error:
            if not postgres.lost(error):
                raise for_callers(error) from error
        # A server that was started anew left nothing but broken connections.
        self.engine.dispose()
        try:
            return self._once(work)
        except DBAPIError as error:
            raise for_callers(error) from error

    def _once(self, work: Callable[[Connection], T]) -> T:
        with self.engine.connect() as connection, connection.begin():
            return work(connection)

    def _end(self) -> None:
        self._readers.shutdown()
        self._writer.stop()
        # The writer goes last: who closes last moves the log into the file, and only it may write.
        self.engine.dispose()
        self._writing.dispose()
