"""What goes wrong between a store and its PostgreSQL, brought about on purpose."""

import asyncio
import os
import signal
import socket
import threading
from collections.abc import Awaitable, Callable
from typing import Any, cast

import psycopg
from psycopg import sql
from sqlalchemy import Connection

from bot.store.database import Store
from tests.store.works import put


def tell(url: str, statement: str, *values: object) -> list[tuple[Any, ...]]:
    """Carry out *statement* in the database at *url* and return its rows."""
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(sql.SQL(statement), values or None)
        return cursor.fetchall() if cursor.description else []


def slow_commits(url: str, table: str, seconds: float) -> None:
    """Make each commit that inserted into *table* take *seconds*, in the server."""
    tell(
        url,
        f"""
        CREATE FUNCTION nap() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN PERFORM pg_sleep({seconds}); RETURN NULL; END $$;
        CREATE CONSTRAINT TRIGGER naps AFTER INSERT ON {table}
            DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION nap()
        """,
    )


def quick_commits(url: str) -> None:
    """Let commits take what they take again."""
    tell(url, "DROP FUNCTION nap CASCADE")


def driver_of(connection: Connection) -> psycopg.Connection[Any]:
    return cast("psycopg.Connection[Any]", connection.connection.driver_connection)


def backend_of(connection: Connection) -> int:
    """Return the process that serves *connection*."""
    return driver_of(connection).info.backend_pid


class Broken:
    """A unit of work that leaves *name*, and keeps hold of the connection it was last run on."""

    def __init__(self, name: str) -> None:
        self.runs = 0
        self.backend = 0
        self._put = put(name)
        self._socket = -1
        self._written = threading.Event()

    def __call__(self, connection: Connection) -> str:
        self.runs += 1
        self.backend = backend_of(connection)
        self._socket = driver_of(connection).fileno()
        said = self._put(connection)
        self._written.set()
        return said

    async def committing(self, url: str) -> None:
        """Wait until the server is in the middle of its commit."""
        await asyncio.to_thread(self._written.wait, 10)
        await until(lambda: self._is(url, "COMMIT"))

    async def idle(self, url: str) -> None:
        """Wait until the server has nothing more to do for it."""
        await until(lambda: not self._is(url, "COMMIT"))

    def cut(self) -> None:
        """Break the connection so that the server does not notice."""
        with socket.socket(fileno=os.dup(self._socket)) as line:
            line.shutdown(socket.SHUT_RDWR)

    def _is(self, url: str, doing: str) -> bool:
        look = "SELECT query FROM pg_stat_activity WHERE pid = %s AND state = 'active'"
        return tell(url, look, self.backend) == [(doing,)]


async def until(true: Callable[[], bool]) -> None:
    """Wait until it is *true*."""
    async with asyncio.timeout(20):
        while not await asyncio.to_thread(true):
            await asyncio.to_thread(threading.Event().wait, 0.01)


async def quickly(answer: Awaitable[object]) -> object:
    """Return *answer*, which waits for nobody who stands still."""
    async with asyncio.timeout(20):
        return await answer


def freeze(process: int) -> None:
    os.kill(process, signal.SIGSTOP)


def thaw(process: int) -> None:
    os.kill(process, signal.SIGCONT)


async def busy(store: Store) -> list[object]:
    """Have *store* write and read; return what it said."""
    written = await quickly(store.write(put("other")))
    return [written, await quickly(store.read(lambda _: "read"))]
