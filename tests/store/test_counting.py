"""What was let run of late is counted, alone with whoever is counted with it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.invocation import State
from bot.pipeline.protocols import Counts, Entry, Opening, Recounted, Tally
from tests.store.conftest import Desk, desk_at
from tests.store.samples import asking, broken

HOUR = timedelta(hours=1)


def tallied(
    desk: Desk,
    key: str,
    *,
    actor: str = "U1",
    target: str = "ada",
    counts: Counts | None = None,
    state: State = State.ACCEPTED,
) -> Opening:
    """Make an asking of *actor* about *target*, let in by *counts*."""
    made = asking(desk.clock, key, state=state)
    row = replace(made.invocation, origin=made.invocation.origin.model_copy(update={"user": actor}))
    tally = Tally(row.id, row.origin.team, actor, row.operation, target, row.at)
    return replace(made, invocation=row, tally=tally, counts=counts)


async def opened(desk: Desk, key: str, **how: object) -> Opening:
    """Open such an asking."""
    made = tallied(desk, key, **how)  # type: ignore[arg-type]  # Handed on as they are.
    assert await desk.book.open(made, within=5) is None
    return made


async def counts(desk: Desk, of: Opening, *, earlier: bool = False) -> Counts:
    assert of.tally is not None
    return await desk.book.counts(of.tally, earlier=earlier)


async def test_what_one_person_was_let_run_and_what_happened_to_one_target_are_counted(
    desk: Desk,
) -> None:
    await opened(desk, "mine, the same")
    await opened(desk, "mine, another", target="bob")
    await opened(desk, "another's, the same", actor="U2")

    assert await counts(desk, tallied(desk, "next")) == Counts(2, 2)
    assert await counts(desk, tallied(desk, "next", actor="U3")) == Counts(0, 2)
    assert await counts(desk, tallied(desk, "next", target="eve")) == Counts(2, 0)


@pytest.mark.parametrize(
    ("state", "counted"),
    [(State.ACCEPTED, 1), (State.RUNNING, 1), (State.DENIED, 0), (State.INVALID, 0)],
)
async def test_only_what_was_let_run_counts(desk: Desk, state: State, counted: int) -> None:
    await opened(desk, "one", state=state)

    assert await counts(desk, tallied(desk, "next")) == Counts(counted, counted)


@pytest.mark.parametrize("end", [State.SUCCEEDED, State.FAILED, State.CANCELLED, State.UNKNOWN])
async def test_whatever_came_of_it_it_counts(desk: Desk, end: State) -> None:
    made = await opened(desk, "one")
    await desk.book.take(made.invocation.id, "one", Entry())
    await desk.book.move(made.invocation.id, end, Entry())

    assert await counts(desk, tallied(desk, "next")) == Counts(1, 1)


async def test_what_is_an_hour_old_counts_no_more(desk: Desk) -> None:
    await opened(desk, "old")
    desk.clock.pass_(HOUR.total_seconds() - 1)

    assert await counts(desk, tallied(desk, "soon")) == Counts(1, 1)
    desk.clock.pass_(1)
    assert await counts(desk, tallied(desk, "later")) == Counts(0, 0)


async def test_asked_again_it_counts_neither_itself_nor_what_came_later(desk: Desk) -> None:
    await opened(desk, "first")
    desk.clock.pass_(1)
    second = await opened(desk, "second")
    desk.clock.pass_(1)
    await opened(desk, "third")

    assert await counts(desk, second, earlier=True) == Counts(1, 1)
    assert await counts(desk, second) == Counts(3, 3)


async def test_what_was_let_in_by_counts_that_are_no_longer_so_is_not_written(desk: Desk) -> None:
    await opened(desk, "first", counts=Counts(0, 0))

    late = tallied(desk, "second", counts=Counts(0, 0))

    assert await desk.book.open(late, within=5) == Recounted(Counts(1, 1))
    assert await desk.book.get(late.invocation.id) is None
    assert await desk.book.open(replace(late, counts=Counts(1, 1)), within=5) is None


@pytest.fixture
async def two(shared: str) -> AsyncIterator[tuple[Desk, Desk]]:
    """Two processes' desks on one store."""
    async with AsyncExitStack() as stack:
        one = await stack.enter_async_context(desk_at(shared, "one"))
        yield one, await stack.enter_async_context(desk_at(shared, "two"))


async def test_of_many_by_the_same_counts_on_two_processes_one_is_let_in(
    two: tuple[Desk, Desk],
) -> None:
    made = [tallied(two[0], f"key {n}", counts=Counts()) for n in range(40)]

    answers = await asyncio.gather(
        *(two[n % 2].book.open(one, within=20) for n, one in enumerate(made))
    )

    assert answers.count(None) == 1
    assert answers.count(Recounted(Counts(1, 1))) == 39


async def test_of_many_who_break_the_glass_at_once_in_one_name_on_two_processes_one_does(
    two: tuple[Desk, Desk],
) -> None:
    made = [broken(tallied(two[0], f"key {n}")) for n in range(40)]

    answers = await asyncio.gather(
        *(two[n % 2].book.open(one, within=20) for n, one in enumerate(made))
    )

    assert answers.count(None) == 1
    assert answers.count(Recounted(None)) == 39
    assert len(await two[0].book.open_reviews("T1", "U1")) == 1


async def test_people_who_act_on_each_others_targets_at_once_do_not_wait_in_a_ring(
    two: tuple[Desk, Desk],
) -> None:
    pairs = [(actor, target) for actor in ("U1", "U2", "U3") for target in ("a", "b", "c")] * 4
    made = [
        tallied(two[0], f"key {n}", actor=actor, target=target, counts=Counts())
        for n, (actor, target) in enumerate(pairs)
    ]

    answers = await asyncio.gather(
        *(two[n % 2].tried(one, within=20) for n, one in enumerate(made))
    )

    assert [a for a in answers if a is not None and not isinstance(a, Recounted)] == []
    assert answers.count(None) >= 1
