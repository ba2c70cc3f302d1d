"""A store that is moved to PostgreSQL arrives whole, and the old one stays as it was."""

from pathlib import Path

import pytest
from sqlalchemy import Table, select

from audit.append import append
from audit.sealing import Sealer
from audit.tables import audit_event
from audit.verify import verify
from bot.domain.invocation import State
from bot.domain.record import Stage
from bot.pipeline.protocols import Entry, Repeat
from bot.store.book import SqlBook
from bot.store.moving_mark import HELD
from bot.store.tables import message
from tests.store.moves import RESULT, Old, arrived, carried, rows_at
from tests.store.samples import KEY, PARAMS, asking, note, told


@pytest.fixture
async def old(tmp_path: Path) -> Old:
    store = Old(tmp_path / "redbutton.db")
    await store.fill()
    return store


async def test_every_event_arrives_byte_for_byte_under_its_number(old: Old, database: str) -> None:
    await carried(old.path, database)

    *there, last = await rows_at(database, audit_event)
    assert there == old.rows(audit_event)
    assert (last.n, last.stage) == (len(there) + 1, "config.changed")


@pytest.mark.parametrize("table", [t for t in HELD if t is not audit_event], ids=str)
async def test_every_row_arrives_as_it_was(old: Old, database: str, table: Table) -> None:
    await carried(old.path, database)

    assert await rows_at(database, table) == old.rows(table)
    assert old.rows(table) != []


async def test_the_record_verifies_and_goes_on_in_the_new_place(old: Old, database: str) -> None:
    await carried(old.path, database)

    async with arrived(database) as store:
        event = told(None, Stage.START, old.clock)
        await store.write(lambda connection: append(connection, event, Sealer(KEY)))
        report = await store.read(verify)
        last = await store.read(lambda c: c.scalars(select(audit_event.c.n)).all())
    assert report.good
    assert max(last) == report.count == len(old.rows(audit_event)) + 2


async def test_what_waited_can_go_on_with_all_that_it_knew(old: Old, database: str) -> None:
    await carried(old.path, database)

    async with arrived(database) as store:
        book = SqlBook(store, Sealer(KEY), lambda: None)
        left = await book.in_state({State.ACCEPTED, State.RUNNING})
        [done] = await book.steps(old.running)
        repeat = await book.open(asking(old.clock, "waits"), within=5)
    assert [(one.id, one.params) for one in left] == [(old.waiting, PARAMS), (old.running, PARAMS)]
    assert done.result == RESULT
    assert isinstance(repeat, Repeat)


async def test_new_messages_are_numbered_after_the_old_ones(old: Old, database: str) -> None:
    await carried(old.path, database)

    async with arrived(database) as store:
        book = SqlBook(store, Sealer(KEY), lambda: None)
        await book.write(old.waiting, Entry(drafts=(note("more"),)))
        numbers = await store.read(lambda c: c.scalars(select(message.c.id)).all())
    assert sorted(numbers)[-2:] == [len(numbers) - 1, len(numbers)]


async def test_the_old_store_is_not_touched(old: Old, database: str) -> None:
    before = old.path.read_bytes()

    await carried(old.path, database)

    assert old.path.read_bytes() == before


async def test_what_a_killed_bot_left_in_its_log_is_moved_too(old: Old, database: str) -> None:
    async with old.opened() as (_, book):
        late = await old.asked(book, "late")
        for name in ("redbutton.db", "redbutton.db-wal"):
            copy = old.path.parent / "copy" / name
            copy.parent.mkdir(exist_ok=True)
            copy.write_bytes(old.path.with_name(name).read_bytes())

    await carried(old.path.parent / "copy" / "redbutton.db", database)

    async with arrived(database) as store:
        assert await SqlBook(store, Sealer(KEY), lambda: None).get(late) is not None


async def test_a_move_says_what_it_did(old: Old, database: str) -> None:
    heard: list[str] = []

    rows, waiting = await carried(old.path, database, heard.append)

    assert heard[0] == "audit_event: all 5 rows are there."
    assert heard[-1] == "Every row was compared, and every event with its hash."
    counts = "audit_event 5, subject_key 1, invocation 3, step 1, timer 1, message 4, approval 1,"
    assert f"{counts} review 1, change_freeze 1, incident 1, moment 1, memo 1, schedule 1." in rows
    assert waiting.startswith("Invocations that wait: 2.")


async def test_a_move_ends_in_the_record(old: Old, database: str) -> None:
    await carried(old.path, database)

    body = (await rows_at(database, audit_event))[-1].body
    assert '"moved":{"from":"sqlite","rows":{"approval":1,"audit_event":5' in body
