"""The whole bot over Socket Mode, while connections are refreshed, doubled, cut and frozen."""

import asyncio
from collections import Counter
from pathlib import Path

import pytest

from bot.domain.clock import SystemClock
from playground.delivery import Reply
from tests.scenarios.child import eventually
from tests.scenarios.drilled import drill, drilled, end_of_all, gets, in_channel, reads
from tests.scenarios.ledger import Ledger
from tests.world import Flavour, World, world

pytestmark = [
    pytest.mark.every_flavour,
    pytest.mark.parametrize("flavour", [Flavour.SOCKETS], indirect=True),
]
FREEZE_NOTICED = 10.0


async def asks_while_refreshing(here: World, count: int, per_second: float) -> list[Reply]:
    """Let Ada ask *count* times at that pace, while each connection is refreshed all the time."""
    done = asyncio.Event()

    async def refresh() -> int:
        told = 0
        while not done.is_set():
            told += 1
            await here.slack.links.refresh()
            await SystemClock().sleep(0.2)
        return told

    async def ask(number: int) -> Reply:
        await SystemClock().sleep(number / per_second)
        return await here.slack.types(here.ada, f"/ops drill.three name=n{number}", here.ops)

    refreshing = asyncio.create_task(refresh())
    replies = await asyncio.gather(*(ask(number) for number in range(count)))
    done.set()
    assert await refreshing > 1
    return replies


async def test_what_is_asked_while_connections_are_refreshed_is_answered_and_happens_once(
    tmp_path: Path, ledger: Ledger
) -> None:
    async with drilled(tmp_path) as here:
        here.slack.links.linger = 1.0
        replies = await asks_while_refreshing(here, 20, per_second=8)
        await end_of_all(here.bot)

        assert [reply for reply in replies if not reply.ok] == []
        assert Counter(ledger.effects().values()) == Counter({1: 60})
        assert Counter(await here.stages())["outcome"] == 20


async def test_the_same_envelope_on_both_connections_acts_once(
    tmp_path: Path, ledger: Ledger
) -> None:
    async with drilled(tmp_path) as here:
        here.slack.links.copies = 2
        async with drill(here, "drill.three", name="friday"):
            await reads(here, here.ada, "· done ·")
        stages = await here.stages()

    acks = here.slack.links.acks
    assert len({ack.link for ack in acks}) == 2
    assert [ack.payload for ack in acks] == [acks[0].payload] * 2
    assert Counter(ledger.effects().values()) == Counter({1: 3})
    assert Counter(stages)["intent"] == Counter(stages)["outcome"] == 1
    assert len(in_channel(here.slack, here.ada)) == 1


async def test_a_form_is_opened_filled_and_submitted_once_over_sockets_that_are_cut(
    tmp_path: Path,
) -> None:
    async with world(tmp_path) as here:
        await here.slack.types(here.ada, "/ops users.suspend", here.ops)
        await here.slack.opens(here.ada)
        broken = set(here.slack.links.current)
        here.slack.links.cut()
        await eventually(lambda: len(set(here.slack.links.current) - broken) > 1)
        offered = await here.slack.suggests(here.ada, "user", "alan")
        here.slack.fills(here.ada, user=offered[0], reason="card testing")
        await here.slack.submits(here.ada, clicks=2)
        await reads(here, here.ada, "alan@example.com is suspended.")

        assert here.changes() == 1


async def test_ready_tells_when_nothing_can_arrive_and_when_it_can_again(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        await here.bot.watch.ask()
        well, before = await gets(here.bot, "/readyz")
        here.slack.workspace.faults.down("apps.connections.open")
        here.slack.links.cut()
        await eventually(lambda: here.bot.sockets is not None and not here.bot.sockets.open)
        ill, told = await gets(here.bot, "/readyz")
        here.slack.workspace.faults.clear()
        await eventually(lambda: here.slack.links.open > 1, within=40)
        after, _ = await gets(here.bot, "/readyz")

    assert (well, ill, after) == (200, 503, 200)
    assert '"sockets":{"open":2' in before
    # Which trouble it is depends on whether they were tried again by then.
    assert '"sockets":"' in told


@pytest.mark.soak
async def test_connections_that_freeze_without_a_word_are_noticed_and_replaced(
    tmp_path: Path,
) -> None:
    clock = SystemClock()
    async with world(tmp_path) as here:
        frozen = set(here.slack.links.current)
        here.slack.links.freeze()
        begun = clock.monotonic()
        await eventually(
            lambda: len(set(here.slack.links.current) - frozen) > 1, within=FREEZE_NOTICED + 5
        )
        took = clock.monotonic() - begun
        reply = await here.slack.types(here.ada, "/ops meta.whoami", here.ops)

    assert took < FREEZE_NOTICED
    assert reply.ok
