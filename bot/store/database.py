"""The store: one writer, some readers, opened under one key."""

import asyncio
import contextlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Self, TypeVar

from sqlalchemy import Connection, Engine, insert, make_url, select
from sqlalchemy.exc import ArgumentError, DBAPIError

from bot.domain.clock import Clock
from bot.domain.errors import Misconfigured
from bot.store import migrations, sqlite
from bot.store.sealed import Box
from bot.store.tables import meta
from bot.store.writer import Job, Work, Writer, for_callers

T = TypeVar("T")

_CHECK = select(meta.c.value).where(meta.c.name == "key_check")


class Store:
    """Carries out units of work on the database; made by `open`, ended by `close`."""

    def __init__(self, writing: Engine, reading: Engine, *, clock: Clock, box: Box) -> None:
        self.clock = clock
        self.box = box
        self.engine = reading
        """Connections that can only read, for who asks SQLAlchemy itself."""
        self._writing = writing
        self._writer = Writer(writing)
        self._readers = ThreadPoolExecutor(sqlite.READERS, "store-reader")

    @classmethod
    async def open(
        cls, where: str | Path, *, clock: Clock, key: bytes, migrate: bool = True
    ) -> Self:
        """Open, or make, the store at *where*: a path or an SQLAlchemy URL of SQLite.

        Brings its tables up to date if *migrate*. Raises Misconfigured where it cannot be opened,
        belongs to another *key*, or its tables are not those of this version.
        """
        path = _path(where)
        box = Box(key)
        writing, reading = sqlite.writing_engine(path), sqlite.reading_engine(path)
        try:
            await asyncio.to_thread(_prepare, writing, path, box, migrate=migrate)
        except BaseException:
            writing.dispose()
            raise
        store = cls(writing, reading, clock=clock, box=box)
        store._writer.start()
        return store

    async def write(
        self, work: Work[T], *, within: float | None = None, on_late: Work[object] | None = None
    ) -> T:
        """Carry out *work* and return its answer once it is committed.

        Raises what *work* raises, and NotNow where the database takes nothing or *within* seconds
        have passed; then *work* is skipped if it has not begun. If it is committed all the same,
        *on_late* is what is written next. A caller that is cancelled takes nothing back.
        """
        job = Job(work, on_late)
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
            with self.engine.connect() as connection, connection.begin():
                return work(connection)
        except DBAPIError as error:
            raise for_callers(error) from error

    def _end(self) -> None:
        self._readers.shutdown()
        self._writer.stop()
        # The writer goes last: who closes last moves the log into the file, and only it may write.
        self.engine.dispose()
        self._writing.dispose()


def _path(where: str | Path) -> Path:
    """Return the file that *where* names."""
    if isinstance(where, Path) or ":" not in where:
        return Path(where)
    with contextlib.suppress(ArgumentError):
        url = make_url(where)
        if url.get_backend_name() == "sqlite" and url.database and url.database != ":memory:":
            return Path(url.database)
    raise Misconfigured(
        f"`DATABASE_URL` does not name an SQLite file: it begins with {where.partition(':')[0]!r}.",
        fix="Set it to something like `sqlite:///var/redbutton.db`.",
    )


def _prepare(engine: Engine, path: Path, box: Box, *, migrate: bool) -> None:
    """Make the file where there is none, bring it up to date and compare keys."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
        migrations.check(engine, migrate=migrate)
        _compare_keys(engine, box, path)
    except OSError as error:
        raise Misconfigured(
            f"The store {str(path)!r} cannot be made: {error.strerror}.",
            fix="Make its folder writable, or name another file in `DATABASE_URL`.",
        ) from error
    except DBAPIError as error:
        why = sqlite.cause(error)
        if why is None:
            raise
        raise Misconfigured(
            f"The store {str(path)!r} cannot be opened: {why}.",
            fix="Look at the file and its disk, or name another file in `DATABASE_URL`.",
        ) from error


def _compare_keys(engine: Engine, box: Box, path: Path) -> None:
    with engine.connect() as connection, connection.begin():
        known = connection.execute(_CHECK).scalar()
        if known is None:
            connection.execute(insert(meta), {"name": "key_check", "value": box.check})
    if known not in (None, box.check):
        raise Misconfigured(
            f"The store {str(path)!r} was sealed under another key.",
            fix="Set `REDBUTTON_KEY`, or the key file, to the key it was made with.",
        )
