"""A record in either database, with its triggers."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine

from tests.audit.ledger import IN_MEMORY, a_database, emptied
from tests.postgres import Server


@pytest.fixture(scope="session")
def record_database(postgres: Server) -> Iterator[str]:
    """A database for the records of all tests: making one takes longer than most of them."""
    with postgres.database() as url:
        yield url.replace("postgresql:", "postgresql+psycopg:")


@pytest.fixture
def file_engine(tmp_path: Path) -> Iterator[Engine]:
    with a_database(f"sqlite:///{tmp_path / 'record.db'}") as engine:
        yield engine


@pytest.fixture
def shared_engine(record_database: str) -> Iterator[Engine]:
    with a_database(emptied(record_database)) as engine:
        yield engine


@pytest.fixture(params=["file_engine", "shared_engine"])
def engine(request: pytest.FixtureRequest) -> Engine:
    found: Engine = request.getfixturevalue(request.param)
    return found


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest) -> str:
    """Where a record can be made: the URL of an empty database."""
    if request.param == "sqlite":
        return IN_MEMORY
    return emptied(request.getfixturevalue("record_database"))


@pytest.fixture
def conn(engine: Engine) -> Iterator[Connection]:
    with engine.connect() as conn:
        yield conn


@pytest.fixture
def file_conn(file_engine: Engine) -> Iterator[Connection]:
    with file_engine.connect() as conn:
        yield conn


@pytest.fixture
def shared_conn(shared_engine: Engine) -> Iterator[Connection]:
    with shared_engine.connect() as conn:
        yield conn
