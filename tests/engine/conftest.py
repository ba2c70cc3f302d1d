"""The engine is tried in a file of its own and in a database that others share."""

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest

from tests.engine.home import Home, InDatabase, InFile
from tests.postgres import Server, own_server


@pytest.fixture
def in_file(tmp_path: Path) -> Home:
    return InFile(tmp_path)


@pytest.fixture
def in_database(database: str) -> Home:
    return InDatabase(database)


@pytest.fixture(params=["in_file", "in_database"], ids=["sqlite", "postgresql"])
def home(request: pytest.FixtureRequest) -> Home:
    """A place for an engine: each test that asks for it is run in both."""
    return cast("Home", request.getfixturevalue(request.param))


@pytest.fixture
def mortal() -> Iterator[tuple[Server, str]]:
    """A server of the test's own, to be stopped hard, and a database there."""
    with own_server() as server, server.database() as url:
        yield server, url
