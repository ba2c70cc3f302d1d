"""The engine's own SQLite file, opened so that a commit outlives the power."""

import sqlite3
from pathlib import Path

from sqlalchemy import Engine, create_engine, event

from bot.domain.clock import SystemClock

_PRAGMAS = ("busy_timeout=30000", "foreign_keys=ON", "journal_mode=WAL", "synchronous=FULL")


def open_sqlite(path: Path) -> Engine:
    """Open *path* for several threads of one process; the caller disposes of it."""
    # Waiting for SQLite's write lock is unfair; few connections keep the wait short.
    engine = create_engine(f"sqlite:///{path}", pool_size=2, max_overflow=0)

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = "IMMEDIATE"
        # From Python 3.12 on, DBOS asks for `unixepoch('subsec')`. SQLite before 3.42 answers null
        # (sqlite.org/lang_datefunc.html), and no run would ever begin; so the answer is ours.
        connection.create_function("unixepoch", 1, _now)
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    return engine


def _now(_modifier: str) -> float:
    return SystemClock().now().timestamp()
