"""Requests for approval: each change is by who has seen the last one, or it is none."""

import asyncio
from datetime import timedelta

import pytest

from bot.domain.approval import Approval, Standing
from bot.domain.invocation import State
from bot.domain.record import Stage
from bot.pipeline.protocols import Entry, SaidBefore
from tests.store.conftest import Desk
from tests.store.samples import PARAMS, asking, told


async def waiting(desk: Desk, key: str = "trigger-1", **about: object) -> Approval:
    """Open an asking that waits for approval, and return the request for it."""
    opening = asking(desk.clock, key, state=State.WAITING)
    assert await desk.book.open(opening, within=5) is None
    now = desk.clock.now()
    request = Approval(
        invocation=opening.invocation.id,
        digest="d",
        needs={"finance": 2},
        sentences=("Two of finance.",),
        opened_at=now,
        expires_at=now + timedelta(hours=1),
    ).model_copy(update=about)
    assert await desk.book.amend(request, Entry())
    return request


async def test_what_was_asked_for_is_read_as_it_was_written(desk: Desk) -> None:
    request = await waiting(desk)

    found = await desk.book.approval(request.invocation)

    assert found == request.model_copy(update={"version": 1})
    assert await desk.book.open_approvals() == [found]
    assert await desk.book.approval("nobody") is None


async def test_of_many_who_change_what_they_all_saw_one_does(desk: Desk) -> None:
    seen = (await waiting(desk)).model_copy(update={"version": 1})
    changes = [seen.model_copy(update={"digest": str(n)}) for n in range(20)]
    event = told(seen.invocation, Stage.APPROVAL_GIVEN, desk.clock)

    done = await asyncio.gather(*(desk.book.amend(c, Entry((event,))) for c in changes))

    assert sorted(done) == [*[False] * 19, True]
    assert await desk.stages(seen.invocation) == ["intent", "approval.given"]


async def test_with_its_end_the_invocation_moves_or_nothing_does(desk: Desk) -> None:
    seen = (await waiting(desk)).model_copy(
        update={"version": 1, "standing": Standing.REFUSED, "digest": "x"}
    )
    assert await desk.book.move(seen.invocation, State.CANCELLED, Entry())

    moved = await desk.book.amend(seen, Entry(), to=State.DENIED, params="{}")

    found = await desk.book.approval(seen.invocation)
    assert not moved
    assert found is not None
    assert found.digest == "d"
    assert (await desk.invocation(seen.invocation)).state is State.CANCELLED


@pytest.mark.parametrize("to", [State.ACCEPTED, State.DENIED])
async def test_what_has_ended_waits_no_more(desk: Desk, to: State) -> None:
    seen = (await waiting(desk)).model_copy(update={"version": 1, "standing": Standing.APPROVED})

    assert await desk.book.amend(seen, Entry(), to=to, params=PARAMS)

    assert await desk.book.open_approvals() == []
    assert (await desk.invocation(seen.invocation)).state is to


async def test_the_soonest_to_lapse_is_the_first_of_what_waits(desk: Desk) -> None:
    now = desk.clock.now()
    late = await waiting(desk, "late", expires_at=now + timedelta(hours=9))
    soon = await waiting(desk, "soon", expires_at=now + timedelta(hours=1))

    assert [a.invocation for a in await desk.book.open_approvals()] == [
        soon.invocation,
        late.invocation,
    ]


async def test_what_waits_is_known_to_who_asks_for_the_same(desk: Desk) -> None:
    opening = asking(desk.clock, "first", state=State.WAITING, meaning="same")
    await desk.book.open(opening, within=5)
    again = asking(desk.clock, "second", meaning="same")

    answer = await desk.book.open(again, within=5, same_since=desk.clock.now())

    assert isinstance(answer, SaidBefore)
