"""Units of work on SQLite.

Committed together, undone alone, skipped or taken back when they come too late.
"""

import asyncio
import sqlite3
from dataclasses import replace

import pytest
from sqlalchemy import Connection, insert, select

from bot.domain.clock import SystemClock
from bot.domain.errors import NotNow
from bot.domain.invocation import State
from bot.pipeline.answers import ANSWER, Refusal
from bot.pipeline.protocols import Entry, Repeat
from bot.store.sqlite import BUSY_TIMEOUT
from bot.store.tables import message, step
from tests.store.conftest import Desk
from tests.store.samples import asking, broken
from tests.store.works import Gate, locked, names, put, queued

LATE = 0.5
"""Seconds after which a unit comes too late; on a busy machine one does not begin at once."""


async def test_on_sqlite_a_commit_that_fails_undoes_all_that_were_in_it_and_the_next_succeeds(
    file_desk: Desk,
) -> None:
    def orphan(connection: Connection) -> None:
        connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON").close()
        values = {"invocation": "none", "name": "n", "position": 0, "state": "done"}
        rest = {"label": b"", "note": b"", "owner": "", "changed_at": ""}
        connection.execute(insert(step), {**values, **rest})

    gate = Gate()
    first = asyncio.create_task(file_desk.store.write(gate))
    await gate.reached()
    together = [asyncio.create_task(file_desk.store.write(work)) for work in (put("a"), orphan)]
    await queued()
    gate.open()
    failed = await asyncio.gather(*together, return_exceptions=True)
    await file_desk.store.write(put("b"))

    await first
    assert all(isinstance(error, Exception) for error in failed)
    assert await names(file_desk.store) == ["b"]


async def test_on_sqlite_a_locked_store_is_told_within_the_time_and_nothing_is_written(
    file_desk: Desk,
) -> None:
    opening, clock = asking(file_desk.clock), SystemClock()
    with locked(file_desk.path):
        began = clock.monotonic()
        answer = await file_desk.tried(opening, within=0.8)
        took = clock.monotonic() - began

    assert isinstance(answer, NotNow)
    assert "within 0.8 s" in answer.message
    # SQLite itself would wait for longer.
    assert took < BUSY_TIMEOUT / 1000
    assert await file_desk.store.write(put("next")) == "next"
    assert await file_desk.book.get(opening.invocation.id) is None
    assert await file_desk.stages(opening.invocation.id) == []


async def test_on_sqlite_who_waits_without_a_limit_hears_that_the_store_is_locked(
    file_desk: Desk,
) -> None:
    with locked(file_desk.path), pytest.raises(NotNow, match="another program holds it locked"):
        await file_desk.store.write(put("a"))

    assert await file_desk.store.write(put("b")) == "b"
    assert await names(file_desk.store) == ["b"]


async def test_on_sqlite_what_commits_too_late_is_taken_back_before_anybody_can_run_it(
    file_desk: Desk,
) -> None:
    opening, first, gate = asking(file_desk.clock), Gate(), Gate()
    of = opening.invocation.id
    running = [asyncio.create_task(file_desk.store.write(first))]
    await first.reached()
    late = asyncio.create_task(file_desk.tried(opening, within=LATE))
    running.append(asyncio.create_task(file_desk.store.write(gate)))
    await queued()
    first.open()
    await gate.reached()
    answer = await late
    taking = asyncio.create_task(file_desk.book.take(of, "one", Entry()))
    await queued()
    gate.open()
    taken = await taking
    await asyncio.gather(*running)

    assert isinstance(answer, NotNow)
    assert taken is False
    found = await file_desk.invocation(of)
    assert (found.state, found.params) == (State.FAILED, "{}")
    assert await file_desk.stages(of) == ["intent", "outcome"]
    assert await file_desk.outbox.unsent(file_desk.clock.now()) == []


async def test_on_sqlite_a_repeat_of_what_was_taken_back_hears_that_it_was_not_done(
    file_desk: Desk,
) -> None:
    opening, first, gate = asking(file_desk.clock), Gate(), Gate()
    running = [asyncio.create_task(file_desk.store.write(first))]
    await first.reached()
    late = asyncio.create_task(file_desk.tried(opening, within=LATE))
    running.append(asyncio.create_task(file_desk.store.write(gate)))
    await queued()
    first.open()
    await late
    gate.open()
    await asyncio.gather(*running)

    again = await file_desk.book.open(asking(file_desk.clock), within=5)

    assert isinstance(again, Repeat)
    answer = ANSWER.validate_json(again.answer)
    assert isinstance(answer, Refusal)
    assert answer.code == "not_recorded"


async def test_on_sqlite_glass_whose_breaking_is_taken_back_waits_for_no_review(
    file_desk: Desk,
) -> None:
    opening, first, gate = asking(file_desk.clock), Gate(), Gate()
    breaking = broken(opening)
    running = [asyncio.create_task(file_desk.store.write(first))]
    await first.reached()
    late = asyncio.create_task(file_desk.tried(breaking, within=0.05))
    running.append(asyncio.create_task(file_desk.store.write(gate)))
    await queued()
    first.open()
    answer = await late
    gate.open()
    await asyncio.gather(*running, file_desk.store.write(put("next")))

    assert isinstance(answer, NotNow)
    assert await file_desk.stages(opening.invocation.id) == ["intent", "outcome"]
    assert await file_desk.book.open_reviews("T1") == []


async def test_on_sqlite_a_repeat_that_comes_too_late_takes_nothing_back(file_desk: Desk) -> None:
    of, first, gate = await file_desk.opened(), Gate(), Gate()
    running = [asyncio.create_task(file_desk.store.write(first))]
    await first.reached()
    late = asyncio.create_task(file_desk.tried(asking(file_desk.clock), within=LATE))
    running.append(asyncio.create_task(file_desk.store.write(gate)))
    await queued()
    first.open()
    await gate.reached()
    answer = await late
    gate.open()
    await asyncio.gather(*running)

    assert isinstance(answer, NotNow)
    assert (await file_desk.invocation(of)).state is State.ACCEPTED
    assert await file_desk.stages(of) == ["intent"]


async def test_on_sqlite_taking_back_is_tried_until_it_succeeds_and_nothing_else_is_written_before(
    file_desk: Desk,
) -> None:
    calls: list[str] = []

    def back(_connection: Connection) -> None:
        calls.append("back")
        if len(calls) == 1:
            raise sqlite3.OperationalError("on purpose")

    gate = Gate()
    late = asyncio.create_task(file_desk.store.write(gate, within=LATE, on_late=back))
    with pytest.raises(NotNow):
        await late
    gate.open()
    await file_desk.store.write(lambda _: calls.append("next"))

    assert calls == ["back", "back", "next"]


async def test_on_sqlite_a_full_disk_is_told_and_the_writer_lives_on(file_desk: Desk) -> None:
    await file_desk.pragma("max_page_count=1")
    opening = asking(file_desk.clock)
    big = "x" * 200_000

    answer = await file_desk.tried(replace(opening, answer=big))
    await file_desk.pragma("max_page_count=1000000")

    assert isinstance(answer, NotNow)
    assert "the disk is full" in answer.message
    assert await file_desk.book.get(opening.invocation.id) is None
    assert await file_desk.opened("another")


async def test_on_sqlite_a_store_that_became_read_only_is_told_and_the_writer_lives_on(
    file_desk: Desk,
) -> None:
    await file_desk.pragma("query_only=ON")

    answer = await file_desk.tried(asking(file_desk.clock))
    await file_desk.pragma("query_only=OFF")

    assert isinstance(answer, NotNow)
    assert "it can only be read" in answer.message
    assert await file_desk.opened("another")


async def test_on_sqlite_a_transaction_that_ends_under_a_unit_fails_all_and_the_next_succeeds(
    file_desk: Desk,
) -> None:
    def broken(connection: Connection) -> None:
        connection.exec_driver_sql("ROLLBACK").close()
        raise sqlite3.OperationalError("on purpose")

    gate = Gate()
    first = asyncio.create_task(file_desk.store.write(gate))
    await gate.reached()
    together = [asyncio.create_task(file_desk.store.write(work)) for work in (put("a"), broken)]
    await queued()
    gate.open()
    failed = await asyncio.gather(*together, return_exceptions=True)
    await asyncio.gather(first, file_desk.store.write(put("b")))

    assert all(isinstance(error, Exception) for error in failed)
    assert await names(file_desk.store) == ["b"]


async def test_on_sqlite_a_damaged_connection_is_replaced(file_desk: Desk) -> None:
    def broken(connection: Connection) -> None:
        driver = connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        driver.close()

    with pytest.raises(Exception, match="closed database"):
        await file_desk.store.write(broken)

    assert await file_desk.store.write(put("a")) == "a"


async def test_on_sqlite_no_message_is_left_of_what_was_skipped(file_desk: Desk) -> None:
    with locked(file_desk.path):
        await file_desk.tried(asking(file_desk.clock), within=LATE)
    await file_desk.store.write(put("next"))

    assert await file_desk.store.read(lambda c: c.execute(select(message)).all()) == []
