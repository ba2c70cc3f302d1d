"""Two hundred askings at once, some of them delivered twice: each happens once."""

import asyncio
import random
import sqlite3
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from bot.domain.clock import SystemClock
from bot.domain.invocation import State
from playground.delivery import Reply
from playground.driver import PretendSlack
from playground.model import Channel, Person
from tests.scenarios.child import eventually, home, left_in, undecided
from tests.world import PATIENCE, Flavour

ASKED = 200
PER_SECOND = 50
REPEATED = ASKED // 5
REPLAYED = {Flavour.HTTP: 401, Flavour.SOCKETS: 200, Flavour.REPLICAS: 401}
"""What an answered payload meets when it comes again: over a socket it gets the first answer."""

ADD = "INSERT INTO account VALUES (?, ?, 'active', '')"
SUSPENDED = "SELECT email, note FROM account WHERE note LIKE 'load test %'"
CHANGES = "SELECT key FROM redbutton_change"


def rows(file: Path, statement: str) -> list[tuple[str, ...]]:
    """Return what *statement* finds in the business's database."""
    with closing(sqlite3.connect(file)) as db:
        return db.execute(statement).fetchall()


def add(file: Path, names: Iterable[str]) -> None:
    """Let accounts called *names* in."""
    with closing(sqlite3.connect(file)) as db, db:
        db.executemany(ADD, [(f"{name}@example.com", name) for name in names])


async def asks_at_pace(slack: PretendSlack, ada: Person, ops: Channel) -> list[Reply]:
    """Let *ada* ask `PER_SECOND` times a second, and deliver some askings a second time."""
    clock, drawn = SystemClock(), random.Random(2)  # noqa: S311  Nothing to guess here.
    twice = set(drawn.sample(range(ASKED), REPEATED))
    replies: list[asyncio.Task[Reply]] = []
    begun = clock.monotonic()

    async def taken(ask: Callable[[], Awaitable[Reply]]) -> Reply:
        reply = await ask()
        while undecided(reply):
            # A machine that others use, too, may be too slow for so many; then one asks again.
            await clock.sleep(1.0)
            reply = await ask()
        return reply

    async def repeats(number: int, first: asyncio.Task[Reply]) -> Reply:
        await asyncio.wait({first})
        # Signed within the same second, it would be the same bytes: a replay.
        await clock.sleep(1 + drawn.random())
        said = [d for d in slack.deliveries if f" person{number}@" in str(d.payload["text"])]
        return await taken(partial(slack.redelivers, said[-1]))

    for number in range(ASKED):
        line = f"/ops users.suspend person{number}@example.com reason='load test {number}'"
        first = asyncio.create_task(taken(partial(slack.types, ada, line, ops)))
        replies.append(first)
        if number in twice:
            replies.append(asyncio.create_task(repeats(number, first)))
        await clock.sleep(begun + (number + 1) / PER_SECOND - clock.monotonic())
    return await asyncio.gather(*replies)


@pytest.mark.timeout(240)
async def test_two_hundred_askings_at_fifty_a_second_each_happen_once_however_often_delivered(
    tmp_path: Path, flavour: Flavour
) -> None:
    async with PretendSlack.open() as slack:
        slack.courier.patience = PATIENCE
        ada = slack.person("ada", groups=["support-leads"])
        ops = slack.channel("ops", members=[ada])
        with home(tmp_path, slack) as place:
            file = tmp_path / "backoffice.db"
            add(file, [f"person{number}" for number in range(ASKED)])

            async with place.life() as life:
                # Whoever types first waits for Slack to say who they are.
                await slack.types(ada, "/ops meta.whoami", ops)
                replies = await asks_at_pace(slack, ada, ops)
                # One that was not taken never happens, and is not waited for.
                assert [r for r in replies if not r.ok or "On it" not in r.text] == []
                replayed = await slack.replays()
                await eventually(lambda: len(rows(file, SUSPENDED)) == ASKED, within=120)
                code = await life.ends()
            left = await left_in(place)

    done = [i for i in left.invocations if i.state is not State.FAILED]
    mine = {i.id for i in done if i.operation == "users.suspend"}
    told = Counter((e.get("invocation"), e["stage"]) for e in left.events)
    assert len(replies) == ASKED + REPEATED
    assert replayed.status == REPLAYED[flavour]
    assert code == 0
    assert len(rows(file, CHANGES)) == len(set(rows(file, CHANGES))) == ASKED
    assert {note for _, note in rows(file, SUSPENDED)} == {f"load test {n}" for n in range(ASKED)}
    assert len(mine) == ASKED
    assert {i.state for i in done} == {State.SUCCEEDED}
    assert {told[i.id, "started"] for i in left.invocations if i not in done} <= {0}
    assert {told[of, "intent"] for of in mine} == {1}
    assert {told[of, "outcome"] for of in mine} == {1}
