"""Where a test's engine lives: a file of its own, or a database that others share."""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import psycopg

from bot.engine.durable import DurableEngine
from bot.engine.lease import USUAL, Patience, SlotLease
from tests.engine.journal import Journal

Run = Callable[[str], Awaitable[None]]


class Home(Protocol):
    """A place for an engine, in this process or another."""

    @property
    def word(self) -> str:
        """The place as one word on a command line."""
        ...

    def living(
        self, run: Run, workers: int
    ) -> contextlib.AbstractAsyncContextManager[DurableEngine]:
        """Start an engine there, and stop it."""
        ...

    def all_bytes(self) -> bytes:
        """Everything that the engine has kept there."""
        ...


@dataclass(frozen=True)
class InFile:
    folder: Path

    @property
    def word(self) -> str:
        return str(self.folder / "engine.db")

    @contextlib.asynccontextmanager
    async def living(self, run: Run, workers: int) -> AsyncIterator[DurableEngine]:
        engine = DurableEngine(self.folder / "engine.db", run, workers=workers)
        async with started(engine):
            yield engine

    def all_bytes(self) -> bytes:
        return b"".join(file.read_bytes() for file in self.folder.iterdir())


@dataclass(frozen=True)
class InDatabase:
    url: str
    patience: Patience = USUAL

    @property
    def word(self) -> str:
        return self.url

    @contextlib.asynccontextmanager
    async def living(self, run: Run, workers: int) -> AsyncIterator[DurableEngine]:
        async with leased(self.url, self.patience) as (lease, lost):
            engine = DurableEngine(self.url, run, workers=workers, lease=lease)
            async with started(engine):
                yield engine
        assert lost == []

    def all_bytes(self) -> bytes:
        with psycopg.connect(plain(self.url)) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'dbos'")
            kept = b""
            for (table,) in cursor.fetchall():
                with cursor.copy(f"COPY dbos.{table} TO STDOUT".encode()) as rows:
                    kept += b"".join(bytes(row) for row in rows)
            return kept


def home_of(word: str) -> Home:
    """Return the place that *word* names; in a database, runs are taken over after two seconds."""
    return InDatabase(word, QUICK) if "://" in word else InFile(Path(word).parent)


QUICK = Patience(watch=0.4, regain=1.5, confirm=2.0)


def plain(url: str) -> str:
    """Return *url* as psycopg itself takes it."""
    return url.replace("+psycopg", "")


@contextlib.asynccontextmanager
async def started(engine: DurableEngine) -> AsyncIterator[None]:
    await engine.start()
    try:
        yield
    finally:
        await engine.stop()


@contextlib.asynccontextmanager
async def leased(
    url: str, patience: Patience = USUAL
) -> AsyncIterator[tuple[SlotLease, list[str]]]:
    """A slot and what was said of its loss."""
    lost: list[str] = []
    lease = SlotLease(url, lost.append, patience=patience)
    lease.acquire()
    try:
        yield lease, lost
    finally:
        lease.release()


@contextlib.asynccontextmanager
async def running(home: Home, journal: Journal, workers: int = 10) -> AsyncIterator[DurableEngine]:
    """An engine of *home* that runs *journal*."""
    async with home.living(journal.run, workers) as engine:
        yield engine
