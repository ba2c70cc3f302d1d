"""Units of work that hold up the writer or leave a trace, and a lock held by somebody else."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import Connection, insert, select

from bot.store.database import Store
from bot.store.tables import meta

NAMES = select(meta.c.name).where(meta.c.name != "key_check").order_by(meta.c.name)


def put(name: str) -> Callable[[Connection], str]:
    """Return a unit of work that leaves *name* in the store."""

    def work(connection: Connection) -> str:
        connection.execute(insert(meta), {"name": name, "value": ""})
        return name

    return work


async def names(store: Store) -> list[str]:
    return await store.read(lambda connection: list(connection.scalars(NAMES)))


@contextmanager
def locked(path: Path) -> Iterator[sqlite3.Connection]:
    """Hold the whole store, as another program might."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield other


class Gate:
    """A unit of work that holds up the writer until it is let on."""

    def __init__(self) -> None:
        self._reached = threading.Event()
        self._open = threading.Event()

    def __call__(self, _connection: Connection) -> None:
        self._reached.set()
        self._open.wait(10)

    async def reached(self) -> None:
        await asyncio.to_thread(self._reached.wait, 10)

    def open(self) -> None:
        self._open.set()


async def queued() -> None:
    """Let tasks that were just made run as far as the writer's queue."""
    await asyncio.sleep(0)
