"""Units of work.

Committed together, undone alone, skipped or taken back when they come too late.
"""

import asyncio
import logging
from pathlib import Path

import pytest
from sqlalchemy import Connection

from bot.domain.errors import NotNow
from bot.store import jobs
from bot.store.database import Store
from tests.clock import SetClock
from tests.store.conftest import Desk
from tests.store.samples import KEY
from tests.store.works import NAMES, Gate, names, put, queued


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


async def test_what_has_not_begun_when_its_caller_gives_up_is_skipped(desk: Desk) -> None:
    gate = Gate()
    first = asyncio.create_task(desk.store.write(gate, lane="one"))
    await gate.reached()
    with pytest.raises(NotNow, match=r"within 0\.01 s"):
        await desk.store.write(put("late"), within=0.01, lane="one")
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
    first = asyncio.create_task(desk.store.write(gate, lane="one"))
    await gate.reached()
    caller = asyncio.create_task(desk.store.write(put("mine"), lane="one"))
    await queued()
    caller.cancel()
    await asyncio.wait([caller])
    gate.open()
    await first
    await desk.store.write(put("next"))

    assert await names(desk.store) == ["next"]


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
    first = asyncio.create_task(desk.store.write(gate, lane="one"))
    await gate.reached()
    waiting = [
        asyncio.create_task(desk.store.write(lambda _: None, lane="one"))
        for _ in range(jobs.WAITING_LIMIT)
    ]
    await queued()
    with pytest.raises(NotNow, match="10000 changes wait"):
        await desk.store.write(put("a"))
    gate.open()

    assert await asyncio.gather(first, *waiting) == [None] * (jobs.WAITING_LIMIT + 1)


async def test_what_has_queued_is_written_before_the_store_closes(
    where: Path | str,
) -> None:
    store = await Store.open(where, clock=SetClock(), key=KEY)
    gate = Gate()
    works = (gate, put("a"))
    running = [asyncio.create_task(store.write(work, lane="one")) for work in works]
    await gate.reached()
    closing_down = asyncio.create_task(store.close())
    gate.open()
    await asyncio.gather(*running, closing_down)
    again = await Store.open(where, clock=SetClock(), key=KEY)

    assert await names(again) == ["a"]
    await again.close()


async def test_a_closed_store_takes_nothing(where: Path | str) -> None:
    store = await Store.open(where, clock=SetClock(), key=KEY)
    await store.close()

    with pytest.raises(NotNow, match="closed"):
        await store.write(put("a"))


async def test_an_error_s_text_holds_nothing_of_what_was_to_be_written(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await desk.store.write(put("private"))

    with pytest.raises(Exception, match=r"(?i)unique") as told:
        await desk.store.write(put("private"))

    assert "private" not in f"{told.value} {caplog.text}"
