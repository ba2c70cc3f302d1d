"""The SQL adapter keeps the port's promises over SQLite."""

import asyncio
import os
import sqlite3
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import pytest_asyncio
from pydantic import SecretStr, ValidationError

from bot.domain.errors import Rejected, Unreachable
from integrations.sql.adapter import SqlDatabase
from integrations.sql.config import SqlConfig
from tests.clock import SetClock
from tests.integrations.database_contract import ADD, COINS, DatabaseContract

FOREVER = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"


def adapter(path: Path, *, timeout: float = 10, lock: float = 3, slots: int = 4) -> SqlDatabase:
    url = SecretStr(f"sqlite:///{path}")
    config = SqlConfig(name="jars", url=url, timeout=timeout, lock_timeout=lock, slots=slots)
    return SqlDatabase(config, SetClock())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "jars and #more%.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript(
            "CREATE TABLE jar (owner TEXT PRIMARY KEY, coins INTEGER NOT NULL, label BLOB);"
            "INSERT INTO jar VALUES ('ada', 1, x'00ff'), ('eve', 2, NULL);"
            "CREATE TABLE child (owner TEXT REFERENCES jar (owner) DEFERRABLE INITIALLY DEFERRED);"
        )
    return path


@pytest_asyncio.fixture
async def database(path: Path) -> AsyncIterator[SqlDatabase]:
    database = adapter(path)
    yield database
    await database.close()


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the writers' lock of *path*, as another program would."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


class TestSqlite(DatabaseContract):
    """The contract over SQLite."""


async def test_values_that_json_lacks_are_given_as_text(database: SqlDatabase) -> None:
    assert await database.rows("SELECT label FROM jar WHERE owner = 'ada'") == [{"label": "00ff"}]


async def test_a_reading_statement_must_give_rows(database: SqlDatabase) -> None:
    with pytest.raises(Rejected, match="gives no rows"):
        await database.rows("PRAGMA case_sensitive_like = ON")


async def test_a_locked_file_is_unreachable_and_nothing_happens(path: Path) -> None:
    database = adapter(path, lock=0.05)

    with locked(path), pytest.raises(Unreachable, match="nothing was changed: database is locked"):
        await database.change(ADD, key="k", expect=1, owner="ada", more=1)

    assert await database.change(ADD, key="k", expect=1, owner="ada", more=1) == 1
    await database.close()


async def test_a_locked_file_can_still_be_read(path: Path, database: SqlDatabase) -> None:
    with locked(path):
        found = await database.rows(COINS)

    assert len(found) == 2


async def test_a_statement_that_takes_too_long_is_stopped(path: Path) -> None:
    database = adapter(path, timeout=0.1)

    with pytest.raises(Unreachable, match="interrupted"):
        await database.rows(FOREVER)

    assert len(await database.rows(COINS)) == 2
    await database.close()


async def test_a_waiter_that_leaves_does_not_free_the_thread(path: Path) -> None:
    database = adapter(path, timeout=0.5, slots=1)
    before = asyncio.get_running_loop().time()
    left = asyncio.create_task(database.rows(FOREVER))
    await asyncio.sleep(0)

    left.cancel()
    await database.check()

    assert asyncio.get_running_loop().time() - before > 0.5
    await database.close()


async def test_a_file_that_is_not_there_is_unreachable_and_is_not_made(tmp_path: Path) -> None:
    database = adapter(tmp_path / "absent.db")

    with pytest.raises(Unreachable, match="unable to open database file"):
        await database.check()

    assert os.listdir(tmp_path) == []  # noqa: PTH208  Quick, and pathlib warns in a coroutine.
    await database.close()


async def test_a_table_of_keys_that_cannot_be_made_is_named_with_its_statement(
    path: Path, database: SqlDatabase
) -> None:
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE INDEX redbutton_change ON jar (coins)")

    with pytest.raises(Rejected, match=r"cannot be made by this role\. Have its owner run `CREATE"):
        await database.change(ADD, key="k", expect=1, owner="ada", more=1)


async def test_a_constraint_that_fails_is_rejected_without_the_values(
    database: SqlDatabase,
) -> None:
    with pytest.raises(Rejected) as caught:
        await database.change(
            "INSERT INTO jar VALUES (:owner, 3, :note)", key="k", expect=1, owner="ada", note="hush"
        )

    assert "UNIQUE constraint failed: jar.owner" in str(caught.value)
    assert "hush" not in str(caught.value)


async def test_a_change_outlives_the_adapter_that_made_it(path: Path) -> None:
    first = adapter(path)
    await first.change(ADD, key="k", expect=1, owner="ada", more=5)
    await first.close()
    second = adapter(path)

    again = await second.change(ADD, key="k", expect=1, owner="ada", more=5)

    assert again == 1
    assert (await second.rows(COINS))[0]["coins"] == 6
    await second.close()


async def test_work_runs_beside_the_event_loop(database: SqlDatabase) -> None:
    await database.check()

    assert any(t.name.startswith("sql-jars") for t in threading.enumerate())


@pytest.mark.parametrize(
    "url",
    [
        "nonsense",
        "mysql://u:hush@host/db",
        "postgresql+psycopg2://u:hush@host/db",
        "postgresql://u:half@hush@host/db",
        "postgresql://u:half@host:hush/db",
        "sqlite://",
        "sqlite:///:memory:",
    ],
)
def test_a_url_that_cannot_serve_is_refused_without_being_shown(url: str) -> None:
    with pytest.raises(ValidationError) as caught:
        SqlConfig(name="jars", url=SecretStr(url))

    assert "hush" not in str(caught.value)


def test_a_password_is_never_shown() -> None:
    config = SqlConfig(name="jars", url=SecretStr("postgresql+psycopg://u:hush@localhost/db"))

    assert "hush" not in f"{config!r} {config} {config.address}"
