"""Stores to be moved: an old one in a file, with something of everything, and where it arrives."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, insert, select

from audit.sealing import Sealer
from audit.subjects import SubjectKeys
from audit.tables import subject_key
from bot.domain.errors import RedbuttonError
from bot.domain.invocation import State, Step, StepState
from bot.domain.record import Stage
from bot.pipeline.protocols import Entry, Timer
from bot.store.book import SqlBook
from bot.store.database import Store
from bot.store.moving import Tell, move, old_store
from bot.store.rows import stamp
from bot.store.tables import (
    approval,
    change_freeze,
    incident,
    memo,
    moment,
    review,
    schedule,
)
from tests.clock import SetClock
from tests.store.samples import KEY, asking, main, note, told

RESULT = '{"blocked":true}'


@dataclass
class Old:
    """A store in a file that no bot has open, and the ids of what is in it."""

    path: Path
    clock: SetClock = field(default_factory=SetClock)
    waiting: str = ""
    running: str = ""
    ended: str = ""

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[tuple[Store, SqlBook]]:
        """Open it as a bot does."""
        store = await Store.open(self.path, clock=self.clock, key=KEY)
        try:
            yield store, SqlBook(store, Sealer(KEY), lambda: None)
        finally:
            await store.close()

    async def fill(self) -> None:
        """Put something of everything into it."""
        async with self.opened() as (store, book):
            self.waiting = await self.asked(book, "waits")
            self.running = await self.asked(book, "runs")
            self.ended = await self.asked(book, "ended")
            step = Step("Block the card", StepState.DONE, RESULT)
            started = told(self.running, Stage.STARTED, self.clock)
            await book.take(self.running, "a process", Entry((started,)))
            await book.put_step(self.running, step, "a process", Entry())
            await book.take(self.ended, "a process", Entry())
            outcome = told(self.ended, Stage.OUTCOME, self.clock)
            end = Entry((outcome,), (main(self.ended, State.SUCCEEDED), note("thanks")))
            await book.move(self.ended, State.SUCCEEDED, end, params="{}")
            due = self.clock.now() + timedelta(hours=1)
            await book.write(None, Entry(timers=(Timer("probe", self.running, due, {"a": "b"}),)))
            await store.write(self._fill_more)

    def _fill_more(self, connection: Connection) -> None:
        """Put a row into each table that the book does not fill by itself."""
        at, body = stamp(self.clock.now()), {"body": b"sealed"}
        of = {"invocation": self.waiting, **body}
        ask = {"version": 1, "state": "open", "expires_at": at}
        connection.execute(insert(approval), {**of, **ask})
        connection.execute(insert(review), {**of, "team": "T1", "actor": "U1", "at": at})
        frozen = {"id": "f1", "team": "T1", "by": "U1", "at": at, "until": at}
        connection.execute(insert(change_freeze), {**frozen, **body})
        fire = {"id": "i1", "team": "T1", "number": 1, "key": "k", "version": 1, "live": 1}
        connection.execute(insert(incident), {**fire, "at": at, **body})
        connection.execute(insert(moment), {"incident": "i1", "source": "s", "at": at, **body})
        connection.execute(insert(memo), {"name": "token:1", "at": at, **body})
        daily = {"team": "T1", "name": "daily", "key": "k", "version": 1, "since": at}
        connection.execute(insert(schedule), {**daily, "changed_at": at, **body})

    async def asked(self, book: SqlBook, key: str) -> str:
        """Open an asking and return its id."""
        self.clock.pass_(1)
        opening = asking(self.clock, key)
        assert await book.open(opening, within=30) is None
        return opening.invocation.id

    async def erase(self) -> None:
        """Erase the keys of everybody in it."""

        def work(connection: Connection) -> int:
            keys, now = SubjectKeys(KEY), self.clock.now()
            subjects = connection.scalars(select(subject_key.c.subject)).all()
            return sum(keys.erase(connection, one, now) for one in subjects)

        async with self.opened() as (store, _):
            assert await store.write(work) > 0

    def rows(self, table: Table) -> list[Any]:
        """Return what *table* holds."""
        with old_store(self.path, KEY) as connection:
            return in_order(connection, table)


@asynccontextmanager
async def arrived(url: str) -> AsyncIterator[Store]:
    """Open the store at *url*, as a bot does."""
    store = await Store.open(at(url), clock=SetClock(), key=KEY)
    try:
        yield store
    finally:
        await store.close()


async def carried(old: Path, url: str, tell: Tell = lambda _: None) -> Sequence[str]:
    """Move the store in the file *old* to *url*."""
    with old_store(old, KEY) as source:
        async with arrived(url) as store:
            return await move(source, store, Sealer(KEY), tell)


async def refusal(old: Path, url: str) -> str:
    """Return what is said in place of moving the file *old* to *url*."""
    try:
        said = await carried(old, url)
    except RedbuttonError as error:
        return str(error)
    return f"It was moved: {said}"


def opening(old: Path, key: bytes = KEY) -> str:
    """Return what is said in place of opening the file *old* to be moved."""
    try:
        with old_store(old, key):
            return "It was opened."
    except RedbuttonError as error:
        return str(error)


async def rows_at(url: str, table: Table) -> list[Any]:
    """Return what *table* holds at *url*."""
    async with arrived(url) as store:
        return await store.read(lambda connection: in_order(connection, table))


def in_order(connection: Connection, table: Table) -> list[Any]:
    """Return the rows of *table*, in an order that no database chooses."""
    return sorted(connection.execute(select(table)))


def at(url: str) -> str:
    """Return *url* as SQLAlchemy takes it."""
    return url.replace("postgresql://", "postgresql+psycopg://")


def cut_at(part: str) -> Tell:
    """Return a listener that cuts a move off when it is told of *part*."""

    def listen(said: str) -> None:
        if said.startswith(part):
            raise Cut(said)

    return listen


class Cut(Exception):
    """The move was cut off."""


def does_at(part: str, deed: Callable[[], object]) -> Tell:
    """Return a listener that does *deed* when it is told of *part*."""

    def listen(said: str) -> None:
        if said.startswith(part):
            deed()

    return listen
