"""Looks into the demo's record from outside, read-only, as the owner of its files may."""

import json
import sqlite3
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, create_engine, func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from audit.tables import audit_event
from audit.verify import verify
from bot.domain.invocation import StepState
from bot.store.tables import step
from playground.page.around import Event

T = TypeVar("T")


class DemoGlass:
    """Implements `playground.page.around.Glass`; nothing is seen before the bot has begun."""

    def __init__(self, var: Path) -> None:
        self._file = var / "redbutton.db"
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

    def running(self, invocation: str) -> int:
        """See `Glass.running`."""
        mine = step.c.invocation == invocation, step.c.state == StepState.RUNNING.value
        wanted = select(func.count()).where(*mine)
        return self._look(lambda connection: connection.execute(wanted).scalar_one(), 0)

    def verify(self) -> tuple[int, int]:
        """See `Glass.verify`."""

        def read(connection: Connection) -> tuple[int, int]:
            report = verify(connection)
            return report.count, len(report.bad)

        return self._look(read, (0, 0))

    def _look(self, read: Callable[[Connection], T], nothing: T) -> T:
        if not self._file.exists():
            return nothing
        try:
            with self._engine.connect() as connection:
                return read(connection)
        except OperationalError:
            # The tables are just being made.
            return nothing
