"""A store of its own in either database, with a book, an outbox and the record."""

import sqlite3
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import Connection, event

from audit import tables as audit_tables
from audit.sealing import Sealer
from audit.search import trail
from audit.tables import REFUSING_TRIGGERS
from bot.domain.invocation import Invocation
from bot.pipeline.protocols import Opening
from bot.store import migrations, places, tables
from bot.store.book import SqlBook
from bot.store.database import Store
from bot.store.outbox import SqlOutbox
from tests import postgres
from tests.clock import SetClock
from tests.postgres import Server
from tests.store.samples import KEY, asking


@dataclass
class Desk:
    """What a test works with."""

    where: Path | str
    clock: SetClock
    store: Store
    book: SqlBook
    outbox: SqlOutbox
    _driver: object = None

    @property
    def path(self) -> Path:
        """Return the store's file, where it is one."""
        assert isinstance(self.where, Path)
        return self.where

    async def opened(self, key: str = "trigger-1") -> str:
        """Open an asking and return its id."""
        opening = asking(self.clock, key)
        assert await self.book.open(opening, within=5) is None
        return opening.invocation.id

    async def tried(self, opening: Opening, within: float = 5) -> object:
        """Open *opening* and return the answer, or the error in its place."""
        try:
            return await self.book.open(opening, within=within)
        except Exception as error:  # noqa: BLE001  Whatever it is, the test looks at it.
            return error

    async def invocation(self, of: str) -> Invocation:
        """Return the invocation *of*, which is there."""
        found = await self.book.get(of)
        assert found is not None
        return found

    async def stages(self, of: str) -> Sequence[str]:
        """Return what the record tells of *of*, oldest first."""
        found = await self.store.read(lambda connection: trail(connection, of))
        return [one.stage for one in found]

    async def commits(self) -> list[None]:
        """Return a list that grows by one with each commit of the writer."""
        seen: list[None] = []

        def listen(connection: Connection) -> None:
            event.listen(connection.engine, "commit", lambda _: seen.append(None))

        await self.store.write(listen)
        seen.clear()
        return seen

    async def pragma(self, text: str) -> None:
        """Set a PRAGMA on the writing connection, also where it takes no transaction."""
        if self._driver is None:
            self._driver = await self.store.write(lambda c: c.connection.driver_connection)
        assert isinstance(self._driver, sqlite3.Connection)
        self._driver.execute(f"PRAGMA {text}").close()


@asynccontextmanager
async def desk_at(where: Path | str, owner: str = "one") -> AsyncIterator[Desk]:
    """Open the store *where* and work with it as *owner*."""
    clock = SetClock()
    store = await Store.open(where, clock=clock, key=KEY)
    outbox = SqlOutbox(store, owner)
    yield Desk(where, clock, store, SqlBook(store, Sealer(KEY), outbox.drafted), outbox)
    await store.close()


_EMPTIED = f"""
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid();
    ALTER TABLE audit_event DISABLE TRIGGER USER;
    ALTER TABLE subject_key DISABLE TRIGGER USER;
    TRUNCATE {", ".join([*tables.metadata.tables, *audit_tables.metadata.tables])} RESTART IDENTITY;
    {";".join(one for one in REFUSING_TRIGGERS["postgresql"] if "ENABLE ALWAYS" in one)};
    UPDATE alembic_version SET version_num = '{migrations.REVISIONS[-1]}'
"""  # noqa: S608  Names of our own tables.


@pytest.fixture(scope="session")
def migrated(postgres: Server) -> Iterator[str]:
    """A database that has the tables: making one takes longer than most tests."""
    with postgres.database() as url:
        writing, reading = places.engines(places.place_of(url))
        migrations.upgrade(writing)
        writing.dispose()
        reading.dispose()
        yield url


@pytest.fixture
def shared(migrated: str) -> str:
    """An empty store in PostgreSQL: its URL."""
    with psycopg.connect(migrated) as connection:
        connection.execute(sql.SQL(_EMPTIED))
    return migrated


@pytest.fixture(scope="module")
def own_server() -> Iterator[Server]:
    """A server that a module may change and stop hard."""
    with postgres.own_server() as own:
        yield own


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """An SQLite file that is still to be made."""
    return tmp_path / "redbutton.db"


@pytest.fixture(params=["file", "shared"])
def where(request: pytest.FixtureRequest) -> Path | str:
    """Where a new store is, in each of the two databases."""
    found: Path | str = request.getfixturevalue(request.param)
    return found


@pytest.fixture(params=["file", "database"])
def bare(request: pytest.FixtureRequest) -> Path | str:
    """Where no store is yet, in each of the two databases."""
    found: Path | str = request.getfixturevalue(request.param)
    return found


@pytest.fixture
async def desk(where: Path | str) -> AsyncIterator[Desk]:
    async with desk_at(where) as desk:
        yield desk


@pytest.fixture
async def file_desk(file: Path) -> AsyncIterator[Desk]:
    async with desk_at(file) as desk:
        yield desk


@pytest.fixture
async def shared_desk(shared: str) -> AsyncIterator[Desk]:
    async with desk_at(shared) as desk:
        yield desk
