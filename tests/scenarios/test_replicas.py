"""Several bots on one database die, freeze, differ and come back, and nothing happens twice."""

import asyncio
import random
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.domain.clock import SystemClock
from bot.domain.invocation import State
from bot.engine.session import LOCKS
from tests.postgres import Server, own_server
from tests.scenarios.child import eventually, left_in
from tests.scenarios.fleet import STEPS, Fleet, fleet
from tests.world import Flavour

pytestmark = [
    pytest.mark.every_flavour,
    pytest.mark.parametrize("flavour", [Flavour.REPLICAS], indirect=True),
]

TAKEOVER = 20.0
"""Seconds within which another bot goes on with what a dead one had begun."""


@dataclass(frozen=True)
class Siege:
    """So many *kills* over *runs*, asked for at *pace* (per second)."""

    runs: int
    kills: int
    pace: float
    within: float
    seed: int


SAMPLE = Siege(runs=24, kills=3, pace=4, within=60, seed=0)
WHOLE = Siege(runs=480, kills=40, pace=2.5, within=400, seed=1)


async def assert_all_ended_once(here: Fleet, runs: int) -> None:
    """Compare what the world, the channels and the record say of *runs* that are over."""
    await asyncio.gather(*(life.ends() for life in here.lives.values()))
    left = await left_in(here.home)
    effects = Counter(here.effects())
    told = Counter(text for text in here.told("drill.five") if "· done ·" in text)
    assert here.redone() == []
    # What the store wrote too late was taken back, and asked for again: nothing of it began.
    late = {i.id for i in left.invocations if i.state is State.FAILED}
    assert Counter(i.state for i in left.invocations if i.id not in late) == {State.SUCCEEDED: runs}
    assert late & {e["invocation"] for e in left.stages("started")} == set()
    assert (len(effects), set(effects.values())) == (runs * STEPS, {1})
    assert len(here.told()) == runs
    assert (len(told), set(told.values())) == (runs, {1})
    intents = Counter(e["invocation"] for e in left.stages("intent"))
    outcomes = Counter(e["invocation"] for e in left.stages("outcome"))
    assert intents == outcomes == Counter({i.id: 1 for i in left.invocations})


async def besiege(here: Fleet, siege: Siege) -> None:
    """Kill one bot after the other; each second one comes back only when others have taken over."""
    clock = SystemClock()
    drawn = random.Random(siege.seed)  # noqa: S311  Nothing to guess here.
    spread = siege.runs / siege.pace / siege.kills
    async with asyncio.TaskGroup() as group:
        for number in range(siege.kills):
            await clock.sleep(spread * drawn.uniform(0.5, 1.2))
            await eventually(lambda: len(here.lives) > 1, within=60)
            victim = drawn.choice(sorted(here.lives))
            await here.dies(victim)
            group.create_task(_returns(here, victim, after=25.0 if number % 2 else 0.5))


async def _returns(here: Fleet, number: int, after: float) -> None:
    await SystemClock().sleep(after)
    await here.starts(number)


async def survive(folder: Path, database: str, siege: Siege) -> Fleet:
    """Let three bots carry out the runs of *siege* while they are killed."""
    async with fleet(folder, database, 3) as here:
        async with asyncio.timeout(siege.within), asyncio.TaskGroup() as group:
            group.create_task(here.ask(siege.runs, siege.pace))
            group.create_task(besiege(here, siege))
        await here.all_done(siege.runs, within=siege.within)
        await assert_all_ended_once(here, siege.runs)
        return here


@pytest.mark.timeout(150)
async def test_bots_that_are_killed_under_load_are_taken_over_and_nothing_happens_twice(
    tmp_path: Path, database: str
) -> None:
    here = await survive(tmp_path, database, SAMPLE)

    assert len(here.kills) == SAMPLE.kills
    assert max(here.takeovers(), default=0.0) < TAKEOVER


@pytest.mark.soak
async def test_forty_kills_among_three_bots_lose_and_repeat_nothing(
    tmp_path: Path, database: str
) -> None:
    here = await survive(tmp_path, database, WHOLE)

    waits = here.takeovers()
    p95 = waits[int(len(waits) * 0.95)]
    sys.stdout.write(f"{len(here.kills)} kills, {len(waits)} steps cut off; ")
    sys.stdout.write(f"taken over after {p95:.1f} s (p95), {waits[-1]:.1f} s at most\n")
    assert p95 < TAKEOVER


async def test_a_bot_whose_lease_session_is_killed_goes_on_and_is_not_taken_over(
    tmp_path: Path, database: str, postgres: Server
) -> None:
    here_alone = "database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    ends = f"SELECT pg_terminate_backend(pid) FROM pg_locks WHERE {here_alone}"  # noqa: S608  Ours.
    async with fleet(tmp_path, database, 2) as here:
        asking = asyncio.create_task(here.ask(8, per_second=4))
        name = database.partition("?")[0].rpartition("/")[2]
        killed = postgres.says(f"{ends} AND classid = {LOCKS}", database=name)
        await asking
        await here.all_done(8, within=30)

        assert len(killed) == len(here.lives) == 2
        assert [life.process.returncode for life in here.lives.values()] == [None, None]
        await assert_all_ended_once(here, 8)


async def test_a_bot_that_is_told_to_stop_leaves_its_runs_to_the_others(
    tmp_path: Path, database: str
) -> None:
    async with fleet(tmp_path, database, 2) as here:
        await here.ask(6, per_second=6)
        code = await here.lives.pop(0).ends()
        await here.all_done(6, within=40)

        assert code == 0
        await assert_all_ended_once(here, 6)


@pytest.mark.timeout(120)
async def test_a_database_that_goes_down_for_seconds_costs_no_run_and_repeats_none(
    tmp_path: Path,
) -> None:
    with own_server() as server, server.database() as url:
        async with fleet(tmp_path, url, 2) as here:
            await here.ask(8, per_second=8)
            await asyncio.to_thread(server.stop_hard)
            await SystemClock().sleep(3)
            await asyncio.to_thread(server.start)
            await here.all_done(8, within=60)

            assert [life.process.returncode for life in here.lives.values()] == [None, None]
            await assert_all_ended_once(here, 8)


@pytest.mark.soak
async def test_a_bot_that_is_frozen_for_fifteen_seconds_is_not_taken_over(
    tmp_path: Path, database: str
) -> None:
    async with fleet(tmp_path, database, 2) as here:
        await here.ask(8, per_second=8)
        here.freezes(0)
        await SystemClock().sleep(15)
        here.thaws(0)
        await here.all_done(8, within=60)

        await assert_all_ended_once(here, 8)


async def test_runs_of_a_newer_version_are_left_to_it_by_the_older_one(
    tmp_path: Path, database: str
) -> None:
    async with fleet(tmp_path, database, 1) as here:
        older = tmp_path / "older.toml"
        older.write_text(f'[databases.backoffice]\nurl = "sqlite:///{tmp_path}/backoffice.db"\n')
        await here.starts(1, PYTHONPATH="", REDBUTTON_CONFIG=str(older))
        here.delivers_to(0)
        await here.ask(4, per_second=8)
        await here.all_done(4, within=50)

        assert "knows other operations than this one" in here.log.read_text("utf-8")
        await assert_all_ended_once(here, 4)


async def test_a_bot_whose_clock_is_ten_minutes_off_goes_by_the_databases(
    tmp_path: Path, database: str
) -> None:
    async with fleet(tmp_path, database, 1) as here:
        await here.starts(1, words=("--off", "600"))
        await here.ask(4, per_second=8)
        await here.all_done(4, within=30)
        log = here.log.read_text("utf-8")
        await assert_all_ended_once(here, 4)
        left = await left_in(here.home)

    times = [i.at for i in left.invocations]
    assert "This machine's clock is 600 s ahead of the database's" in log
    assert (max(times) - min(times)).total_seconds() < 60
