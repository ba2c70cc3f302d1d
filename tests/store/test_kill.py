"""Whatever was confirmed is there after the process is killed in the middle of writing."""

import asyncio
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection, Table, func, select

from audit.sealing import Sealer
from audit.tables import audit_event
from audit.verify import verify
from bot.domain.invocation import State
from bot.store.book import SqlBook
from bot.store.database import Store
from bot.store.tables import invocation, message
from tests.clock import SetClock
from tests.store.samples import KEY


@pytest.mark.parametrize("confirmed", [1, 40, 233])
async def test_what_was_confirmed_survives_a_kill(where: Path | str, confirmed: int) -> None:
    said = await asyncio.to_thread(_killed_after, confirmed, where)

    store = await Store.open(where, clock=SetClock(), key=KEY)
    book = SqlBook(store, Sealer(KEY), lambda: None)
    there = {one.id for one in await book.in_state([State.ACCEPTED], limit=100_000)}
    rows = [
        await store.read(partial(_count, table)) for table in (invocation, audit_event, message)
    ]
    report = await store.read(verify)
    await store.close()

    assert len(said) >= confirmed
    assert said <= there
    assert rows == [len(there)] * 3
    assert report.bad == ()


def _count(table: Table, connection: Connection) -> int:
    return connection.scalar(select(func.count()).select_from(table)) or 0


def _killed_after(confirmed: int, where: Path | str) -> set[str]:
    """Kill the victim once it has confirmed so many; return all that it said."""
    command = [sys.executable, "-m", "tests.store.victim", str(where)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as victim:  # noqa: S603  Our own program.
        assert victim.stdout is not None
        said = [victim.stdout.readline() for _ in range(confirmed)]
        victim.kill()
        said += victim.stdout.readlines()
    # The last line may have been cut short by the kill.
    return {line.strip() for line in said if line.endswith("\n")}
