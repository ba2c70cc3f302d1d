"""A door with a pretend desk behind it, and a shell to type in."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli.app import redbutton
from bot.cli.door import Door
from bot.cli.peer import name_of
from bot.cli.workshop import SOCKET
from tests.cli.standins import PretendDesk, PretendRecords, PretendTokens, PretendWorkshop

Shell = Callable[..., Awaitable[Result]]


@pytest.fixture
def desk() -> PretendDesk:
    return PretendDesk()


@pytest.fixture
def records() -> PretendRecords:
    return PretendRecords()


@pytest.fixture
def workshop(tmp_path: Path) -> PretendWorkshop:
    return PretendWorkshop(tmp_path)


@pytest.fixture
def me() -> str:
    return name_of(os.geteuid())


@pytest.fixture
async def door(
    tmp_path: Path, desk: PretendDesk, records: PretendRecords, me: str
) -> AsyncIterator[Path]:
    """Yield the socket of a door that knows me as U0ADA."""
    path = tmp_path / SOCKET
    async with Door(
        path,
        desk,
        records,
        users={me: "U0ADA"},
        team=lambda: "T0",
        tokens=PretendTokens(),
    ):
        yield path


@pytest.fixture
def shell(workshop: PretendWorkshop) -> Shell:
    """Type a command as a shell would hand it over; it has a loop and a thread of its own."""

    async def types(*words: str) -> Result:
        runner = CliRunner()
        return await asyncio.to_thread(runner.invoke, redbutton, list(words), obj=lambda: workshop)

    return types
