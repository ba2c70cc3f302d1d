"""One bot that serves for a whole module: to start one takes seconds."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from playground.driver import PretendSlack
from tests.operator.place import Installation, Place, installed_at, place_at


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def here(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Installation]:
    """Return a bot that serves, shared by the tests of a module."""
    async with installed_at(tmp_path_factory.mktemp("installation")) as installation:
        yield installation


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Return a place in which nothing runs, with a Slack that does not answer."""
    return place_at(tmp_path)


@pytest.fixture
async def slack() -> AsyncIterator[PretendSlack]:
    """Return a Slack of the test's own."""
    async with PretendSlack.open() as pretend:
        yield pretend
