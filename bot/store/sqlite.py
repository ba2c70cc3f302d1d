"""What is particular to SQLite: its connections, and its errors in words."""

import sqlite3
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError

BUSY_TIMEOUT = 2000
"""Milliseconds that a statement waits for another program's lock."""

READERS = 4
"""Reading connections, each used by one thread at a time."""

_SETTINGS = (f"busy_timeout={BUSY_TIMEOUT}", "foreign_keys=ON")
# An erased key must not linger in a freed page.
_WRITING = ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON")
_READING = ("query_only=ON",)

_CAUSES = {
    sqlite3.SQLITE_ERROR: "its tables are not those of this version",
    sqlite3.SQLITE_BUSY: "another program holds it locked",
    sqlite3.SQLITE_LOCKED: "another connection holds it locked",
    sqlite3.SQLITE_READONLY: "it can only be read",
    sqlite3.SQLITE_IOERR: "the disk reports an error",
    sqlite3.SQLITE_CORRUPT: "its file is damaged",
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_CANTOPEN: "its file cannot be opened",
    sqlite3.SQLITE_NOMEM: "there is no memory left",
    sqlite3.SQLITE_INTERRUPT: "it was interrupted",
    sqlite3.SQLITE_PROTOCOL: "another program holds it locked",
    sqlite3.SQLITE_NOTADB: "its file is no database",
}
_PASSING = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_INTERRUPT,
    }
)
"""After these the connection is as good as before; after any other a new one is opened."""


def writing_engine(path: Path) -> Engine:
    """Return an engine of one connection, which alone may write to the file *path*."""
    return _engine(path, 1, (*_SETTINGS, *_WRITING), "BEGIN IMMEDIATE")


def reading_engine(path: Path) -> Engine:
    """Return an engine whose connections see the file *path* and can change nothing."""
    return _engine(path, READERS, (*_SETTINGS, *_READING), "BEGIN")


def _engine(path: Path, connections: int, pragmas: tuple[str, ...], begin: str) -> Engine:
    url = URL.create("sqlite", database=str(path))
    # An error's text may reach the log; what was to be written must not.
    engine = create_engine(url, pool_size=connections, max_overflow=0, hide_parameters=True)

    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        # Left to itself, sqlite3 begins a transaction at the first change, after a SAVEPOINT.
        connection.isolation_level = None
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}").close()

    def start(connection: Connection) -> None:
        say(connection, begin)

    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", start)
    return engine


def say(connection: Connection, words: str) -> None:
    """Say *words* of transactions to the driver itself: SQLAlchemy would take ten times as long."""
    cursor = connection.connection.cursor()
    try:
        cursor.execute(words)
    except sqlite3.Error as error:
        raise DBAPIError(words, None, error, hide_parameters=True) from error
    finally:
        cursor.close()


def in_transaction(connection: Connection) -> bool:
    """Say whether *connection*'s transaction still stands.

    Some errors end it (sqlite.org/lang_transaction.html).
    """
    driver = connection.connection.driver_connection
    return isinstance(driver, sqlite3.Connection) and driver.in_transaction


def cause(error: BaseException) -> str | None:
    """Say in words what ails the database, or None where *error* is of another kind."""
    code = _code(error)
    origin = error.orig if isinstance(error, DBAPIError) else error
    # SQLite names the rule and never the values.
    return f"{origin}".rstrip(".") if code == sqlite3.SQLITE_CONSTRAINT else _CAUSES.get(code)


def passing(error: BaseException) -> bool:
    """Say whether the connection can be used on after *error*."""
    return _code(error) in _PASSING


def _code(error: BaseException) -> int:
    """Return SQLite's primary result code, or -1 where *error* has none."""
    origin = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(origin, sqlite3.Error):
        return getattr(origin, "sqlite_errorcode", -1) & 0xFF
    return -1
