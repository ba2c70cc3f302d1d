"""Buttons pressed late, twice, by strangers: each means one thing, once."""

from pathlib import Path

from bot.domain.invocation import State
from tests.scenarios.drilled import drill, drilled, in_channel, reads
from tests.scenarios.ledger import Ledger
from tests.scenarios.points import hold
from tests.world import world

LINE = "/ops drill.three name=friday"


async def test_a_cancelled_run_stops_before_its_next_step_and_what_is_done_stays(
    tmp_path: Path, ledger: Ledger
) -> None:
    async with drilled(tmp_path) as here:
        gate = hold("before second")
        async with drill(here, "drill.three", name="friday"):
            await reads(here, here.ada, "✓ first")
            await here.slack.presses(here.ada, "Cancel")
            gate.let_go()
        await reads(here, here.ada, "· cancelled ·")
        outcome = (await here.events())[-1]

    assert [line.step for line in ledger.calls()] == ["first"]
    assert outcome["stage"] == "outcome"
    assert outcome["detail"]["state"] == "cancelled"
    assert outcome["detail"]["by"] == here.ada.id


async def test_who_cancels_what_has_ended_reads_how_it_ended(
    tmp_path: Path, ledger: Ledger
) -> None:
    async with drilled(tmp_path) as here:
        gate = hold("before second")
        async with drill(here, "drill.three", name="friday"):
            await reads(here, here.ada, "✓ first")
            # The message stays as it was, with its button.
            here.slack.workspace.faults.down("chat.update")
            gate.let_go()
        await here.slack.presses(here.ada, "Cancel")
        await reads(here, here.ada, "It has already ended: succeeded.")
        ended = await here.bot.kept.book.in_state({State.SUCCEEDED})

    assert len(ended) == 1
    assert len(ledger.effects()) == 3


async def test_a_stranger_cancels_nothing_and_reads_why(tmp_path: Path, ledger: Ledger) -> None:
    async with drilled(tmp_path) as here:
        gate = hold("before second")
        async with drill(here, "drill.three", name="friday"):
            await reads(here, here.ada, "✓ first")
            await here.slack.presses(here.sam, "Cancel")
            await reads(here, here.sam, "Only `support-leads` may drill.")
            await here.slack.presses(here.mallory, "Cancel")
            await reads(here, here.mallory, "Guests, people of other organisations and bots")
            gate.let_go()
        await reads(here, here.ada, "· done ·")
        tried = [e for e in await here.events() if e["stage"] == "denied"]

    assert [(e["actor"], e["detail"]["act"]) for e in tried] == [
        (here.sam.id, "cancel"),
        (here.mallory.id, "cancel"),
    ]
    assert len(ledger.effects()) == 3
    assert "Only" not in here.slack.sees(here.ada).text


async def test_two_clicks_on_submit_are_one_asking(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        await here.slack.types(here.ada, "/ops users.suspend", here.ops)
        await here.slack.opens(here.ada)
        await here.slack.suggests(here.ada, "user", "grace")
        here.slack.fills(here.ada, user="grace@example.com", reason="card testing")
        await here.slack.submits(here.ada, clicks=2)
        await reads(here, here.ada, "· done ·")
        stages = await here.stages()
        changes = here.changes()
        messages = in_channel(here.slack, here.ada)

    assert changes == 1
    assert stages.count("intent") == 1
    assert stages.count("outcome") == 1
    assert len([m for m in messages if not m.thread_ts or m.thread_ts == m.ts]) == 1


async def test_the_same_words_within_a_minute_run_again_only_when_one_says_so_and_then_once(
    tmp_path: Path, ledger: Ledger
) -> None:
    async with drilled(tmp_path) as here:
        async with drill(here, "drill.three", name="friday"):
            await reads(here, here.ada, "· done ·")
        await here.slack.types(here.ada, LINE, here.ops)
        await reads(here, here.ada, "You asked for exactly this")
        asked_twice = len(ledger.effects())
        await here.slack.presses(here.ada, "Run it again", clicks=2)
        await here.slack.until(
            lambda: here.slack.sees(here.ada).text.count("3 steps were taken") == 2
        )
        stages = await here.stages()

    assert asked_twice == 3
    assert list(ledger.effects().values()) == [1] * 6
    assert stages.count("intent") == 2
    assert stages.count("denied") == 1


async def test_what_was_found_is_shown_to_the_channel_when_the_finder_shares_it(
    tmp_path: Path,
) -> None:
    async with world(tmp_path) as here:
        await here.slack.types(here.sam, "/ops users.find grace", here.ops)
        await reads(here, here.sam, "Grace Okonjo")
        before = here.slack.sees(here.ada).text
        await here.slack.presses(here.sam, "Share here")
        await reads(here, here.ada, "Grace Okonjo")
        shares = [e for e in await here.events() if e["stage"] == "step"]

    assert "Grace Okonjo" not in before
    assert [e["detail"]["step"] for e in shares] == ["Shared with the channel"]
