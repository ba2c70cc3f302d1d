"""Several processes on one store do the same in the same moment, and it is done once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta

import pytest
from sqlalchemy import select

from audit.search import trail
from bot.domain.errors import Misconfigured
from bot.domain.invocation import State, Step, StepState
from bot.domain.record import Stage
from bot.pipeline.protocols import Entry, Repeat, SaidBefore, Timer
from bot.store.database import Store
from bot.store.tables import message, writer
from tests.clock import SetClock
from tests.store.breaking import slow_commits, tell, until
from tests.store.conftest import Desk, desk_at
from tests.store.samples import KEY, PERSON, asking, main, note, told
from tests.store.works import names, put

MINUTE = timedelta(seconds=60)
Two = tuple[Desk, Desk]


@pytest.fixture
async def two(shared: str) -> AsyncIterator[Two]:
    """Two processes' desks on one store."""
    async with AsyncExitStack() as stack:
        one = await stack.enter_async_context(desk_at(shared, "one"))
        yield one, await stack.enter_async_context(desk_at(shared, "two"))


async def test_of_openings_under_one_key_one_is_written_and_the_others_get_its_answer(
    two: Two,
) -> None:
    openings = [asking(two[0].clock) for _ in range(40)]

    answers = await asyncio.gather(
        *(two[n % 2].book.open(o, within=20) for n, o in enumerate(openings))
    )

    first = openings[answers.index(None)]
    assert [a for a in answers if a is not None] == [Repeat(first.answer)] * 39
    assert [i.id for i in await two[0].book.in_state(list(State))] == [first.invocation.id]


async def test_of_openings_with_one_meaning_one_is_written_and_the_others_hear_of_it(
    two: Two,
) -> None:
    openings = [asking(two[0].clock, f"key {n}", meaning="it") for n in range(40)]
    since = two[0].clock.now() - MINUTE

    answers = await asyncio.gather(
        *(two[n % 2].book.open(o, within=20, same_since=since) for n, o in enumerate(openings))
    )

    first = openings[answers.index(None)].invocation
    assert [a for a in answers if a is not None] == [SaidBefore(first.id, first.at)] * 39


async def test_who_opens_while_another_commits_the_same_waits_for_that(database: str) -> None:
    async with desk_at(database, "one") as one, desk_at(database, "two") as two:
        slow_commits(database, "invocation", 0.4)
        since = one.clock.now() - MINUTE
        first = asking(one.clock, "first", meaning="it")
        opening = asyncio.create_task(one.book.open(first, within=20, same_since=since))
        await until(lambda: tell(database, _COMMITTING) != [])

        same_key = await two.book.open(asking(two.clock, "first"), within=20)
        same_meaning = await two.book.open(
            asking(two.clock, "second", meaning="it"), within=20, same_since=since
        )

        assert await opening is None
        assert same_key == Repeat(first.answer)
        assert same_meaning == SaidBefore(first.invocation.id, first.invocation.at)


_COMMITTING = (
    "SELECT 1 FROM pg_stat_activity "
    "WHERE datname = current_database() AND state = 'active' AND query = 'COMMIT'"
)


async def test_a_timer_is_handed_to_one_of_them(two: Two) -> None:
    timers = tuple(Timer("remind", f"{n}", two[0].clock.now(), {}) for n in range(20))
    await two[0].book.write(None, Entry(timers=timers))

    handed = await asyncio.gather(
        *(two[n % 2].book.due(two[0].clock.now(), f"owner {n}") for n in range(10))
    )

    assert sorted(t.key for one in handed for t in one) == sorted(t.key for t in timers)


async def test_a_timer_that_both_set_is_one(two: Two) -> None:
    timer = Timer("remind", "k", two[0].clock.now(), {})

    await asyncio.gather(*(d.book.write(None, Entry(timers=(timer,))) for d in two * 10))

    assert list(await two[0].book.due(two[0].clock.now(), "one")) == [timer]


async def test_a_message_that_both_draft_is_one_with_all_its_versions(two: Two) -> None:
    of = await two[0].opened()

    await asyncio.gather(*(d.book.write(of, Entry(drafts=(note("n"),))) for d in two * 10))

    versions = select(message.c.version).where(message.c.slot == "n")
    assert await two[0].store.read(lambda c: list(c.scalars(versions))) == [20]


async def test_a_person_that_both_record_first_has_one_key_and_all_of_it_can_be_read(
    two: Two,
) -> None:
    events = [told("one", Stage.INTENT, two[0].clock) for _ in range(10)]

    await asyncio.gather(
        *(two[n % 2].book.write(None, Entry((event,))) for n, event in enumerate(events))
    )

    found = await two[0].store.read(lambda c: trail(c, "one"))
    keys = tell(str(two[0].where), "SELECT count(*) FROM subject_key")
    assert keys == [(1,)]
    assert {one.body["target"]["subject"] for one in found} == {found[0].target}
    assert len(found) == 10


async def test_who_lost_a_run_to_another_process_writes_nothing_more(two: Two) -> None:
    of = await two[0].opened()
    await two[0].book.take(of, "one", Entry())
    await two[1].book.take(of, "two", Entry())
    event = told(of, Stage.OUTCOME, two[0].clock)

    stepped = await two[0].book.put_step(of, Step("A", StepState.DONE), "one", Entry((event,)))
    moved = await two[0].book.move(of, State.SUCCEEDED, Entry((event,)), owner="one")

    assert (stepped, moved) == (False, False)
    assert await two[1].stages(of) == ["intent"]


async def test_steps_that_are_put_at_once_keep_their_places(two: Two) -> None:
    of = await two[0].opened()
    await two[0].book.take(of, "one", Entry())

    await asyncio.gather(
        *(
            two[n % 2].book.put_step(of, Step(f"{n}", StepState.DONE), "one", Entry())
            for n in range(20)
        )
    )

    positions = tell(str(two[0].where), "SELECT position FROM step ORDER BY position")
    assert positions == [(n,) for n in range(20)]


async def test_what_one_process_writes_of_an_invocation_is_written_in_its_order(two: Two) -> None:
    of = await two[0].opened()
    states = [State.ACCEPTED, State.RUNNING] * 10 + [State.SUCCEEDED]

    await asyncio.gather(
        *(two[0].book.write(of, Entry(drafts=(main(of, state),))) for state in states)
    )

    (post,) = await two[0].outbox.unsent(two[0].clock.now())
    assert post.version == 1 + len(states)
    assert post.notice == main(of, State.SUCCEEDED).notice


async def test_of_those_who_start_at_once_on_an_empty_database_all_start(database: str) -> None:
    stores = await asyncio.gather(
        *(Store.open(database, clock=SetClock(), key=KEY) for _ in range(4))
    )
    await asyncio.gather(*(store.write(put(f"{n}")) for n, store in enumerate(stores)))

    assert await names(stores[0]) == ["0", "1", "2", "3"]
    await asyncio.gather(*(store.close() for store in stores))


async def test_of_those_who_start_at_once_with_different_keys_one_starts(shared: str) -> None:
    opened = await asyncio.gather(
        *(Store.open(shared, clock=SetClock(), key=bytes([n]) * 32) for n in range(4)),
        return_exceptions=True,
    )

    stores = [one for one in opened if isinstance(one, Store)]
    refused = [one for one in opened if isinstance(one, Misconfigured)]
    assert (len(stores), len(refused)) == (1, 3)
    assert {"was sealed under another key" in str(one) for one in refused} == {True}
    await stores[0].close()


async def test_who_closes_leaves_no_trace_among_the_writers(shared: str) -> None:
    async with desk_at(shared) as desk:
        await asyncio.gather(*(desk.store.write(put(f"{n}")) for n in range(20)))
        written = await desk.store.read(lambda c: list(c.scalars(select(writer.c.turn))))

    assert sum(written) >= 20
    assert tell(shared, "SELECT * FROM writer") == []


async def test_who_was_forgotten_among_the_writers_writes_on(shared: str) -> None:
    async with desk_at(shared) as desk:
        await asyncio.gather(*(desk.store.write(put(f"{n}")) for n in range(20)))
        tell(shared, "DELETE FROM writer")

        await asyncio.gather(*(desk.store.write(put(f"later {n}")) for n in range(20)))

        assert len(await names(desk.store)) == 40


async def test_a_key_erased_by_one_process_is_used_by_none(two: Two) -> None:
    for n in range(3):
        await two[0].book.write(None, Entry((told(f"before {n}", Stage.INTENT, two[0].clock),)))
    sealer = two[1].book._sealer  # noqa: SLF001  What a process keeps in memory is looked at.
    await two[1].store.write(lambda c: sealer.erase(c, PERSON, two[1].clock.now()))

    await two[0].book.write(None, Entry((told("after", Stage.INTENT, two[0].clock),)))

    (found,) = await two[0].store.read(lambda c: trail(c, "after"))
    assert found.body["target"] == {"erased": True, "subject": found.target}
