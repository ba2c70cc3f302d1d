"""What needs approval: asked of others, decided in messages, bound to exactly what will happen."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.domain.clock import Clock
from playground.model import Channel, Person
from playground.screen import SeenMessage
from tests.scenarios.test_road import judged
from tests.world import World, world

MARA = "bea@shop.example"
LINE = f'/ops users.suspend {MARA} reason="Card testing since noon"'
RULES = """
@id("two-in-finance") @doc("Suspending a user needs two of finance and one of the DBAs.")
forbid (principal, action == Action::"users.suspend", resource)
unless { context.approvals.finance >= 2 && context.approvals.dba >= 1 };
@id("finance-approves") @doc("Only `finance` may approve in its lane.")
permit (principal in Usergroup::"finance", action == Action::"approve.finance", resource);
@id("dba-approves") @doc("Only `dba` may approve in its lane.")
permit (principal in Usergroup::"dba", action == Action::"approve.dba", resource);
"""


@dataclass(frozen=True)
class Desk:
    """A world with people who decide."""

    w: World
    dee: Person
    eve: Person
    dan: Person
    room: Channel

    def card(self, person: Person) -> SeenMessage:
        """Return the newest request that *person* was sent."""
        found = [m for m in self.w.slack.sees(person).messages if "approv" in m.text.lower()]
        return found[-1]


async def decides(w: World, person: Person, button: str, **fields: Any) -> None:
    """Press *button* on the newest card, and submit what it asks for."""
    await w.slack.until(lambda: "Approvals:" in w.slack.sees(person).text)
    await w.slack.presses(person, button)
    await w.slack.opens(person, button)
    w.slack.fills(person, **fields)
    await w.slack.submits(person)


async def reads(w: World, person: Person, words: str) -> None:
    await w.slack.until(lambda: words in w.slack.sees(person).text, within=20)


@asynccontextmanager
async def desk(folder: Path, clock: Clock | None = None, **more: Any) -> AsyncIterator[Desk]:
    rules = folder / "lanes.cedar"
    rules.write_text(RULES, "utf-8")
    async with world(folder, clock, policy={"paths": [rules]}, **more) as w:
        dee = w.slack.person("dee", groups=["finance"])
        eve = w.slack.person("eve", groups=["finance"])
        dan = w.slack.person("dan", groups=["dba", "finance"])
        for person in (dee, eve, dan):
            await w.slack.joins(person)
        await w.slack.regroups("finance", [dee, eve, dan])
        room = w.slack.channel("finance", members=[dee, eve])
        yield Desk(w, dee, eve, dan, room)
        assert judged(w.slack) == []
        assert w.slack.workspace.complaints == []


async def test_it_runs_once_as_many_as_the_rules_want_have_agreed(tmp_path: Path) -> None:
    async with desk(tmp_path) as d:
        await d.w.slack.types(d.w.ada, LINE, channel=d.w.ops)
        await reads(d.w, d.w.ada, "waiting for approval")
        await decides(d.w, d.dee, "Approve", reason="I saw the charges")
        await decides(d.w, d.dan, "Approve", reason="The rows look right")
        before = d.w.state_of(MARA)
        await decides(d.w, d.eve, "Approve", reason="Agreed with support")
        await reads(d.w, d.w.ada, f"{MARA} is suspended")

        assert before == "active"
        assert d.w.state_of(MARA) == "suspended"
        assert await d.w.stages() == [
            *("intent", "approval.requested", *["approval.given"] * 3),
            *("started", "preview", "step", "step", "outcome"),
        ]
