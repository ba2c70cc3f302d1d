"""The engine's file is safe against a loss of power, and a SQLite that cannot serve is refused."""

from pathlib import Path

import pytest

from bot.domain.errors import Misconfigured
from bot.engine.sqlite import open_sqlite, refuse_old_sqlite


def test_the_file_is_in_wal_mode_and_syncs_every_commit(tmp_path: Path) -> None:
    engine = open_sqlite(tmp_path / "engine.db")

    with engine.connect() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    engine.dispose()

    full = 2  # sqlite.org/pragma.html#pragma_synchronous
    assert found == {
        "journal_mode": "wal",
        "synchronous": full,
        "foreign_keys": 1,
        "busy_timeout": 30000,
    }


def test_an_sqlite_that_would_never_begin_a_run_is_refused_by_its_version() -> None:
    with pytest.raises(Misconfigured, match=r"3\.40\.1"):
        refuse_old_sqlite(python=(3, 12), sqlite=(3, 40, 1))


@pytest.mark.parametrize(
    ("python", "sqlite"), [((3, 11), (3, 40, 1)), ((3, 12), (3, 42, 0)), ((3, 14), (3, 51, 3))]
)
def test_an_sqlite_that_serves_is_taken(python: tuple[int, ...], sqlite: tuple[int, ...]) -> None:
    refuse_old_sqlite(python=python, sqlite=sqlite)
