"""Breaking the glass: at once, loudly, and once only until somebody else has looked."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.domain.invocation import Origin, Surface
from bot.domain.record import Stage
from bot.pipeline.answers import Refusal
from bot.slack.glass import WORD
from playground.model import Channel, Person
from policies.loading import shipped_folder
from tests.scenarios.test_road import judged
from tests.world import World, world

BEA = "bea@shop.example"
LINE = f'/ops users.suspend {BEA} reason="Card testing since noon"'
WHY = "Money leaves as we speak"
RULES = """
@id("needs-finance") @doc("Suspending a user needs one of finance.")
forbid (principal, action == Action::"users.suspend", resource)
unless { context.approvals.finance >= 1 || context.break_glass };
@id("support-in-need") @doc("Support may suspend by breaking the glass.")
permit (principal in Usergroup::"support", action == Action::"users.suspend", resource)
when { context.break_glass };
@id("finance-approves") @doc("Only `finance` may approve in its lane.")
permit (principal in Usergroup::"finance", action == Action::"approve.finance", resource);
@id("leads-review") @doc("Only `support-leads` may review.")
permit (principal in Usergroup::"support-leads", action == Action::"glass.review", resource);
@id("all-see-glass") @doc("All may see broken glass.")
permit (principal is User, action == Action::"glass.list", resource);
"""

USERS = (shipped_folder() / "users.cedar").read_text("utf-8")


@asynccontextmanager
async def scene(folder: Path) -> AsyncIterator[tuple[World, Channel]]:
    """A world with a room that hears of broken glass."""
    rules = folder / "glass.cedar"
    rules.write_text(RULES + USERS, "utf-8")
    loud = "C0LOUD0001"
    policy = {"paths": [rules], "replace": True}
    async with world(folder, policy=policy, glass={"channel": loud}) as w:
        room = Channel(loud, "incidents", w.slack.workspace.seconds(), [w.sam.id])
        room.members.append(w.slack.workspace.bot_user.id)
        room.with_bot = True
        w.slack.workspace.add_channel(room)
        yield w, room
        assert judged(w.slack) == []
        assert w.slack.workspace.complaints == []


async def breaks(w: World, person: Person, why: str = WHY, sure: str = WORD) -> None:
    await w.slack.presses(person, "🚨 Break glass")
    await w.slack.opens(person, "Break glass")
    w.slack.fills(person, reason=why, sure=sure)
    await w.slack.submits(person)


async def reads(w: World, person: Person, words: str) -> None:
    await w.slack.until(lambda: words in w.slack.sees(person).text, within=20)


async def test_who_is_refused_may_break_the_glass_and_everybody_hears(tmp_path: Path) -> None:
    async with scene(tmp_path) as (w, room):
        await w.slack.types(w.sam, LINE, channel=w.ops)
        await breaks(w, w.sam)
        await reads(w, w.ada, f"{BEA} is suspended")
        await w.slack.until(lambda: any(WHY in m.text for m in room.said))

        assert w.state_of(BEA) == "suspended"
        assert sorted((await w.stages())[:3]) == ["break_glass", "denied", "intent"]


async def test_what_waits_for_approval_need_not(tmp_path: Path) -> None:
    async with scene(tmp_path) as (w, _):
        await w.slack.types(w.ada, LINE, channel=w.ops)
        await reads(w, w.ada, "waiting for approval")
        await breaks(w, w.ada)
        await reads(w, w.ada, f"{BEA} is suspended")
        await reads(w, w.ada, "withdrew it")

        assert w.state_of(BEA) == "suspended"
        assert "approval.withdrawn" in await w.stages()


@pytest.mark.parametrize(("why", "sure"), [(WHY, "yes"), (".", WORD)])
async def test_it_takes_a_reason_and_the_word(tmp_path: Path, why: str, sure: str) -> None:
    async with scene(tmp_path) as (w, _):
        await w.slack.types(w.sam, LINE, channel=w.ops)
        await breaks(w, w.sam, why, sure)
        errors = [f.error for f in w.slack.modal(w.sam).fields.values() if f.error]

        assert len(errors) == 1
        assert w.state_of(BEA) == "active"


async def test_nobody_breaks_it_again_before_somebody_else_has_looked(tmp_path: Path) -> None:
    async with scene(tmp_path) as (w, _):
        await w.slack.types(w.sam, LINE, channel=w.ops)
        await breaks(w, w.sam)
        await reads(w, w.sam, f"{BEA} is suspended")
        await w.slack.types(w.sam, LINE.replace("bea@", "carl@"), channel=w.ops)
        await breaks(w, w.sam)
        refused = w.slack.modal(w.sam).text
        name = (await w.events(stage=Stage.BREAK_GLASS))[0]["invocation"][-8:]
        await w.slack.closes(w.sam, everything=True)
        line = f'/ops glass.review {name} finding="It was right, the cards were stolen"'
        await w.slack.types(w.sam, line, channel=w.ops)
        await reads(w, w.sam, "Only `support-leads` may review.")
        await w.slack.types(w.ada, "/ops glass.list", channel=w.ops)
        await reads(w, w.ada, WHY)
        await w.slack.types(w.ada, line, channel=w.ops)
        await reads(w, w.ada, "Closed: Sam broke the glass for users.suspend.")

        assert "nobody has looked at that yet" in refused
        assert await w.bot.kept.book.open_reviews(w.sam.team_id) == []


async def test_nor_does_anybody_through_another_account_of_theirs(tmp_path: Path) -> None:
    async with scene(tmp_path) as (w, _):
        other = w.slack.person("sam2", email=w.sam.email)
        await w.slack.joins(other)
        await w.slack.regroups("support", [w.ada, w.sam, other])
        w.ops.members.append(other.id)
        await w.slack.types(w.sam, LINE, channel=w.ops)
        await breaks(w, w.sam)
        await reads(w, w.sam, f"{BEA} is suspended")
        await w.slack.types(other, LINE.replace("bea@", "alan@"), channel=w.ops)
        await breaks(w, other)

        assert "nobody has looked at that yet" in w.slack.modal(other).text
        assert len(await w.bot.kept.book.open_reviews(w.sam.team_id)) == 1


async def test_of_two_who_break_it_at_once_in_one_name_one_does(tmp_path: Path) -> None:
    async with scene(tmp_path) as (w, _):
        await w.slack.types(w.sam, LINE, channel=w.ops)
        await w.slack.types(w.sam, LINE.replace("bea@", "alan@"), channel=w.ops)
        refused = [e["invocation"] for e in await w.events(stage=Stage.DENIED)]
        sam = Origin(surface=Surface.SLACK, team=w.sam.team_id, user=w.sam.id, channel=w.ops.id)
        answers = await asyncio.gather(*(w.bot.desk.break_glass(of, sam, WHY) for of in refused))

        assert sorted(answer.kind for answer in answers) == ["refusal", "taken"]
        assert [a.message for a in answers if isinstance(a, Refusal)] == [
            "You broke the glass for `users.suspend`, and nobody has looked at that yet."
        ]
        assert len(await w.bot.kept.book.open_reviews(w.sam.team_id)) == 1


async def test_who_broke_it_cannot_close_the_review(tmp_path: Path) -> None:
    async with scene(tmp_path) as (w, _):
        await w.slack.types(w.ada, LINE, channel=w.ops)
        await reads(w, w.ada, "waiting for approval")
        await breaks(w, w.ada)
        await reads(w, w.ada, f"{BEA} is suspended")
        name = (await w.events(stage=Stage.BREAK_GLASS))[0]["invocation"][-8:]
        line = f'/ops glass.review {name} finding="I was right, of course"'
        await w.slack.types(w.ada, line, channel=w.ops)
        await reads(w, w.ada, "Nobody reviews the glass they broke themselves.")

        assert len(await w.bot.kept.book.open_reviews(w.ada.team_id)) == 1
