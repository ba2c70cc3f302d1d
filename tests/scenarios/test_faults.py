"""Slack away, the business's database away, the process told to end: what people see, and do."""

from pathlib import Path

from bot.domain.invocation import State
from bot.main.running import running
from playground.driver import PretendSlack
from playground.http import asgi
from tests.scenarios.child import home, left_in
from tests.scenarios.drilled import drill, drilled, gets, in_channel, reads
from tests.scenarios.ledger import Ledger
from tests.scenarios.points import hold
from tests.world import settings, world

SUSPEND = "/ops users.suspend grace@example.com reason='card testing'"


async def test_with_slack_down_the_bot_starts_and_refuses_whom_it_cannot_know_until_it_is_back(
    tmp_path: Path, ledger: Ledger
) -> None:
    async with PretendSlack.open() as slack:
        ada = slack.person("ada", groups=["support-leads"])
        ops = slack.channel("ops", members=[ada])
        slack.workspace.faults.down("*")
        rules = {"paths": (Path(__file__).with_name("rules.cedar"),)}
        async with running(settings(slack, tmp_path, policy=rules)) as bot:
            slack.deliver_to(asgi(bot.app))
            await bot.watch.ask()
            unready, why = await gets(bot, "/readyz")
            alive, _ = await gets(bot, "/livez")
            refused = await slack.types(ada, "/ops drill.three name=friday", ops)
            calls = ledger.calls()
            slack.workspace.faults.clear()
            taken = await slack.types(ada, "/ops drill.three name=friday", ops)
            await slack.until(lambda: "· done ·" in slack.sees(ada).text)
            await bot.watch.ask()
            ready, _ = await gets(bot, "/readyz")
            refusals = await bot.kept.book.in_state({State.DENIED})

    assert (alive, unready, ready) == (200, 503, 200)
    assert "slack" in why
    assert "I cannot tell who you are: Slack does not answer." in refused.text
    assert calls == []
    assert "On it" in taken.text
    assert [r.operation for r in refusals] == ["drill.three"]


async def test_a_run_ends_without_slack_and_its_message_follows_once_slack_is_back(
    tmp_path: Path, ledger: Ledger
) -> None:
    async with drilled(tmp_path) as here:
        gate = hold("before second")
        async with drill(here, "drill.three", name="friday"):
            await reads(here, here.ada, "✓ first")
            here.slack.workspace.faults.down("*")
            gate.let_go()
        stale = in_channel(here.slack, here.ada)[0].text
        stages = await here.stages()
        here.slack.workspace.faults.clear()
        await reads(here, here.ada, "· done ·")
        messages = in_channel(here.slack, here.ada)

    assert "· done ·" not in stale
    assert stages[-1] == "outcome"
    assert len(messages) == 1
    assert len(ledger.effects()) == 3


async def test_without_the_business_database_the_run_fails_in_a_sentence_and_the_bot_is_fine(
    tmp_path: Path,
) -> None:
    async with world(tmp_path, databases={}) as here:
        await here.slack.types(here.ada, SUSPEND, here.ops)
        await reads(here, here.ada, "· failed ·")
        told = in_channel(here.slack, here.ada)[0].text
        await here.slack.types(here.ada, "/ops meta.whoami", here.ops)
        await reads(here, here.ada, "support-leads")
        status, _ = await gets(here.bot, "/livez")

    assert "'backoffice' is not set up here." in told
    assert status == 200


async def test_while_the_business_database_is_away_nothing_is_changed_and_the_person_is_told(
    tmp_path: Path,
) -> None:
    async with world(tmp_path) as here:
        away = here.backoffice.rename(tmp_path / "away.db")
        await here.slack.types(here.ada, SUSPEND, here.ops)
        await reads(here, here.ada, "· failed ·")
        told = in_channel(here.slack, here.ada)[0].text
        away.rename(here.backoffice)
        state = here.state_of("grace@example.com")

    assert "did not carry this out, and nothing was changed" in told
    assert state == "active"


async def test_a_look_that_a_kill_cut_off_is_closed_as_unknown_and_the_asker_is_told(
    tmp_path: Path,
) -> None:
    async with PretendSlack.open() as slack:
        ada = slack.person("ada", groups=["support-leads"])
        ops = slack.channel("ops", members=[ada])
        with home(tmp_path, slack) as place:
            async with place.life(stop_at="looking") as life:
                await slack.types(ada, "/ops drill.look name=friday", ops)
                await life.reaches("looking")
                await life.kill()
            async with place.life() as last:
                await slack.until(
                    lambda: "The bot was restarted" in slack.sees(ada).text, within=30
                )
                told = slack.sees(ada).last
                await last.ends()
            left = await left_in(place)

    assert told.ephemeral
    assert "asking again is safe" in told.text
    assert [i.state for i in left.invocations] == [State.UNKNOWN]
    assert [e["detail"]["state"] for e in left.stages("outcome")] == ["unknown"]


async def test_what_was_acked_before_sigterm_is_finished_by_this_life_or_the_next(
    tmp_path: Path,
) -> None:
    async with PretendSlack.open() as slack:
        ada = slack.person("ada", groups=["support-leads"])
        ops = slack.channel("ops", members=[ada])
        with home(tmp_path, slack) as place:
            async with place.life() as life:
                replies = [
                    await slack.types(ada, f"/ops drill.three name=number{n}", ops)
                    for n in range(15)
                ]
                code = await life.ends()
            async with place.life() as last:
                await slack.until(
                    lambda: [m.text.count("· done ·") for m in in_channel(slack, ada)] == [1] * 15,
                    within=40,
                )
                second_code = await last.ends()
            left = await left_in(place)

    assert all(reply.ok for reply in replies)
    assert (code, second_code) == (0, 0)
    assert {i.state for i in left.invocations} == {State.SUCCEEDED}
    assert len(left.stages("outcome")) == 15
    assert list(place.ledger.effects().values()) == [1] * 45
