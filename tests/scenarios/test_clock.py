"""The machine's clock set back by ten minutes while the bot runs."""

from pathlib import Path

import pytest

from playground.delivery import sign
from tests.clock import CorrectedClock
from tests.scenarios.drilled import drill, drilled, gets, in_channel, reads
from tests.scenarios.ledger import Ledger
from tests.scenarios.points import hold
from tests.world import Flavour

BACK = -600.0


async def test_a_run_finishes_and_its_message_is_edited_though_the_clock_is_set_back(
    tmp_path: Path, ledger: Ledger
) -> None:
    clock = CorrectedClock()
    async with drilled(tmp_path, clock) as here:
        gate = hold("before second")
        async with drill(here, "drill.three", name="friday"):
            await reads(here, here.ada, "✓ first")
            clock.jump(BACK)
            gate.let_go()
        await reads(here, here.ada, "· done ·")
        messages = in_channel(here.slack, here.ada)
        again = await here.slack.redelivers(here.slack.deliveries[0])

    assert list(ledger.effects().values()) == [1, 1, 1]
    assert len(messages) == 1
    assert "On it" in again.text


async def test_a_look_that_is_due_comes_late_by_what_the_clock_was_set_back_and_is_not_lost(
    tmp_path: Path, ledger: Ledger
) -> None:
    clock = CorrectedClock()
    async with drilled(tmp_path, clock) as here:
        async with drill(here, "drill.lose", name="friday", seen="yes"):
            await reads(here, here.ada, "· outcome unknown ·")
            clock.jump(BACK)
        await here.bot.timers.look()
        early = here.slack.sees(here.ada).text
        clock.pass_(-BACK)
        await reads(here, here.ada, "· done ·")
        stages = await here.stages()

    assert "· done ·" not in early
    assert stages.count("settled") == 1
    assert [call.step for call in ledger.calls()] == ["write"]


@pytest.mark.parametrize("flavour", [Flavour.HTTP, Flavour.REPLICAS], indirect=True)
async def test_what_slack_signs_by_the_right_time_is_refused_and_counted_while_ours_is_wrong(
    tmp_path: Path, ledger: Ledger
) -> None:
    clock = CorrectedClock()
    async with drilled(tmp_path, clock) as here:
        right = str(int(clock.now().timestamp()))
        clock.jump(BACK)
        body = b"command=%2Fops&text=drill.three+name%3Dfriday"
        headers = {
            "content-type": "application/x-www-form-urlencoded",
            "x-slack-request-timestamp": right,
            "x-slack-signature": sign(here.slack.signing_secret, right, body),
        }
        reply = await here.slack.deliver_raw(body, headers)
        _, metrics = await gets(here.bot, "/metrics")

    assert reply.status == 401
    assert "more than five minutes off" in reply.text
    assert 'reason="old"' in metrics
    assert ledger.calls() == []


async def test_the_same_words_are_asked_about_though_the_clock_was_set_back_in_between(
    tmp_path: Path, ledger: Ledger
) -> None:
    clock = CorrectedClock()
    async with drilled(tmp_path, clock) as here:
        async with drill(here, "drill.three", name="friday"):
            await reads(here, here.ada, "· done ·")
        clock.jump(BACK)
        reply = await here.slack.types(here.ada, "/ops drill.three name=friday", here.ops)

    assert "You asked for exactly this" in reply.text
    assert len(ledger.effects()) == 3
