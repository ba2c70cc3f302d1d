"""The bots that share a store: who lives, who knows what, what is passed on, what time it is."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from bot.domain.clock import SystemClock
from bot.pipeline.protocols import Entry, Timer
from bot.store.clock import SharedClock
from bot.store.grapevine import EVERYTHING, Grapevine
from bot.store.replicas import LIVING_FOR, Alone, Replica, SqlReplicas, differences, living
from tests.clock import CorrectedClock
from tests.postgres import Server
from tests.store.conftest import Desk, desk_at

OLD, NEW = {"flags.set": "a"}, {"flags.set": "a", "flags.drop": "b"}


def bot(owner: str, slot: int, operations: Mapping[str, str] = OLD) -> Replica:
    """Return what a bot called *owner* says of itself."""
    return Replica(owner, f"slot-{slot}", f"{owner}.example.com", "1.0", operations)


async def joined(desk: Desk, me: Replica) -> SqlReplicas:
    """Let *me* join the store."""
    replicas = SqlReplicas(desk.store, me)
    await replicas.join()
    return replicas


async def test_a_bot_alone_lives_and_nobody_differs_from_it() -> None:
    alone = Alone("one")

    assert await alone.living() == {"one"}
    assert not await alone.differing("flags.set")


async def test_who_gives_signs_of_life_lives_and_who_is_silent_or_leaves_does_not(
    shared_desk: Desk,
) -> None:
    one, two, three = [
        await joined(shared_desk, bot(name, slot)) for slot, name in enumerate(("one", "two", "x"))
    ]
    await three.leave()
    all_there = await one.living()
    shared_desk.clock.pass_(LIVING_FOR.total_seconds() + 1)
    await one.beat()
    after = await one.living()

    assert all_there == {"one", "two"}
    assert after == {"one"}
    assert await two.living() == {"one", "two"}


async def test_whoever_takes_a_slot_frees_what_its_former_holder_had_claimed(
    shared_desk: Desk,
) -> None:
    now = shared_desk.clock.now()
    await joined(shared_desk, bot("dead", 0))
    await joined(shared_desk, bot("alive", 1))
    for name in ("dead", "alive"):
        await shared_desk.book.write(None, Entry(timers=(Timer("bell", name, now),)))
        await shared_desk.book.due(now, name)
    await joined(shared_desk, bot("reborn", 0))

    claimed = await shared_desk.book.due(now, "reborn")

    assert [timer.key for timer in claimed] == ["dead"]
    assert [s.replica.id for s in await living(shared_desk.store)] == ["alive", "reborn"]


async def test_an_operation_that_only_another_bot_knows_or_knows_otherwise_is_told(
    shared_desk: Desk,
) -> None:
    older = await joined(shared_desk, bot("older", 0))
    await joined(shared_desk, bot("newer", 1, NEW))

    said = differences(bot("older", 0), bot("newer", 1, NEW))

    assert await older.differing("flags.drop")
    assert not await older.differing("flags.set")
    assert "The bot on 'newer.example.com' (1.0) knows other operations" in said
    assert "flags.drop" in said
    assert differences(bot("older", 0), bot("other", 1)) == ""


async def test_a_bot_that_was_silent_so_long_that_it_was_forgotten_joins_anew(
    shared_desk: Desk,
) -> None:
    one = await joined(shared_desk, bot("one", 0))
    shared_desk.clock.pass_(7200)
    await joined(shared_desk, bot("two", 1))
    await one.beat()

    assert await one.living() == {"one", "two"}


@dataclass
class Ear:
    """One end of the grapevine, and what was heard there."""

    vine: Grapevine
    heard: asyncio.Queue[str] = field(default_factory=asyncio.Queue)

    async def hears(self) -> str:
        """Wait for the next word."""
        async with asyncio.timeout(20):
            return await self.heard.get()


@asynccontextmanager
async def ear(url: str, owner: str) -> AsyncIterator[Ear]:
    """Listen as *owner*, from the first word on."""
    async with desk_at(url, owner) as desk:
        heard: asyncio.Queue[str] = asyncio.Queue()
        one = Ear(Grapevine(url, desk.store, heard.put_nowait), heard)
        one.vine.start()
        assert await one.hears() == EVERYTHING
        yield one
        await one.vine.close()


async def test_what_one_bot_tells_all_of_them_hear(shared: str) -> None:
    async with ear(shared, "one") as one, ear(shared, "two") as two:
        await one.vine.tell("person U1")

        assert [await one.hears(), await two.hears()] == ["person U1", "person U1"]


async def test_who_could_not_hear_for_a_while_takes_everything_for_changed(
    shared: str, postgres: Server
) -> None:
    listening = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"
    async with ear(shared, "one") as one:
        name = shared.partition("?")[0].rpartition("/")[2]
        ended = postgres.says(f"{listening} AND datname = current_database()", database=name)
        again = await one.hears()
        await one.vine.tell("groups")

        assert ended == [(True,)]
        assert [again, await one.hears()] == [EVERYTHING, "groups"]


@pytest.mark.parametrize(("off", "way"), [(600, "ahead of"), (-600, "behind")])
async def test_a_machine_whose_clock_is_off_goes_by_the_databases(
    off: int, way: str, shared_desk: Desk
) -> None:
    machine = CorrectedClock()
    machine.jump(off)
    clock = SharedClock(machine)
    before = clock.said

    await clock.compare(shared_desk.store)

    assert before == ""
    assert abs(clock.now() - SystemClock().now()) < timedelta(seconds=5)
    assert f"This machine's clock is 600 s {way} the database's" in clock.said
