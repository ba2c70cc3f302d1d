"""An approval is for exactly what will happen, by those who may still give it, and for once."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.domain.invocation import State
from bot.main.reloading import Reloader
from bot.pipeline.protocols import Entry
from bot.settings import PolicySettings
from playground.model import Person
from tests.clock import CorrectedClock
from tests.scenarios import kinds
from tests.scenarios.desks import BEA, RULES, Desk, desk
from tests.world import Flavour, World

ANEW = "What would happen is not what was approved any more, so everybody is asked anew."
LOST = "Somebody who approved this may not any more, so their word does not count."
RESUME = f"/ops users.resume user={BEA}"


def becomes(w: World, state: str, email: str = BEA) -> None:
    """Change the account's row in the business's own database, as somebody else would."""
    with closing(sqlite3.connect(w.backoffice)) as db, db:
        db.execute("UPDATE account SET state = ? WHERE email = ?", (state, email))


def is_called(w: World, name: str, *, before: str) -> None:
    """Give the business's table another name: nobody finds it by the one from *before*."""
    with closing(sqlite3.connect(w.backoffice)) as db, db:
        db.execute(f"ALTER TABLE {before} RENAME TO {name}")


async def approved_before_it_runs(d: Desk) -> Person:
    """Let three agree to what is held back; return Fay, who is new and has no say yet."""
    fay = d.w.slack.person("fay")
    await d.w.slack.joins(fay)
    await d.asks()
    d.w.bot.dispatch.paused = True
    await d.agree(d.dee, d.dan, d.eve)
    await d.shows(d.dan, "· approved ·")
    return fay


async def test_who_lost_the_group_before_it_ran_does_not_count_and_another_finishes_it(
    tmp_path: Path,
) -> None:
    async with desk(tmp_path, alone=True) as d:
        fay = await approved_before_it_runs(d)
        await d.w.slack.regroups("finance", [d.dee, d.dan, fay])
        await d.goes_on()
        await d.reads(d.w.ada, LOST)
        card = await d.shows(d.dee, LOST)
        before = d.w.state_of(BEA)
        await d.reads(fay, "*finance* 1 of 2")
        await d.agree(fay)
        await d.reads(d.w.ada, f"{BEA} is suspended")

        assert before == "active"
        assert "*dba* 1 of 1 · *finance* 1 of 2" in card.text
        assert card.buttons[0].text == "Approve"
        assert (await d.w.stages()).count("approval.requested") == 2
        assert (await d.w.stages()).count("started") == 1
        assert d.w.changes() == 1


async def test_who_lost_the_group_while_a_killed_bot_had_only_begun_it_does_not_count(
    tmp_path: Path,
) -> None:
    async with desk(tmp_path, alone=True) as d:
        fay = await approved_before_it_runs(d)
        book = d.w.bot.kept.book
        [found] = await book.in_state({State.ACCEPTED})
        await book.take(found.id, "a bot that was killed before the first step", Entry())
        await d.w.slack.regroups("finance", [d.dee, d.dan, fay])
        await d.goes_on()
        await d.reads(d.w.ada, LOST)
        await d.reads(fay, "*finance* 1 of 2")
        await d.agree(fay)
        await d.reads(d.w.ada, f"{BEA} is suspended")

        assert d.w.changes() == 1


async def test_what_changed_before_it_ran_is_asked_anew_of_all(tmp_path: Path) -> None:
    async with desk(tmp_path, alone=True) as d:
        becomes(d.w, "suspended")
        await d.asks()
        d.w.bot.dispatch.paused = True
        await d.agree(d.dee, d.dan, d.eve)
        await d.shows(d.dan, "· approved ·")
        becomes(d.w, "active")
        await d.goes_on()
        await d.reads(d.w.ada, ANEW)
        card = await d.shows(d.eve, ANEW)
        await d.agree(d.dee, d.dan, d.eve)
        await d.reads(d.w.ada, f"{BEA} is suspended")
        requests = [e for e in await d.w.events() if e["stage"] == "approval.requested"]

        assert "*dba* 0 of 1 · *finance* 0 of 2" in card.text
        assert f"{BEA} | active | suspended" in card.text
        assert [e["detail"]["round"] for e in requests] == [1, 2]
        assert requests[0]["detail"]["digest"] != requests[1]["detail"]["digest"]
        assert d.w.changes() == 1


async def test_what_cannot_be_seen_when_it_would_run_is_not_said_to_have_changed(
    tmp_path: Path,
) -> None:
    async with desk(tmp_path, alone=True) as d:
        await d.asks()
        d.w.bot.dispatch.paused = True
        await d.agree(d.dee, d.dan, d.eve)
        await d.shows(d.dan, "· approved ·")
        is_called(d.w, "away", before="account")
        await d.goes_on()
        await d.reads(d.w.ada, "Whether it is still what was approved cannot be seen now")
        card = await d.shows(d.dan, "What would change cannot be seen now.")

        assert ANEW not in card.text
        assert "*dba* 0 of 1 · *finance* 0 of 2" in card.text


async def test_buttons_and_modals_of_an_earlier_round_say_that_it_has_changed(
    tmp_path: Path,
) -> None:
    changed = "What would happen has changed since that was shown."
    async with desk(tmp_path, alone=True) as d:
        fay = d.w.slack.person("fay")
        await d.w.slack.joins(fay)
        await d.w.slack.regroups("finance", [d.dee, d.eve, d.dan, fay])
        becomes(d.w, "suspended")
        await d.asks()
        await d.opens(fay, "Approve")
        d.w.bot.dispatch.paused = True
        await d.agree(d.dee, d.dan, d.eve)
        becomes(d.w, "active")
        # Fay's message stays as it was, with its buttons.
        d.w.slack.workspace.faults.down("chat.update")
        await d.goes_on()
        await d.reads(d.w.ada, ANEW)
        d.w.slack.fills(fay, reason="I saw the charges")
        await d.w.slack.submits(fay)
        submitted = d.w.slack.sees(fay).modal
        await d.w.slack.closes(fay)
        await d.w.slack.presses(fay, "Approve")
        await d.reads(fay, changed)

        assert submitted is not None
        assert changed in submitted.text
        assert (await d.approval()).votes == ()
        assert d.w.changes() == 0


async def test_other_params_are_another_request_that_nobody_has_approved(tmp_path: Path) -> None:
    async with desk(tmp_path) as d:
        await d.asks()
        await d.agree(d.dee)
        await d.reads(d.w.ada, "Dee approved")
        await d.asks('/ops users.suspend curt@shop.example reason="Card testing since noon"')
        card = d.cards(d.dan)[-1]

        assert "curt@shop.example" in card.text
        assert "*dba* 0 of 1 · *finance* 0 of 2" in card.text


async def test_an_approval_is_for_one_run(tmp_path: Path) -> None:
    async with desk(tmp_path) as d:
        becomes(d.w, "suspended")
        await d.asks(RESUME)
        await d.agree(d.dee)
        await d.reads(d.w.ada, f"{BEA} is active again")
        becomes(d.w, "suspended")
        await d.w.slack.types(d.w.ada, RESUME, channel=d.w.ops)
        await d.reads(d.w.ada, "You asked for exactly this")
        await d.w.slack.presses(d.w.ada, "Run it again")
        card = await d.shows(d.dan, "Approvals: ")
        await d.w.slack.until(lambda: len(d.cards(d.dan)) == 2)

        assert "· approved ·" in card.text
        assert "*finance* 0 of 1" in d.cards(d.dan)[-1].text
        assert d.w.state_of(BEA) == "suspended"


async def test_what_is_looked_up_with_approval_is_told_to_who_asked_alone(tmp_path: Path) -> None:
    async with desk(tmp_path) as d:
        await d.asks("/ops users.find grace")
        await d.reads(d.w.ada, "Waits until")
        before = d.w.slack.sees(d.w.ada).text
        await d.agree(d.dee)
        await d.reads(d.w.ada, "Grace Okonjo")

        assert "Grace Okonjo" not in before
        assert "Grace Okonjo" not in d.w.slack.sees(d.w.sam).text + d.w.slack.sees(d.dee).text
        assert await d.w.stages() == ["intent", "approval.requested", "approval.given", "outcome"]


async def test_who_waits_to_look_something_up_can_take_it_back(tmp_path: Path) -> None:
    async with desk(tmp_path) as d:
        await d.asks("/ops users.find grace")
        await d.reads(d.w.ada, "Waits until")
        await d.w.slack.presses(d.w.ada, "Withdraw")
        await d.reads(d.w.ada, "· cancelled ·")
        card = await d.shows(d.dee, "· withdrawn ·")

        assert card.buttons == ()
        assert await d.w.stages() == ["intent", "approval.requested", "approval.withdrawn"]


async def test_whom_changed_rules_want_to_agree_is_asked_and_those_of_before_are_not(
    tmp_path: Path,
) -> None:
    clock = CorrectedClock()
    async with desk(tmp_path, clock, alone=True) as d:
        fay = d.w.slack.person("fay", groups=["risk"])
        await d.w.slack.joins(fay)
        await d.w.slack.regroups("risk", [fay])
        await d.asks("/ops users.find grace")
        rules = tmp_path / "lanes.cedar"
        rules.write_text(RULES.replace("finance", "risk").replace("two-in-risk", "x"), "utf-8")
        told = PolicySettings(paths=(rules,))
        book, known = d.w.bot.kept.book, d.w.bot.known
        await Reloader(told, known, book, clock, asyncio.Event()).look()
        clock.pass_(10)
        await d.w.bot.timers.look()
        await d.reads(fay, "Looking users up needs one of risk.")
        await d.w.slack.presses(d.dee, "Approve")
        await d.reads(d.dee, "Fay may.")
        await d.agree(fay)
        await d.reads(d.w.ada, "Grace Okonjo")

        assert "The rules have changed, and with them who has to agree." in d.cards(d.dee)[-1].text
        assert "✓ *Fay*" in (await d.shows(fay, "· approved ·")).text


async def test_nobody_is_asked_about_what_does_not_exist(tmp_path: Path) -> None:
    async with desk(tmp_path) as d:
        line = '/ops users.suspend nobody@shop.example reason="Card testing since noon"'
        await d.w.slack.types(d.w.ada, line, channel=d.w.ops)
        await d.reads(d.w.ada, "there is no 'nobody@shop.example'")

        assert [d.cards(person) for person in (d.dee, d.eve, d.dan)] == [[], [], []]
        assert await d.w.stages() == ["intent", "denied"]
        assert len(await d.w.bot.kept.book.in_state({State.DENIED})) == 1


async def test_what_cannot_be_seen_now_is_said_to_be_so_and_asked_anew_once_it_can(
    tmp_path: Path,
) -> None:
    async with desk(tmp_path, alone=True) as d:
        await d.w.slack.types(d.w.ada, "/ops users.suspend", channel=d.w.ops)
        await d.w.slack.opens(d.w.ada)
        await d.w.slack.suggests(d.w.ada, "user", BEA)
        d.w.slack.fills(d.w.ada, user=BEA, reason="Card testing since noon")
        is_called(d.w, "away", before="account")
        await d.w.slack.submits(d.w.ada)
        blind = await d.shows(d.eve, "What would change cannot be seen now.")
        is_called(d.w, "account", before="away")
        await d.agree(d.dee, d.dan, d.eve)
        await d.reads(d.w.ada, ANEW)
        seen = await d.shows(d.eve, f"{BEA} | active | suspended")

        assert f"{BEA} |" not in blind.text
        assert "*dba* 0 of 1 · *finance* 0 of 2" in seen.text
        assert d.w.state_of(BEA) == "active"


SHY = """
@id("one-to-be-shy") @doc("Being shy needs one of finance.")
forbid (principal, action == Action::"kinds.shy", resource)
unless { context.approvals.finance >= 1 };
"""


@pytest.mark.parametrize(
    ("service", "why"),
    [
        ("payments", "payments is not to be looked at."),
        ("broken", "The operation broke (ValueError)."),
    ],
)
async def test_nobody_is_asked_about_what_its_own_look_ahead_refuses(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    service: str,
    why: str,
) -> None:
    monkeypatch.syspath_prepend(kinds.installed(tmp_path / "installed"))
    rules = RULES + kinds.RULES.read_text("utf-8") + SHY
    async with desk(tmp_path, rules=rules, alone=True) as d:
        await d.w.slack.types(d.w.ada, f"/ops kinds.shy {service}", channel=d.w.ops)
        await d.reads(d.w.ada, why)

        assert d.cards(d.dan) == []
        assert "Its author" not in caplog.text
        assert await d.w.stages() == ["intent", "denied"]


@pytest.mark.parametrize("flavour", [Flavour.REPLICAS], indirect=True)
@pytest.mark.every_flavour
async def test_two_who_agree_at_once_at_two_bots_both_count_and_it_runs_once(
    tmp_path: Path,
) -> None:
    async with desk(tmp_path) as d:
        await d.asks()
        await d.agree(d.dan)
        for person in (d.dee, d.eve):
            await d.opens(person, "Approve")
            d.w.slack.fills(person, reason="I saw the charges")
        await asyncio.gather(d.w.slack.submits(d.dee), d.w.slack.submits(d.eve))
        await d.reads(d.w.ada, f"{BEA} is suspended")
        stages = await d.w.stages()

        assert stages.count("approval.given") == 3
        assert stages.count("started") == stages.count("outcome") == 1
        assert d.w.changes() == 1
