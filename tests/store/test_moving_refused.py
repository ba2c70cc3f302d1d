"""What is not moved, and where nothing is moved to: each a sentence with its cause and cure."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from audit.sealing import Sealer
from audit.tables import audit_event
from bot.store.book import SqlBook
from bot.store.database import Store
from tests.clock import SetClock
from tests.store.moves import Old, arrived, carried, opening, refusal, rows_at
from tests.store.samples import KEY


@pytest.fixture
async def old(tmp_path: Path) -> Old:
    store = Old(tmp_path / "redbutton.db")
    await store.fill()
    return store


def tampered(path: Path, *statements: str) -> None:
    """Change the store in the file *path* as somebody with a tool would."""
    with closing(sqlite3.connect(path)) as db, db:
        for (name,) in db.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'trigger'"
        ).fetchall():
            db.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            db.execute(statement)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ("UPDATE audit_event SET body = '{}' WHERE n = 3", "row 3: The body is not the one"),
        ("DELETE FROM audit_event WHERE n = 2", "row 2: Row 2 is missing."),
    ],
)
async def test_a_record_that_was_tampered_with(
    old: Old, database: str, change: str, what: str
) -> None:
    tampered(old.path, change)

    said = await refusal(old.path, database)

    assert what in said
    assert "`redbutton audit verify` lists all" in said
    assert await rows_at(database, audit_event) == []


async def test_a_database_that_holds_a_store_already(old: Old, database: str) -> None:
    other = Old(old.path.with_name("other.db"))
    await other.fill()
    await carried(other.path, database)
    before = await rows_at(database, audit_event)

    said = await refusal(old.path, database)

    assert said.startswith("The database that is moved into holds a store already:")
    assert await rows_at(database, audit_event) == before


async def test_a_database_in_which_a_bot_has_begun(old: Old, database: str) -> None:
    async with arrived(database) as store:
        begun = Old(old.path, old.clock)
        await begun.asked(SqlBook(store, Sealer(KEY), lambda: None), "new here")

    said = await refusal(old.path, database)

    assert "there are rows in 'audit_event'. Name one that is empty" in said


async def test_a_store_under_another_key(old: Old) -> None:
    said = opening(old.path, bytes(32))

    assert "was sealed under another key. Set `REDBUTTON_KEY`" in said


async def test_a_store_of_an_earlier_version(old: Old) -> None:
    tampered(old.path, "UPDATE alembic_version SET version_num = '0002'")

    said = opening(old.path)

    assert f"lack version '0005'. Run `DATABASE_URL=sqlite:///{old.path} redbutton migrate`" in said


async def test_a_store_of_a_later_version(old: Old) -> None:
    tampered(old.path, "UPDATE alembic_version SET version_num = '9999'")

    assert "version '9999', which this program does not know" in opening(old.path)


async def test_a_file_that_is_no_store(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear Ada, " * 1000)

    assert "letter.txt' cannot be read: its file is no database." in opening(path)


async def test_a_store_in_which_nothing_has_happened(tmp_path: Path, database: str) -> None:
    path = tmp_path / "redbutton.db"
    await (await Store.open(path, clock=SetClock(), key=KEY)).close()

    said = await refusal(path, database)

    assert said.startswith("The store has no event in its record, so there is nothing to move.")
