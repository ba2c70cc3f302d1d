"""A store is opened where it is named, under its own key, or refused in words."""

from pathlib import Path

import pytest
from sqlalchemy import Connection

from bot.domain.errors import Misconfigured
from bot.store.database import Store
from tests.clock import SetClock
from tests.store.conftest import Desk
from tests.store.samples import KEY


@pytest.mark.parametrize("where", ["sqlite:///{}", "sqlite+aiosqlite:///{}", "{}"])
async def test_a_store_is_named_by_path_or_url(tmp_path: Path, where: str) -> None:
    path = tmp_path / "deep" / "a.db"

    store = await Store.open(where.format(path), clock=SetClock(), key=KEY)
    await store.close()

    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("where", ["mysql://db/redbutton", "sqlite://", "sqlite:///:memory:"])
async def test_what_is_neither_a_file_nor_postgresql_is_refused_by_name(where: str) -> None:
    with pytest.raises(Misconfigured, match="DATABASE_URL"):
        await Store.open(where, clock=SetClock(), key=KEY)


async def test_on_sqlite_a_commit_is_on_the_disk_before_it_is_confirmed(file_desk: Desk) -> None:
    def settings(connection: Connection) -> list[object]:
        names = ("journal_mode", "synchronous", "foreign_keys")
        return [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names]

    # sqlite.org/pragma.html: 2 is FULL.
    assert await file_desk.store.write(settings) == ["wal", 2, 1]


async def test_a_store_opened_with_another_key_is_refused(desk: Desk) -> None:
    with pytest.raises(Misconfigured, match="sealed under another key"):
        await Store.open(desk.where, clock=SetClock(), key=b"x" * 32)


async def test_a_file_that_is_no_store_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    path.write_text("This is a letter to my aunt, and no database at all. " * 100)

    with pytest.raises(Misconfigured, match="no database"):
        await Store.open(path, clock=SetClock(), key=KEY)


async def test_a_store_whose_folder_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(Misconfigured, match="cannot be made"):
        await Store.open(tmp_path / "file" / "a.db", clock=SetClock(), key=KEY)
