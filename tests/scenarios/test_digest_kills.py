"""A digest that a schedule tells, and a bot that dies while Slack takes it: one message each."""

import asyncio
import itertools
import json
import random
import sys
from collections import Counter
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import pytest

from bot.domain.clock import SystemClock
from bot.domain.invocation import State
from playground.driver import PretendSlack
from playground.faults import Faults
from playground.model import Channel, Person
from tests.scenarios.blazes import Ambush
from tests.scenarios.child import Home, home, left_in
from tests.scenarios.test_schedules_survive import EVERY, rests
from tests.world import Flavour

TOLD = "No incident is open."
WHENS = ("inside", "after")
"""Slack has taken it and answers nobody, or its answer is on the way to the store."""

LATEST = 0.05
"""Seconds after an answer left, within which the bot is killed that would note it."""

SAMPLE, WHOLE = 3, 50


def furnish(place: Home, owner: Person, channel: Channel) -> None:
    """Let the settings tell of a digest that comes every two seconds."""
    config = place.folder / "redbutton.toml"
    config.write_text(
        f"{config.read_text('utf-8')}[schedule]\nfloor = 1\n[schedules.tick]\n"
        f'operation = "digest.incidents"\nwhen = "every 2 seconds"\n'
        f'channel = "{channel.id}"\nowner = "{owner.id}"\n',
        "utf-8",
    )


async def killed(place: Home, slack: PretendSlack, when: str, after: float) -> None:
    """Start a bot, and kill it while Slack takes the next digest."""
    async with place.life() as life:
        laid = Ambush("chat.postMessage", when, life.process.kill, after=after)
        slack.workspace.faults = laid
        async with asyncio.timeout(60):
            await laid.sprung.wait()
            await life.process.wait()
        slack.workspace.faults = Faults()


async def assert_one_message_each(place: Home, slack: PretendSlack) -> int:
    """Compare what was due with what the record and the channel tell; return how many."""
    left = await left_in(place)
    due = sorted(datetime.fromisoformat(e["detail"]["due"]) for e in left.stages("schedule.fired"))
    asked = [i for i in left.invocations if i.origin.user == "tick"]
    told = [m for m in slack.workspace.messages if TOLD in json.dumps(m.blocks)]
    assert Counter(b - a for a, b in pairwise(due)) == {EVERY: len(due) - 1}
    assert Counter(i.state for i in asked) == {State.SUCCEEDED: len(due)}
    assert len(told) == len(due)
    return len(told)


async def endures(folder: Path, kills: int) -> None:
    """Kill the only bot so often, each time while Slack takes a digest; its next life goes on."""
    drawn = random.Random(kills)  # noqa: S311  Nothing to guess here.
    async with PretendSlack.open() as slack:
        ada = slack.person("ada", groups=["support-leads"])
        channel = slack.channel("ops", members=[ada])
        with home(folder, slack) as place:
            furnish(place, ada, channel)
            for when in itertools.islice(itertools.cycle(WHENS), kills):
                await killed(place, slack, when, drawn.uniform(0, LATEST))
            async with place.life() as life:
                await slack.until(lambda: TOLD in slack.sees(ada).text, within=60)
                await SystemClock().sleep(2 * EVERY.total_seconds())
                await rests(place, slack, ada, channel)
                await life.ends()
            count = await assert_one_message_each(place, slack)

    sys.stdout.write(f"killed {kills} times between post and note, {count} digests, each once\n")
    assert count > kills


@pytest.mark.every_flavour
@pytest.mark.parametrize("flavour", [Flavour.HTTP], indirect=True)
@pytest.mark.timeout(150)
async def test_a_digest_whose_bot_dies_while_slack_takes_it_is_one_message(tmp_path: Path) -> None:
    await endures(tmp_path, SAMPLE)


@pytest.mark.soak
@pytest.mark.parametrize("flavour", [Flavour.HTTP], indirect=True)
async def test_fifty_kills_between_post_and_note_are_one_message_each(tmp_path: Path) -> None:
    await endures(tmp_path, WHOLE)
