"""Askings enter the book once, and move only as they may."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.invocation import MOVES, State, Step, StepState
from bot.domain.notice import Note
from bot.domain.record import Stage
from bot.pipeline.protocols import Entry, Repeat, SaidBefore
from tests.store.conftest import Desk
from tests.store.samples import NAME, ORIGIN, PARAMS, asking, card, main, note, told
from tests.store.works import Gate, queued

MINUTE = timedelta(seconds=60)


async def test_what_was_opened_is_read_as_it_was_written(desk: Desk) -> None:
    opening = asking(desk.clock)

    answer = await desk.book.open(opening, within=5)

    assert answer is None
    assert await desk.book.get(opening.invocation.id) == opening.invocation
    assert await desk.stages(opening.invocation.id) == ["intent"]


async def test_a_name_that_no_database_takes_is_kept_as_far_as_it_can_be(desk: Desk) -> None:
    opening = asking(desk.clock, state=State.INVALID)
    row = replace(opening.invocation, operation="users.\0\ud800")

    await desk.book.open(replace(opening, invocation=row), within=5)

    assert (await desk.invocation(row.id)).operation == "users.\ufffd\ufffd"


async def test_who_is_not_there_is_not_found(desk: Desk) -> None:
    assert await desk.book.get("nobody") is None


async def test_of_200_openings_under_one_key_one_is_written_and_the_others_get_its_answer(
    desk: Desk,
) -> None:
    openings = [asking(desk.clock) for _ in range(200)]

    answers = await asyncio.gather(*(desk.book.open(o, within=10) for o in openings))

    first = openings[answers.index(None)]
    assert [a for a in answers if a is not None] == [Repeat(first.answer)] * 199
    assert [i.id for i in await desk.book.in_state(list(State))] == [first.invocation.id]


async def test_on_sqlite_what_is_opened_at_once_is_committed_together(file_desk: Desk) -> None:
    commits, gate = await file_desk.commits(), Gate()
    first = asyncio.create_task(file_desk.store.write(gate))
    await gate.reached()
    opening = [asyncio.create_task(file_desk.opened(f"key {n}")) for n in range(100)]
    await queued()
    gate.open()
    await asyncio.gather(first, *opening)

    assert len(commits) == 2
    assert len(await file_desk.book.in_state([State.ACCEPTED])) == 100


async def test_the_same_key_of_another_workspace_is_another_asking(desk: Desk) -> None:
    await desk.opened()
    elsewhere = asking(desk.clock)
    row = replace(elsewhere.invocation, origin=ORIGIN.model_copy(update={"team": "T2"}))

    answer = await desk.book.open(replace(elsewhere, invocation=row), within=5)

    assert answer is None


@pytest.mark.parametrize("state", [State.ACCEPTED, State.RUNNING, State.SUCCEEDED])
async def test_the_same_meaning_within_a_minute_is_told_and_not_written(
    desk: Desk, state: State
) -> None:
    first = asking(desk.clock, "one", meaning="suspend grace", state=state)
    await desk.book.open(first, within=5)
    desk.clock.pass_(20)
    second = asking(desk.clock, "two", meaning="suspend grace")

    answer = await desk.book.open(second, within=5, same_since=desk.clock.now() - MINUTE)

    assert answer == SaidBefore(first.invocation.id, first.invocation.at)
    assert await desk.book.get(second.invocation.id) is None
    assert await desk.stages(second.invocation.id) == []


@pytest.mark.parametrize(
    "state", [State.DENIED, State.INVALID, State.FAILED, State.CANCELLED, State.UNKNOWN]
)
async def test_what_was_not_done_may_be_asked_again_at_once(desk: Desk, state: State) -> None:
    await desk.book.open(asking(desk.clock, "one", meaning="it", state=state), within=5)
    again = asking(desk.clock, "two", meaning="it")

    answer = await desk.book.open(again, within=5, same_since=desk.clock.now() - MINUTE)

    assert answer is None


async def test_the_same_meaning_after_a_minute_is_new(desk: Desk) -> None:
    await desk.book.open(asking(desk.clock, "one", meaning="it"), within=5)
    desk.clock.pass_(61)
    again = asking(desk.clock, "two", meaning="it")

    answer = await desk.book.open(again, within=5, same_since=desk.clock.now() - MINUTE)

    assert answer is None


async def test_a_clock_set_back_still_finds_the_same_meaning(desk: Desk) -> None:
    await desk.book.open(asking(desk.clock, "one", meaning="it"), within=5)
    desk.clock.jump(-3600)
    again = asking(desk.clock, "two", meaning="it")

    answer = await desk.book.open(again, within=5, same_since=desk.clock.now() - MINUTE)

    assert isinstance(answer, SaidBefore)


@pytest.mark.parametrize("start", list(State))
async def test_only_allowed_moves_are_made_and_recorded(desk: Desk, start: State) -> None:
    openings = {to: asking(desk.clock, f"to {to}", state=start) for to in State}
    ids = {to: opening.invocation.id for to, opening in openings.items()}
    for opening in openings.values():
        await desk.book.open(opening, within=5)

    moved = {
        to: await desk.book.move(of, to, Entry((told(of, Stage.OUTCOME, desk.clock),)))
        for to, of in ids.items()
    }

    assert moved == {to: to in MOVES[start] for to in State}
    for to, of in ids.items():
        assert (await desk.invocation(of)).state is (to if moved[to] else start)
        assert await desk.stages(of) == ["intent"] + ["outcome"] * moved[to]


async def test_a_move_may_replace_the_params(desk: Desk) -> None:
    of = await desk.opened()

    await desk.book.move(of, State.FAILED, Entry(), params='{"user":"kept"}')

    assert (await desk.invocation(of)).params == '{"user":"kept"}'


async def test_a_move_without_params_leaves_them(desk: Desk) -> None:
    of = await desk.opened()

    await desk.book.move(of, State.FAILED, Entry())

    assert (await desk.invocation(of)).params == PARAMS


async def test_a_run_is_taken_over_and_its_first_owner_writes_nothing_more(desk: Desk) -> None:
    of = await desk.opened()
    await desk.book.take(of, "one", Entry())
    assert await desk.book.take(of, "two", Entry())
    event = told(of, Stage.OUTCOME, desk.clock)

    stepped = await desk.book.put_step(of, Step("A", StepState.DONE), "one", Entry((event,)))
    moved = await desk.book.move(of, State.SUCCEEDED, Entry((event,)), owner="one")

    assert (stepped, moved) == (False, False)
    assert (await desk.invocation(of)).owner == "two"
    assert await desk.book.steps(of) == ()
    assert await desk.stages(of) == ["intent"]


async def test_its_owner_may_take_it_again_and_end_it(desk: Desk) -> None:
    of = await desk.opened()
    await desk.book.take(of, "one", Entry())

    again = await desk.book.take(of, "one", Entry())
    ended = await desk.book.move(of, State.SUCCEEDED, Entry(), owner="one")

    assert (again, ended) == (True, True)


async def test_what_has_ended_is_not_taken_stepped_or_cancelled(desk: Desk) -> None:
    of = await desk.opened()
    await desk.book.take(of, "one", Entry())
    await desk.book.move(of, State.UNKNOWN, Entry(), owner="one")

    taken = await desk.book.take(of, "one", Entry())
    stepped = await desk.book.put_step(of, Step("A", StepState.DONE), "one", Entry())
    word = Entry(drafts=(main(of, State.RUNNING),))
    cancelled = await desk.book.cancel(of, "U2", word)

    assert (taken, stepped, cancelled) == (False, False, False)
    assert await desk.book.notice(of, "card") == card(of)


async def test_steps_are_in_the_order_they_were_begun_and_replaced_by_name(desk: Desk) -> None:
    of = await desk.opened()
    await desk.book.take(of, "one", Entry())
    for step in (
        Step("B", StepState.RUNNING),
        Step("A", StepState.RUNNING),
        Step("B", StepState.DONE, '{"n":1}', "1 row"),
    ):
        await desk.book.put_step(of, step, "one", Entry())

    steps = await desk.book.steps(of)

    assert steps == (Step("B", StepState.DONE, '{"n":1}', "1 row"), Step("A", StepState.RUNNING))


async def test_the_first_who_cancels_is_remembered(desk: Desk) -> None:
    of = await desk.opened()

    answers = [await desk.book.cancel(of, by, Entry()) for by in ("U2", "U3")]

    assert answers == [True, True]
    assert (await desk.invocation(of)).cancelled_by == "U2"


async def test_states_are_listed_oldest_first_and_no_more_than_asked_for(desk: Desk) -> None:
    opened = []
    for n in range(3):
        opened.append(await desk.opened(f"key {n}"))
        desk.clock.pass_(1)
    await desk.book.take(opened[1], "one", Entry())

    both = await desk.book.in_state([State.ACCEPTED, State.RUNNING])
    one = await desk.book.in_state({State.ACCEPTED}, limit=1)

    assert [i.id for i in both] == opened
    assert [i.id for i in one] == opened[:1]


async def test_the_newest_notice_of_a_slot_is_kept(desk: Desk) -> None:
    of = await desk.opened()
    await desk.book.write(of, Entry(drafts=(main(of, State.RUNNING), note("why", "Because."))))

    assert await desk.book.notice(of, "card") == card(of, State.RUNNING)
    assert await desk.book.notice(of, "why") == Note(message="Because.")
    assert await desk.book.notice(of, "other") is None


async def test_events_about_the_bot_itself_are_written_alone(desk: Desk) -> None:
    await desk.book.write(None, Entry((told("bot", Stage.START, desk.clock),)))

    assert await desk.stages("bot") == ["start"]


async def test_a_message_of_no_invocation_is_an_error_of_the_caller(desk: Desk) -> None:
    with pytest.raises(ValueError, match="belongs to an invocation"):
        await desk.book.write(None, Entry(drafts=(note("x"),)))


async def test_an_entry_that_cannot_be_written_undoes_the_move_and_nobody_else_s(
    desk: Desk,
) -> None:
    of, other = await desk.opened("one"), await desk.opened("two")
    twice = told(of, Stage.OUTCOME, desk.clock)
    broken = desk.book.move(of, State.FAILED, Entry((twice, twice)))

    failed, moved = await asyncio.gather(
        broken, desk.book.move(other, State.FAILED, Entry()), return_exceptions=True
    )

    assert isinstance(failed, Exception)
    assert moved is True
    assert (await desk.invocation(of)).state is State.ACCEPTED
    assert await desk.stages(of) == ["intent"]
    assert (await desk.invocation(other)).state is State.FAILED


async def test_the_asker_s_name_comes_back(desk: Desk) -> None:
    of = await desk.opened()

    found = await desk.invocation(of)

    assert (found.actor_name, found.origin) == (NAME, ORIGIN)


async def test_an_id_that_is_taken_is_refused_whatever_its_key(desk: Desk) -> None:
    first = asking(desk.clock, "one")
    await desk.book.open(first, within=5)
    second = asking(desk.clock, "two")
    row = replace(second.invocation, id=first.invocation.id)

    answer = await desk.tried(replace(second, invocation=row, entry=Entry()))

    assert isinstance(answer, Exception)
    assert (await desk.invocation(first.invocation.id)).key == "one"
