"""A store in a file of its own, with a book, an outbox and the record."""

import sqlite3
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Connection, event

from audit.sealing import Sealer
from audit.search import trail
from bot.domain.invocation import Invocation
from bot.pipeline.protocols import Opening
from bot.store.book import SqlBook
from bot.store.database import Store
from bot.store.outbox import SqlOutbox
from tests.clock import SetClock
from tests.store.samples import KEY, asking


@dataclass
class Desk:
    """What a test works with."""

    path: Path
    clock: SetClock
    store: Store
    book: SqlBook
    outbox: SqlOutbox
    _driver: object = None

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


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    clock = SetClock()
    path = tmp_path / "redbutton.db"
    store = await Store.open(path, clock=clock, key=KEY)
    outbox = SqlOutbox(store)
    yield Desk(path, clock, store, SqlBook(store, Sealer(KEY), outbox.drafted), outbox)
    await store.close()
