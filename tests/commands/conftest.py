"""The pretend business, for operations that are run over it alone."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest_asyncio
from pydantic import SecretStr

from bot.pipeline.wiring import Ports
from integrations.ports import Database
from integrations.sql.adapter import SqlDatabase
from integrations.sql.config import SqlConfig
from playground.backoffice import seed
from tests.clock import SetClock


@dataclass(frozen=True)
class Office:
    """The backoffice, reached as operations reach it."""

    db: SqlDatabase
    ports: Ports

    async def account(self, email: str) -> tuple[object, object]:
        """Return state and note of *email*."""
        [row] = await self.db.rows("SELECT state, note FROM account WHERE email = :e", e=email)
        return row["state"], row["note"]

    async def joins(self, email: str, state: str = "active") -> None:
        """Open an account, by a change that has a key of its own."""
        add = "INSERT INTO account VALUES (:email, 'Somebody New', :state, '')"
        await self.db.change(add, key=email, expect=1, email=email, state=state)

    async def notes(self, state: str) -> dict[str, str]:
        """Return the note of every account in *state*, by its e-mail."""
        wanted = "SELECT email, note FROM account WHERE state = :state"
        return {str(r["email"]): str(r["note"]) for r in await self.db.rows(wanted, state=state)}


@pytest_asyncio.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    path = tmp_path / "var" / "backoffice.db"
    seed(path)
    seed(path)
    config = SqlConfig(name="backoffice", url=SecretStr(f"sqlite:///{path}"))
    db, ports = SqlDatabase(config, SetClock()), Ports()
    ports.provide(Database, db, "backoffice")
    yield Office(db, ports)
    await db.close()
