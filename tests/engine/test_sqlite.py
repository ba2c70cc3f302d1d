"""The engine's file is safe against a loss of power, and any SQLite tells it the time."""

from pathlib import Path

from bot.domain.clock import SystemClock
from bot.engine.sqlite import open_sqlite


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


def test_the_time_is_told_with_parts_of_a_second_by_any_sqlite(tmp_path: Path) -> None:
    engine = open_sqlite(tmp_path / "engine.db")
    before = SystemClock().now().timestamp()

    with engine.connect() as connection:
        told = connection.exec_driver_sql("SELECT unixepoch('subsec')").scalar()
    engine.dispose()

    assert isinstance(told, float)
    assert before <= told <= SystemClock().now().timestamp()
