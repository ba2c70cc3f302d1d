"""Between the ack and the run things change: rights are lost, operations go away."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.invocation import State
from bot.main.running import running
from playground.driver import PretendSlack
from playground.http import asgi
from tests.scenarios.drilled import drilled, end_of_all, reads
from tests.scenarios.ledger import Ledger
from tests.scenarios.operations import RULES
from tests.world import recorded, settings

NOW = timedelta(0)


async def test_who_lost_the_right_before_the_run_began_changes_nothing(
    tmp_path: Path, ledger: Ledger
) -> None:
    async with drilled(tmp_path) as here:
        here.bot.dispatch.paused = True
        await here.slack.types(here.ada, "/ops drill.three name=friday", here.ops)
        await here.slack.regroups("support-leads", [])
        here.bot.dispatch.paused = False
        await here.bot.dispatch.sweep(NOW)

        await reads(here, here.ada, "Only `support-leads` may drill.")

        assert await here.stages() == ["intent", "denied"]
        assert len(await here.bot.kept.book.in_state({State.DENIED})) == 1
    assert ledger.calls() == []


async def test_what_was_cancelled_before_it_began_does_nothing(
    tmp_path: Path, ledger: Ledger
) -> None:
    async with drilled(tmp_path) as here:
        here.bot.dispatch.paused = True
        await here.slack.types(here.ada, "/ops drill.three name=friday", here.ops)
        await reads(here, here.ada, "waiting to start")
        await here.slack.presses(here.ada, "Cancel")
        here.bot.dispatch.paused = False
        await here.bot.dispatch.sweep(NOW)

        await reads(here, here.ada, "· cancelled ·")

        assert await here.stages() == ["intent", "started", "outcome"]
    assert ledger.calls() == []


async def test_a_run_whose_operation_was_taken_away_is_ended_and_recorded(
    tmp_path: Path, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with PretendSlack.open() as slack:
        ada = slack.person("ada", groups=["support-leads"])
        ops = slack.channel("ops", members=[ada])
        async with running(settings(slack, tmp_path, policy={"paths": (RULES,)})) as bot:
            slack.deliver_to(asgi(bot.app))
            bot.dispatch.paused = True
            await slack.types(ada, "/ops drill.three name=friday", ops)
        monkeypatch.undo()

        async with running(settings(slack, tmp_path)) as bot:
            await end_of_all(bot)
            await slack.until(lambda: "is gone" in slack.sees(ada).text)
            events = await recorded(bot)

    assert [e["stage"] for e in events] == ["intent", "outcome"]
    assert events[-1]["detail"]["code"] == "gone"
    assert ledger.calls() == []
