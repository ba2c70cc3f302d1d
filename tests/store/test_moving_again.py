"""A move that was cut off goes on where it was, and ends as if it had not been."""

import asyncio
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from audit.tables import audit_event, subject_key
from audit.verify import verify
from bot.domain.errors import Misconfigured, RedbuttonError
from bot.domain.invocation import State
from bot.domain.record import Stage
from bot.pipeline.protocols import Entry
from bot.store.moving_mark import HELD, see_whole
from bot.store.moving_rows import AT_ONCE
from tests.postgres import Server
from tests.store.moves import Cut, Old, arrived, carried, cut_at, does_at, refusal, rows_at
from tests.store.samples import told


@pytest.fixture
async def old(tmp_path: Path) -> Old:
    store = Old(tmp_path / "redbutton.db")
    await store.fill()
    return store


async def is_whole(old: Old, url: str) -> None:
    """See that all of *old* is at *url*, once, and the move told of."""
    for table in HELD:
        there = await rows_at(url, table)
        assert there[: len(old.rows(table))] == old.rows(table)
        assert len(there) == len(old.rows(table)) + (table is audit_event)
    async with arrived(url) as store:
        await see_whole(store)
        assert (await store.read(verify)).good


@pytest.mark.parametrize("part", ["audit_event", "invocation", "step", "message", "Every row"])
async def test_it_may_be_cut_off_anywhere(old: Old, database: str, part: str) -> None:
    with pytest.raises(Cut):
        await carried(old.path, database, cut_at(part))

    await carried(old.path, database)

    await is_whole(old, database)


async def test_no_bot_opens_what_is_half_there(old: Old, database: str) -> None:
    with pytest.raises(Cut):
        await carried(old.path, database, cut_at("invocation"))

    async with arrived(database) as store:
        with pytest.raises(Misconfigured, match=r"is not finished. .*--from"):
            await see_whole(store)


async def test_what_changed_meanwhile_in_the_old_store_comes_along(old: Old, database: str) -> None:
    with pytest.raises(Cut):
        await carried(old.path, database, cut_at("Every row"))
    async with old.opened() as (_, book):
        await old.asked(book, "meanwhile")
        await book.take(old.waiting, "a process", Entry())
        await book.move(old.waiting, State.FAILED, Entry(), params="{}")
    await old.erase()

    await carried(old.path, database)

    await is_whole(old, database)
    assert [row.wrapped for row in await rows_at(database, subject_key)] == [None]


async def test_a_long_record_goes_on_where_it_was_a_part_at_a_time(
    old: Old, database: str, postgres: Server
) -> None:
    with pytest.raises(Cut):
        await carried(old.path, database, cut_at("audit_event"))
    async with old.opened() as (_, book):
        events = [told(None, Stage.START, old.clock) for _ in range(2 * AT_ONCE + 1)]
        await book.write(None, Entry(tuple(events)))

    await carried(old.path, database)

    await is_whole(old, database)
    commits = "SELECT count(*) FROM audit_event GROUP BY xmin ORDER BY min(n)"
    parts = postgres.says(commits, database=urlsplit(database).path[1:])
    assert parts == [(5,), (AT_ONCE,), (AT_ONCE,), (1,), (1,)]


async def test_a_move_that_has_ended_is_not_made_again(old: Old, database: str) -> None:
    await carried(old.path, database)

    again = await carried(old.path, database)

    assert again == ["It was moved there before; nothing was left to do."]
    await is_whole(old, database)


async def test_a_store_that_went_on_after_it_was_moved_is_refused(old: Old, database: str) -> None:
    await carried(old.path, database)
    async with old.opened() as (_, book):
        await old.asked(book, "in the old place")

    said = await refusal(old.path, database)

    assert said.startswith("The store was moved there before, and has gone on in the old place")


async def test_half_of_another_store_is_not_filled_up(
    old: Old, database: str, tmp_path: Path
) -> None:
    other = Old(tmp_path / "other.db")
    await other.fill()
    with pytest.raises(Cut):
        await carried(other.path, database, cut_at("invocation"))

    said = await refusal(old.path, database)

    assert "holds half of another store, whose move was not finished. Name one that is" in said


async def test_killed_in_the_middle_of_a_table_it_goes_on(old: Old, database: str) -> None:
    async with arrived(database):
        pass  # Now the tables are there.
    with psycopg.connect(database) as other:
        other.execute("LOCK TABLE timer IN SHARE ROW EXCLUSIVE MODE")
        await asyncio.to_thread(_killed_at, "step: ", old, database)

    await carried(old.path, database)

    await is_whole(old, database)


def _killed_at(part: str, old: Old, url: str) -> None:
    """Kill a process that moves *old* once it tells of *part*."""
    command = [sys.executable, "-m", "tests.store.mover", str(old.path), url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as mover:  # noqa: S603  Our own program.
        assert mover.stdout is not None
        assert any(line.startswith(part) for line in mover.stdout)
        mover.kill()


@pytest.mark.parametrize(
    ("table", "spoiling", "count"),
    [
        ("message", "UPDATE message SET slot = slot || '?' WHERE id = 1", 4),
        ("incident", "UPDATE incident SET room = 'C9'", 1),
        ("approval", "UPDATE approval SET version = 2", 1),
        ("schedule", "UPDATE schedule SET since = ''", 1),
    ],
)
async def test_a_row_that_did_not_arrive_well_is_found(
    old: Old, database: str, postgres: Server, table: str, spoiling: str, count: int
) -> None:
    name = urlsplit(database).path[1:]

    def spoil() -> None:
        postgres.says(spoiling, database=name)

    with pytest.raises(RedbuttonError, match=f"The rows of '{table}' differ: {count} in the old"):
        await carried(old.path, database, does_at(f"{table}: all", spoil))

    await carried(old.path, database)
    await is_whole(old, database)
