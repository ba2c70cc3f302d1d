"""The engine's own SQLite file, opened so that a commit outlives the power."""

import sqlite3
import sys
from pathlib import Path

from sqlalchemy import Engine, create_engine, event

from bot.domain.errors import Misconfigured

_PRAGMAS = ("busy_timeout=30000", "foreign_keys=ON", "journal_mode=WAL", "synchronous=FULL")


def refuse_old_sqlite(
    python: tuple[int, ...] = sys.version_info[:2],
    sqlite: tuple[int, ...] = sqlite3.sqlite_version_info,
) -> None:
    """Raise Misconfigured where DBOS could claim no run: Python 3.12 on SQLite before 3.42."""
    # From Python 3.12 on, DBOS asks SQLite for `unixepoch('subsec')`, which is null before 3.42
    # (sqlite.org/lang_datefunc.html), and every attempt to begin a run breaks on that null.
    if python >= (3, 12) and sqlite < (3, 42):
        found = ".".join(map(str, sqlite))
        raise Misconfigured(
            f"Python {python[0]}.{python[1]} is linked with SQLite {found!r}, which is too old.",
            fix="Use SQLite 3.42 or newer, or Python 3.11; `redbutton doctor` shows the versions.",
        )


def open_sqlite(path: Path) -> Engine:
    """Open *path* for several threads of one process; the caller disposes of it."""
    refuse_old_sqlite()
    # Waiting for SQLite's write lock is unfair; few connections keep the wait short.
    engine = create_engine(f"sqlite:///{path}", pool_size=2, max_overflow=0)

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = "IMMEDIATE"
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    return engine
