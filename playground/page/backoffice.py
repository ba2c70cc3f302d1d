"""The backoffice database beside the workspace: its rows, what changed them, and its troubles."""

import asyncio
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path

from bot.domain.clock import SystemClock
from playground.page.around import Received, Switch, Thing

BUSY, FREE = 1.2, 0.1
"""Seconds that somebody else holds the database when it is slow, and lets go in between."""

_HEADER = ("account", "name", "state", "note", "")
_CHANGES = "SELECT key, rows, at FROM redbutton_change WHERE at > ? ORDER BY at"


class Backoffice:
    """Looks into the file *path* as somebody else's program would, and can hold it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._at_first = self._accounts() or []
        self._known = self._at_first
        self._last = ""
        self._holding: asyncio.Task[None] | None = None
        self._slowly = False

    def thing(self) -> Thing:
        """Return its page, to be registered."""
        return Thing(
            "backoffice",
            "Backoffice",
            "The business's own database, as another program sees it. The bot may touch nothing "
            "else: an operation's signature is its reach.",
            self.rows,
            self.received,
            (
                Switch("backoffice-slow", "The backoffice is slow", self._is_slow, self._slow),
                Switch("backoffice-down", "The backoffice is locked", self._is_down, self._down),
            ),
        )

    def rows(self) -> Sequence[Sequence[str]]:
        """Return the accounts, those first that are not as they were at the start."""
        self._known = self._accounts() or self._known
        before = set(self._at_first)
        marked = [(*row, "" if row in before else "changed") for row in self._known]
        return [_HEADER, *sorted(marked, key=lambda row: row[-1], reverse=True)]

    def received(self) -> Sequence[Received]:
        """Return the changes that came since the last time, by the bot's own keys."""
        found = self._ask(_CHANGES, self._last) or []
        self._last = found[-1][2] if found else self._last
        return [
            Received(datetime.fromisoformat(at), f"{rows} row changed", {"key": key, "rows": rows})
            for key, rows, at in found
        ]

    def _accounts(self) -> list[tuple[str, ...]] | None:
        return self._ask("SELECT email, name, state, note FROM account ORDER BY email")

    def _ask(self, statement: str, *values: str) -> list[tuple[str, ...]] | None:
        """Return the rows of *statement*; None where the file is held or the table is not there."""
        try:
            with closing(sqlite3.connect(self._path, timeout=0)) as db:
                return db.execute(statement, values).fetchall()
        except sqlite3.OperationalError:
            return None

    def _is_down(self) -> bool:
        return self._holding is not None and not self._slowly

    def _is_slow(self) -> bool:
        return self._holding is not None and self._slowly

    def _down(self, on: bool) -> None:  # noqa: FBT001  It is what every switch is told.
        self._hold(on=on, slowly=False)

    def _slow(self, on: bool) -> None:  # noqa: FBT001  It is what every switch is told.
        self._hold(on=on, slowly=True)

    def _hold(self, *, on: bool, slowly: bool) -> None:
        if self._holding is not None:
            self._holding.cancel()
        self._slowly = slowly
        self._holding = asyncio.create_task(self._keep()) if on else None

    async def _keep(self) -> None:
        """Hold the file as a program does that writes without end."""
        clock = SystemClock()
        with closing(sqlite3.connect(self._path, timeout=0, isolation_level=None)) as db:
            while True:
                try:
                    db.execute("BEGIN EXCLUSIVE")
                except sqlite3.OperationalError:
                    await clock.sleep(0.01)
                    continue
                await clock.sleep(BUSY)
                if self._slowly:
                    db.execute("ROLLBACK")
                    await clock.sleep(FREE)
                else:
                    await asyncio.Event().wait()

    def close(self) -> None:
        """Let go of the file."""
        self._hold(on=False, slowly=False)
