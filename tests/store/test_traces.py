"""What the store knows of one person: what they asked for, and what they marked."""

import asyncio
from dataclasses import replace

from bot.domain.invocation import State
from bot.pipeline.protocols import Entry
from bot.store.traces import MOST, SqlTraces
from tests.store.conftest import Desk
from tests.store.samples import ORIGIN, PERSON, asking


async def asks(desk: Desk, key: str, user: str = "U1", state: State = State.ACCEPTED) -> str:
    """Let *user* ask for something that stands so, and return its id."""
    opening = asking(desk.clock, key)
    origin = ORIGIN.model_copy(update={"user": user})
    invocation = replace(opening.invocation, origin=origin, state=state)
    opening = replace(opening, invocation=invocation, meaning=None, tally=None)
    assert await desk.book.open(opening, within=5) is None
    desk.clock.pass_(1)
    return invocation.id


async def test_what_goes_on_and_what_has_ended_are_told_apart_newest_first(desk: Desk) -> None:
    traces = SqlTraces(desk.store)
    states = (State.ACCEPTED, State.WAITING, State.DENIED, State.INVALID)
    first, second, denied, _ = [await asks(desk, f"k{s}", state=s) for s in states]
    assert await desk.book.move(first, State.FAILED, Entry())

    going, ended = await traces.going("T1", "U1", 9), await traces.ended("T1", "U1", 9)

    assert [one.id for one in going] == [second]
    assert [(one.id, one.state) for one in ended] == [
        (denied, State.DENIED),
        (first, State.FAILED),
    ]
    assert PERSON in ended[0].params


async def test_nobody_is_told_of_what_others_asked_for_nor_of_more_than_they_want(
    desk: Desk,
) -> None:
    traces = SqlTraces(desk.store)
    for n in range(5):
        await asks(desk, f"mine{n}")
    theirs = await asks(desk, "theirs", user="U2")

    assert len(await traces.going("T1", "U1", 3)) == 3
    assert theirs not in {one.id for one in await traces.going("T1", "U1", 9)}
    assert await traces.going("T2", "U1", 9) == []


async def test_a_mark_is_kept_until_it_is_taken_off_and_is_one_persons(desk: Desk) -> None:
    traces = SqlTraces(desk.store)
    for name in ("users.find", "users.suspend", "users.find", "db.failover"):
        await traces.star("T1", "U1", name)

    assert await traces.favourites("T1", "U1") == ("users.suspend", "db.failover")
    assert await traces.favourites("T1", "U2") == ()
    assert await traces.favourites("T2", "U1") == ()


async def test_marks_made_at_once_are_all_kept(desk: Desk) -> None:
    traces = SqlTraces(desk.store)
    names = [f"users.verb_{n}" for n in range(10)]

    await asyncio.gather(*(traces.star("T1", "U1", name) for name in names))

    assert sorted(await traces.favourites("T1", "U1")) == sorted(names)


async def test_of_too_many_marks_the_first_make_room(desk: Desk) -> None:
    traces = SqlTraces(desk.store)
    for n in range(MOST + 2):
        await traces.star("T1", "U1", f"users.verb_{n}")

    kept = await traces.favourites("T1", "U1")
    assert (len(kept), kept[0]) == (MOST, "users.verb_2")


async def test_which_operations_somebody_marked_is_not_to_be_read_in_the_file(desk: Desk) -> None:
    await SqlTraces(desk.store).star("T1", "U1", "users.suspend")

    marks = "SELECT body FROM memo WHERE name LIKE 'favourites:%%'"
    body = await desk.store.read(lambda c: c.exec_driver_sql(marks).scalar_one())

    assert b"users.suspend" not in bytes(body)
