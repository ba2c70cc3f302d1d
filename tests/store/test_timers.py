"""Timers are handed out once, and again where nobody finished them."""

import asyncio
from datetime import timedelta

import pytest

from bot.pipeline.protocols import Entry, Timer
from tests.store.conftest import Desk


def a_timer(desk: Desk, seconds: float = 10, key: str = "k") -> Timer:
    due = desk.clock.now() + timedelta(seconds=seconds)
    return Timer("remind", key, due, {"for": "grace"})


async def claimed(desk: Desk, owner: str = "one") -> list[Timer]:
    return list(await desk.book.due(desk.clock.now(), owner))


async def test_nothing_is_due_before_its_time(desk: Desk) -> None:
    await desk.book.write(None, Entry(timers=(a_timer(desk),)))
    desk.clock.pass_(9.9)

    assert await claimed(desk) == []


async def test_what_is_due_is_handed_out_once(desk: Desk) -> None:
    timer = a_timer(desk)
    await desk.book.write(None, Entry(timers=(timer,)))
    desk.clock.pass_(10)

    handed = await asyncio.gather(*(claimed(desk, f"owner {n}") for n in range(20)))

    assert sorted(map(len, handed)) == [0] * 19 + [1]
    assert [t for one in handed for t in one] == [timer]


@pytest.mark.parametrize(("seconds", "again"), [(59, 0), (60, 1)])
async def test_a_claim_is_good_for_60_seconds(desk: Desk, seconds: int, again: int) -> None:
    await desk.book.write(None, Entry(timers=(a_timer(desk, 0),)))
    await claimed(desk, "one")
    desk.clock.pass_(seconds)

    assert len(await claimed(desk, "two")) == again


async def test_a_clock_set_back_leaves_no_timer_claimed_for_ever(desk: Desk) -> None:
    await desk.book.write(None, Entry(timers=(a_timer(desk, -7200),)))
    await claimed(desk, "one")
    desk.clock.jump(-3600)

    assert len(await claimed(desk, "two")) == 1


async def test_what_is_done_is_not_handed_out_again(desk: Desk) -> None:
    await desk.book.write(None, Entry(timers=(a_timer(desk, 0),)))
    for timer in await claimed(desk):
        await desk.book.done(timer)
    desk.clock.pass_(3600)

    assert await claimed(desk) == []


async def test_a_timer_set_anew_while_it_is_being_done_stays(desk: Desk) -> None:
    await desk.book.write(None, Entry(timers=(a_timer(desk, 0),)))
    (timer,) = await claimed(desk)
    later = a_timer(desk, 30)
    await desk.book.write(None, Entry(timers=(later,)))
    await desk.book.done(timer)
    desk.clock.pass_(30)

    assert await claimed(desk) == [later]


async def test_the_longest_due_come_first_and_no_more_than_asked_for(desk: Desk) -> None:
    timers = tuple(a_timer(desk, -n, f"{n}") for n in range(5))
    await desk.book.write(None, Entry(timers=timers))

    due = await desk.book.due(desk.clock.now(), "one", limit=2)

    assert [t.key for t in due] == ["4", "3"]


async def test_looking_in_vain_commits_nothing(desk: Desk) -> None:
    commits = await desk.commits()

    await claimed(desk)

    assert commits == []
