"""Looks into the demo's record from outside, read-only, as the owner of its files may."""

import json
import sqlite3
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, create_engine, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from audit.tables import audit_event
from audit.verify import verify
from bot.store import tables
from bot.store.keys import load_key
from bot.store.rows import step_of
from bot.store.sealed import Box
from playground.page.around import Event

T = TypeVar("T")


class DemoGlass:
    """Implements `playground.page.around.Glass`; nothing is seen before the bot has begun."""

    def __init__(self, var: Path) -> None:
        self._file = var / "redbutton.db"
        self._key = var / "redbutton.key"
        self._engine = create_engine("sqlite://", creator=self._open, poolclass=NullPool)

    def _open(self) -> sqlite3.Connection:
        return sqlite3.connect(f"{self._file.absolute().as_uri()}?mode=ro", uri=True)

    def events(self, after: int) -> Sequence[Event]:
        """See `Glass.events`."""
        wanted = select(audit_event).where(audit_event.c.n > after).order_by(audit_event.c.n)

        def read(connection: Connection) -> list[Event]:
            return [
                Event(
                    n=row.n,
                    at=datetime.fromisoformat(row.at),
                    stage=row.stage,
                    actor=row.actor or "",
                    operation=row.operation or "",
                    invocation=row.invocation or "",
                    body=json.loads(row.body),
                )
                for row in connection.execute(wanted)
            ]

        return self._look(read, [])

    def steps(self, invocation: str) -> Sequence[tuple[str, str]]:
        """See `Glass.steps`."""
        step = tables.step
        wanted = select(step).where(step.c.invocation == invocation).order_by(step.c.position)

        def read(connection: Connection) -> list[tuple[str, str]]:
            box = Box(load_key(None, self._key))
            found = [step_of(row, box) for row in connection.execute(wanted).mappings()]
            return [(one.name, one.state.value) for one in found]

        return self._look(read, [])

    def verify(self) -> tuple[int, int]:
        """See `Glass.verify`."""

        def read(connection: Connection) -> tuple[int, int]:
            report = verify(connection)
            return report.count, len(report.bad)

        return self._look(read, (0, 0))

    def _look(self, read: Callable[[Connection], T], nothing: T) -> T:
        if not self._file.exists() or not self._key.exists():
            return nothing
        try:
            with self._engine.connect() as connection:
                return read(connection)
        except OperationalError:
            # The tables are just being made.
            return nothing
