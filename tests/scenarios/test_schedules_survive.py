"""Bots die, all of them at once, too: no time of a schedule is lost, none comes twice."""

import asyncio
import json
import random
import sys
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.domain.clock import SystemClock
from bot.domain.invocation import State
from bot.settings import Settings
from bot.store.places import engines, place_of
from bot.store.tables import invocation, message
from playground.driver import PretendSlack
from playground.model import Channel, Message, Person
from tests.scenarios.child import Home, eventually, home, left_in
from tests.scenarios.fleet import Fleet, fleet
from tests.scenarios.operations import RULES
from tests.world import Flavour

EVERY = timedelta(seconds=2)
RULE = """\
@id("schedules-drill")
@doc("Schedules may drill.")
permit (principal is Schedule, action == Action::"drill.look", resource);
"""
TOLD = "tick was looked at."


@dataclass(frozen=True)
class Ordeal:
    """So many *kills* over *fires*, and an *outage* of so many seconds in the middle."""

    fires: int
    kills: int
    outage: float
    seed: int = 0


SAMPLE = Ordeal(fires=5, kills=1, outage=0)
WHOLE = Ordeal(fires=60, kills=17, outage=12)


def furnish(home: Home, owner: Person, channel: Channel) -> None:
    """Let the settings tell of a schedule that comes every two seconds."""
    (home.folder / "schedules.cedar").write_text(RULE)
    config = home.folder / "redbutton.toml"
    paths = f'paths = ["{RULES}", "{home.folder}/schedules.cedar"]'
    kept = config.read_text("utf-8").replace(f'paths = ["{RULES}"]', paths)
    config.write_text(
        f'{kept}[schedule]\nfloor = 1\n[schedules.tick]\noperation = "drill.look"\n'
        f'params = "name=tick"\nwhen = "every 2 seconds"\nchannel = "{channel.id}"\n'
        f'owner = "{owner.id}"\n',
        "utf-8",
    )


def told(slack: PretendSlack) -> list[Message]:
    """Return the messages of the schedule."""
    return [m for m in slack.workspace.messages if TOLD in json.dumps(m.blocks)]


async def come(slack: PretendSlack, count: int, within: float) -> None:
    """Wait until it has come *count* times more."""
    wanted = len(told(slack)) + count
    await eventually(lambda: len(told(slack)) >= wanted, within)


def waiting(home: Home) -> int:
    """Count what was asked for and has not ended, and messages that are not out."""
    store = Settings.load(home.environ).store
    writing, reading = engines(place_of(store))
    going = invocation.c.state.in_([State.ACCEPTED.value, State.RUNNING.value])
    unsent = (message.c.version > message.c.sent_version) & message.c.dropped.is_(None)
    try:
        with reading.connect() as connection:
            counts = (select(func.count()).where(going), select(func.count()).where(unsent))
            return sum(connection.scalar(count) or 0 for count in counts)
    finally:
        writing.dispose()
        reading.dispose()


async def rests(home: Home, slack: PretendSlack, ada: Person, channel: Channel) -> None:
    """Pause the schedule, and wait until all that was asked for is told."""
    await slack.types(ada, "/ops schedule.pause tick", channel)
    await slack.until(lambda: "`tick` is paused." in slack.sees(ada).text, within=30)
    clock = SystemClock()
    # What another bot has not heard of yet may still be asked for.
    await clock.sleep(3)
    async with asyncio.timeout(90):
        while await asyncio.to_thread(waiting, home):
            await clock.sleep(0.5)


async def assert_none_lost_and_none_doubled(home: Home, slack: PretendSlack, least: int) -> None:
    """Compare what was due with what the record and the channel tell."""
    left = await left_in(home)
    fired = [datetime.fromisoformat(e["detail"]["due"]) for e in left.stages("schedule.fired")]
    asked = [i for i in left.invocations if i.origin.user == "tick"]
    due = sorted(fired)
    steps = Counter(b - a for a, b in pairwise(due))
    assert steps == {EVERY: len(due) - 1}
    assert len(due) >= least
    assert Counter(i.state for i in asked) == {State.SUCCEEDED: len(due)}
    assert {i.key for i in asked} == {f"schedule:tick:{at:%Y-%m-%dT%H:%M:%SZ}" for at in due}
    assert len(told(slack)) == len(due)


async def endure(folder: Path, database: str, ordeal: Ordeal) -> Fleet:
    """Let three bots keep one schedule while they are killed, and all of them once at a time."""
    async with fleet(folder, database, 0) as here:
        channel, half = here.channels[0], ordeal.kills // 2
        furnish(here.home, here.ada, channel)
        await all_start(here)
        await come(here.slack, 1, within=60)
        drawn = random.Random(ordeal.seed)  # noqa: S311  Nothing to guess here.
        await besiege(here, half, ordeal, drawn)
        if ordeal.outage:
            for number in sorted(here.lives):
                await here.dies(number)
            await SystemClock().sleep(ordeal.outage)
            await all_start(here)
        await besiege(here, ordeal.kills - half, ordeal, drawn)
        missing = ordeal.fires - len(told(here.slack))
        await come(here.slack, max(1, missing), within=120)
        await rests(here.home, here.slack, here.ada, channel)
        await asyncio.gather(*(life.ends() for life in here.lives.values()))
        await assert_none_lost_and_none_doubled(here.home, here.slack, ordeal.fires)
        return here


async def all_start(here: Fleet) -> None:
    """Start three bots."""
    for number in range(3):
        await starts(here, number)


async def starts(here: Fleet, number: int) -> None:
    """Start a bot, once more where a busy machine takes too long."""
    while number not in here.lives:
        with suppress(TimeoutError):
            await here.starts(number)


async def besiege(here: Fleet, kills: int, ordeal: Ordeal, drawn: random.Random) -> None:
    """Kill one bot after the other; each comes back while the others go on."""
    clock, spread = SystemClock(), ordeal.fires * EVERY.total_seconds() / ordeal.kills
    async with asyncio.TaskGroup() as group:
        for _ in range(kills):
            await clock.sleep(spread * drawn.uniform(0.5, 1.2))
            await eventually(lambda: len(here.lives) > 1, within=90)
            victim = drawn.choice(sorted(here.lives))
            await here.dies(victim)
            group.create_task(starts(here, victim))


@pytest.mark.every_flavour
@pytest.mark.parametrize("flavour", [Flavour.REPLICAS], indirect=True)
@pytest.mark.timeout(150)
async def test_a_bot_that_is_killed_loses_and_doubles_no_time_of_a_schedule(
    tmp_path: Path, database: str
) -> None:
    here = await endure(tmp_path, database, SAMPLE)

    assert len(here.kills) == SAMPLE.kills


@pytest.mark.soak
@pytest.mark.parametrize("flavour", [Flavour.REPLICAS], indirect=True)
async def test_seventeen_kills_and_one_outage_lose_and_double_none_of_sixty(
    tmp_path: Path, database: str
) -> None:
    here = await endure(tmp_path, database, WHOLE)

    sys.stdout.write(f"{len(here.kills)} kills, {len(told(here.slack))} times, each once\n")
    assert len(here.kills) >= WHOLE.kills


async def restarted(folder: Path, restarts: int, fires: int) -> None:
    """Kill the one bot there is and start it again, so often."""
    clock = SystemClock()
    async with PretendSlack.open() as slack:
        ada = slack.person("ada", groups=["support-leads"])
        channel = slack.channel("ops", members=[ada])
        with home(folder, slack) as place:
            furnish(place, ada, channel)
            for _ in range(restarts):
                async with place.life() as life:
                    await come(slack, fires, within=60)
                    await life.kill()
                await clock.sleep(3)
            async with place.life() as life:
                await come(slack, fires, within=60)
                await rests(place, slack, ada, channel)
                await life.ends()
            await assert_none_lost_and_none_doubled(place, slack, restarts * fires)


@pytest.mark.every_flavour
@pytest.mark.parametrize("flavour", [Flavour.HTTP], indirect=True)
@pytest.mark.timeout(150)
async def test_a_restart_on_sqlite_loses_and_doubles_none(tmp_path: Path) -> None:
    await restarted(tmp_path, restarts=1, fires=2)


@pytest.mark.soak
@pytest.mark.parametrize("flavour", [Flavour.HTTP], indirect=True)
async def test_twelve_restarts_on_sqlite_lose_and_double_none_of_sixty(tmp_path: Path) -> None:
    await restarted(tmp_path, restarts=12, fires=5)
