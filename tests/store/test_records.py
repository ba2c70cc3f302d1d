"""What was asked of the bot is counted by what came of it, in either database."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.figures import Tallied
from bot.domain.glass import Review
from bot.domain.invocation import State
from bot.pipeline.protocols import Entry
from bot.store.records import SqlRecords
from tests.store.conftest import Desk
from tests.store.samples import asking

HOUR = timedelta(hours=1)


async def asks(desk: Desk, key: str, state: State, operation: str = "users.suspend") -> str:
    """Write down an asking that stands at *state*."""
    made = asking(desk.clock, key, state=state)
    row = replace(made.invocation, operation=operation)
    assert await desk.book.open(replace(made, invocation=row), within=5) is None
    return row.id


async def test_askings_are_counted_by_operation_and_state_in_each_span(desk: Desk) -> None:
    start = desk.clock.now()
    await asks(desk, "one", State.DENIED)
    desk.clock.pass_(3600)
    for key in ("two", "three"):
        await asks(desk, key, State.SUCCEEDED)
    await asks(desk, "four", State.SUCCEEDED, "db.failover")

    told = await SqlRecords(desk.store).tally("T1", [start, start + HOUR, start + 2 * HOUR])

    assert told == [
        [Tallied("users.suspend", State.DENIED, 1)],
        [
            Tallied("users.suspend", State.SUCCEEDED, 2),
            Tallied("db.failover", State.SUCCEEDED, 1),
        ],
    ]


@pytest.mark.parametrize("state", list(State))
async def test_no_state_is_left_out_of_the_count(desk: Desk, state: State) -> None:
    now = desk.clock.now()
    await asks(desk, "one", state)

    told = await SqlRecords(desk.store).tally("T1", [now, now + HOUR])

    assert told == [[Tallied("users.suspend", state, 1)]]


async def test_other_workspaces_are_not_counted(desk: Desk) -> None:
    now = desk.clock.now()
    await asks(desk, "one", State.SUCCEEDED)

    assert await SqlRecords(desk.store).tally("T2", [now, now + HOUR]) == [[]]


async def breaks(desk: Desk, key: str) -> Review:
    """Let somebody break the glass."""
    of = await asks(desk, key, State.ACCEPTED)
    review = Review(
        invocation=of,
        team="T1",
        actor="U1",
        name="Admiral Grace",
        operation="users.suspend",
        reason="Money leaves.",
        at=desk.clock.now(),
    )
    await desk.book.write(of, Entry(reviews=(review,)))
    return review


async def test_broken_glass_is_told_newest_first_whether_or_not_it_was_looked_at(
    desk: Desk,
) -> None:
    start = desk.clock.now()
    first = await breaks(desk, "one")
    closed = first.model_copy(
        update={"closed_at": start, "closed_by": "U2", "finding": "It was right."}
    )
    await desk.book.close_review(closed, Entry())
    desk.clock.pass_(60)
    second = await breaks(desk, "two")
    desk.clock.pass_(3600)
    await breaks(desk, "three")
    records = SqlRecords(desk.store)

    assert await records.broken_glass("T1", start, start + HOUR) == [second, closed]
    assert await records.broken_glass("T2", start, start + HOUR) == []
