"""Units of work.

Committed together, undone alone, skipped or taken back when they come too late.
"""

import asyncio
import logging
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert, select

from bot.domain.clock import SystemClock
from bot.domain.errors import NotNow
from bot.domain.invocation import State
from bot.pipeline.answers import ANSWER, Refusal
from bot.pipeline.protocols import Entry, Repeat
from bot.store import writer
from bot.store.database import Store
from bot.store.tables import message, step
from tests.clock import SetClock
from tests.store.conftest import Desk
from tests.store.samples import KEY, asking
from tests.store.works import NAMES, Gate, locked, names, put, queued


async def test_one_that_raises_is_undone_alone(desk: Desk) -> None:
    def broken(connection: Connection) -> None:
        put("broken")(connection)
        raise LookupError("on purpose")

    answers = await asyncio.gather(
        desk.store.write(put("a")),
        desk.store.write(broken),
        desk.store.write(put("b")),
        return_exceptions=True,
    )

    assert isinstance(answers[1], LookupError)
    assert await names(desk.store) == ["a", "b"]


async def test_a_commit_that_fails_undoes_all_that_were_in_it_and_the_next_succeeds(
    desk: Desk,
) -> None:
    def orphan(connection: Connection) -> None:
        connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON").close()
        values = {"invocation": "none", "name": "n", "position": 0, "state": "done"}
        rest = {"label": b"", "note": b"", "owner": "", "changed_at": ""}
        connection.execute(insert(step), {**values, **rest})

    gate = Gate()
    first = asyncio.create_task(desk.store.write(gate))
    await gate.reached()
    together = [asyncio.create_task(desk.store.write(work)) for work in (put("a"), orphan)]
    await queued()
    gate.open()
    failed = await asyncio.gather(*together, return_exceptions=True)
    await desk.store.write(put("b"))

    await first
    assert all(isinstance(error, Exception) for error in failed)
    assert await names(desk.store) == ["b"]


async def test_a_locked_store_is_told_within_the_time_and_nothing_is_written(desk: Desk) -> None:
    opening, clock = asking(desk.clock), SystemClock()
    began = clock.monotonic()
    with locked(desk.path):
        answer = await desk.tried(opening, within=0.8)
        took = clock.monotonic() - began

    assert isinstance(answer, NotNow)
    assert "within 0.8 s" in answer.message
    assert took < 0.95
    assert await desk.store.write(put("next")) == "next"
    assert await desk.book.get(opening.invocation.id) is None
    assert await desk.stages(opening.invocation.id) == []


async def test_who_waits_without_a_limit_hears_that_the_store_is_locked(desk: Desk) -> None:
    with locked(desk.path), pytest.raises(NotNow, match="another program holds it locked"):
        await desk.store.write(put("a"))

    assert await desk.store.write(put("b")) == "b"
    assert await names(desk.store) == ["b"]


async def test_what_commits_too_late_is_taken_back_before_anybody_can_run_it(desk: Desk) -> None:
    opening, first, gate = asking(desk.clock), Gate(), Gate()
    of = opening.invocation.id
    running = [asyncio.create_task(desk.store.write(first))]
    await first.reached()
    late = asyncio.create_task(desk.tried(opening, within=0.05))
    running.append(asyncio.create_task(desk.store.write(gate)))
    await queued()
    first.open()
    await gate.reached()
    answer = await late
    taking = asyncio.create_task(desk.book.take(of, "one", Entry()))
    await queued()
    gate.open()
    taken = await taking
    await asyncio.gather(*running)

    assert isinstance(answer, NotNow)
    assert taken is False
    found = await desk.invocation(of)
    assert (found.state, found.params) == (State.FAILED, "{}")
    assert await desk.stages(of) == ["intent", "outcome"]
    assert await desk.outbox.unsent(desk.clock.now()) == []


async def test_a_repeat_of_what_was_taken_back_hears_that_it_was_not_done(desk: Desk) -> None:
    opening, first, gate = asking(desk.clock), Gate(), Gate()
    running = [asyncio.create_task(desk.store.write(first))]
    await first.reached()
    late = asyncio.create_task(desk.tried(opening, within=0.05))
    running.append(asyncio.create_task(desk.store.write(gate)))
    await queued()
    first.open()
    await late
    gate.open()
    await asyncio.gather(*running)

    again = await desk.book.open(asking(desk.clock), within=5)

    assert isinstance(again, Repeat)
    answer = ANSWER.validate_json(again.answer)
    assert isinstance(answer, Refusal)
    assert answer.code == "not_recorded"


async def test_a_repeat_that_comes_too_late_takes_nothing_back(desk: Desk) -> None:
    of, first, gate = await desk.opened(), Gate(), Gate()
    running = [asyncio.create_task(desk.store.write(first))]
    await first.reached()
    late = asyncio.create_task(desk.tried(asking(desk.clock), within=0.05))
    running.append(asyncio.create_task(desk.store.write(gate)))
    await queued()
    first.open()
    await gate.reached()
    answer = await late
    gate.open()
    await asyncio.gather(*running)

    assert isinstance(answer, NotNow)
    assert (await desk.invocation(of)).state is State.ACCEPTED
    assert await desk.stages(of) == ["intent"]


async def test_taking_back_is_tried_until_it_succeeds_and_nothing_else_is_written_before(
    desk: Desk,
) -> None:
    calls: list[str] = []

    def back(_connection: Connection) -> None:
        calls.append("back")
        if len(calls) == 1:
            raise sqlite3.OperationalError("on purpose")

    gate = Gate()
    late = asyncio.create_task(desk.store.write(gate, within=0.05, on_late=back))
    with pytest.raises(NotNow):
        await late
    gate.open()
    await desk.store.write(lambda _: calls.append("next"))

    assert calls == ["back", "back", "next"]


async def test_what_has_not_begun_when_its_caller_gives_up_is_skipped(desk: Desk) -> None:
    gate = Gate()
    first = asyncio.create_task(desk.store.write(gate))
    await gate.reached()
    with pytest.raises(NotNow, match=r"within 0\.01 s"):
        await desk.store.write(put("late"), within=0.01)
    gate.open()
    await first
    await desk.store.write(put("next"))

    assert await names(desk.store) == ["next"]


async def test_a_caller_that_is_cancelled_takes_nothing_back(desk: Desk) -> None:
    gate, taken_back = Gate(), []

    def work(connection: Connection) -> None:
        put("mine")(connection)
        gate(connection)

    caller = asyncio.create_task(
        desk.store.write(work, within=5, on_late=lambda _: taken_back.append(1))
    )
    await gate.reached()
    caller.cancel()
    gate.open()
    await asyncio.wait([caller])
    await desk.store.write(put("next"))

    assert caller.cancelled()
    assert await names(desk.store) == ["mine", "next"]
    assert taken_back == []


async def test_what_has_not_begun_when_its_caller_is_cancelled_is_skipped(desk: Desk) -> None:
    gate = Gate()
    first = asyncio.create_task(desk.store.write(gate))
    await gate.reached()
    caller = asyncio.create_task(desk.store.write(put("mine")))
    await queued()
    caller.cancel()
    await asyncio.wait([caller])
    gate.open()
    await first
    await desk.store.write(put("next"))

    assert await names(desk.store) == ["next"]


async def test_a_full_disk_is_told_and_the_writer_lives_on(desk: Desk) -> None:
    await desk.pragma("max_page_count=1")
    opening = asking(desk.clock)
    big = "x" * 200_000

    answer = await desk.tried(replace(opening, answer=big))
    await desk.pragma("max_page_count=1000000")

    assert isinstance(answer, NotNow)
    assert "the disk is full" in answer.message
    assert await desk.book.get(opening.invocation.id) is None
    assert await desk.opened("another")


async def test_a_store_that_became_read_only_is_told_and_the_writer_lives_on(desk: Desk) -> None:
    await desk.pragma("query_only=ON")

    answer = await desk.tried(asking(desk.clock))
    await desk.pragma("query_only=OFF")

    assert isinstance(answer, NotNow)
    assert "it can only be read" in answer.message
    assert await desk.opened("another")


async def test_a_transaction_that_ends_under_a_unit_fails_all_and_the_next_succeeds(
    desk: Desk,
) -> None:
    def broken(connection: Connection) -> None:
        connection.exec_driver_sql("ROLLBACK").close()
        raise sqlite3.OperationalError("on purpose")

    gate = Gate()
    first = asyncio.create_task(desk.store.write(gate))
    await gate.reached()
    together = [asyncio.create_task(desk.store.write(work)) for work in (put("a"), broken)]
    await queued()
    gate.open()
    failed = await asyncio.gather(*together, return_exceptions=True)
    await asyncio.gather(first, desk.store.write(put("b")))

    assert all(isinstance(error, Exception) for error in failed)
    assert await names(desk.store) == ["b"]


async def test_a_damaged_connection_is_replaced(desk: Desk) -> None:
    def broken(connection: Connection) -> None:
        driver = connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        driver.close()

    with pytest.raises(Exception, match="closed database"):
        await desk.store.write(broken)

    assert await desk.store.write(put("a")) == "a"


async def test_readers_cannot_write(desk: Desk) -> None:
    with pytest.raises(NotNow, match="it can only be read"):
        await desk.store.read(put("a"))


async def test_a_reader_sees_one_state_while_the_writer_goes_on(desk: Desk) -> None:
    gate = Gate()

    def twice(connection: Connection) -> tuple[list[str], list[str]]:
        before = list(connection.scalars(NAMES))
        gate(connection)
        return before, list(connection.scalars(NAMES))

    reading = asyncio.create_task(desk.store.read(twice))
    await gate.reached()
    await desk.store.write(put("a"))
    gate.open()

    assert await reading == ([], [])


async def test_more_than_may_wait_is_refused(desk: Desk) -> None:
    gate = Gate()
    first = asyncio.create_task(desk.store.write(gate))
    await gate.reached()
    waiting = [
        asyncio.create_task(desk.store.write(lambda _: None)) for _ in range(writer.WAITING_LIMIT)
    ]
    await queued()
    with pytest.raises(NotNow, match="10000 changes wait"):
        await desk.store.write(put("a"))
    gate.open()

    assert await asyncio.gather(first, *waiting) == [None] * (writer.WAITING_LIMIT + 1)


async def test_what_has_queued_is_written_before_the_store_closes(tmp_path: Path) -> None:
    store = await Store.open(tmp_path / "a.db", clock=SetClock(), key=KEY)
    gate = Gate()
    running = [asyncio.create_task(store.write(gate)), asyncio.create_task(store.write(put("a")))]
    await gate.reached()
    closing_down = asyncio.create_task(store.close())
    gate.open()
    await asyncio.gather(*running, closing_down)
    again = await Store.open(tmp_path / "a.db", clock=SetClock(), key=KEY)

    assert await names(again) == ["a"]
    await again.close()


async def test_a_closed_store_takes_nothing(tmp_path: Path) -> None:
    store = await Store.open(tmp_path / "a.db", clock=SetClock(), key=KEY)
    await store.close()

    with pytest.raises(NotNow, match="closed"):
        await store.write(put("a"))


async def test_an_error_s_text_holds_nothing_of_what_was_to_be_written(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await desk.store.write(put("private"))

    with pytest.raises(Exception, match="UNIQUE") as told:
        await desk.store.write(put("private"))

    assert "private" not in f"{told.value} {caplog.text}"


async def test_no_message_is_left_of_what_was_skipped(desk: Desk) -> None:
    with locked(desk.path):
        await desk.tried(asking(desk.clock), within=0.05)
    await desk.store.write(put("next"))

    assert await desk.store.read(lambda c: c.execute(select(message)).all()) == []
