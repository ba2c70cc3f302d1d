"""A world in which others have to agree: who decides, how they do, and what they are shown."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot.domain.approval import Approval
from bot.domain.clock import Clock
from bot.domain.invocation import State
from playground.driver import PretendSlack
from playground.model import Channel, Person, slack_id
from playground.screen import Modal, SeenMessage
from tests.scenarios.test_road import judged
from tests.world import World, world

NOW = timedelta(0)
BEA = "bea@shop.example"
LINE = f'/ops users.suspend {BEA} reason="Card testing since noon"'
ROOM = slack_id("C", 102)
"""Where requests to finance are posted: the second channel of the pretend workspace."""

RULES = """
@id("two-in-finance") @doc("Suspending a user needs two of finance and one of the DBAs.")
forbid (principal, action == Action::"users.suspend", resource)
unless { context.approvals.finance >= 2 && context.approvals.dba >= 1 };
@id("one-to-resume") @doc("Resuming a user needs one of finance.")
forbid (principal, action == Action::"users.resume", resource)
unless { context.approvals.finance >= 1 };
@id("one-to-find") @doc("Looking users up needs one of finance.")
forbid (principal, action == Action::"users.find", resource)
unless { context.approvals.finance >= 1 };
@id("finance-approves") @doc("Only `finance` may approve in its lane.")
permit (principal in Usergroup::"finance", action == Action::"approve.finance", resource);
@id("dba-approves") @doc("Only `dba` may approve in its lane.")
permit (principal in Usergroup::"dba", action == Action::"approve.dba", resource);
"""


@dataclass(frozen=True)
class Desk:
    """A world with people who decide: three of finance, of whom Dan is a DBA, too."""

    w: World
    dee: Person
    eve: Person
    dan: Person
    room: Channel

    async def asks(self, line: str = LINE) -> None:
        """Let Ada ask in the channel, and wait until the room and the three of finance see it."""
        deciders = (self.dee, self.eve, self.dan)
        before = sum(len(self.cards(person)) for person in deciders)
        reply = await self.w.slack.types(self.w.ada, line, channel=self.w.ops)
        assert "waits for approval" in reply.text, reply.text
        await self.w.slack.until(
            lambda: sum(len(self.cards(person)) for person in deciders) >= before + 5, within=20
        )

    def cards(self, person: Person) -> list[SeenMessage]:
        """Return the requests that *person* was sent or sees in a channel, newest last."""
        return [m for m in self.w.slack.sees(person).messages if "Approvals: " in m.text]

    async def reads(self, person: Person, words: str) -> None:
        """Wait until *person* reads *words*."""
        await self.w.slack.until(lambda: words in self.w.slack.sees(person).text, within=20)

    async def shows(self, person: Person, words: str) -> SeenMessage:
        """Wait until each request that *person* sees shows *words*; return the newest."""

        def all_show() -> bool:
            return {words in m.text for m in self.cards(person)} == {True}

        await self.w.slack.until(all_show, within=20)
        return self.cards(person)[-1]

    async def opens(self, person: Person, button: str) -> Modal:
        """Press *button* on the newest request, and wait for its modal."""
        return await opens(self.w.slack, person, button)

    async def decides(self, person: Person, button: str, /, **fields: Any) -> None:
        """Press *button* on the newest request, and submit what it asks for."""
        await decides(self.w.slack, person, button, **fields)

    async def agree(self, *people: Person) -> None:
        """Let each of *people* approve."""
        for person in people:
            await self.decides(person, "Approve", reason="I saw the charges")

    async def presses(self, person: Person, button: str) -> None:
        """Press *button* on the newest request that Dan was sent, as *person* sees it."""
        await self.w.slack.presses(person, button, self.cards(self.dan)[-1])

    async def approval(self) -> Approval:
        """Return the newest request as the book has it."""
        (found,) = await self.w.bot.kept.book.in_state(list(State))
        kept = await self.w.bot.kept.book.approval(found.id)
        assert kept is not None
        return kept

    async def approval_of(self, name: str) -> Approval:
        """Return the open request that people call *name*."""
        waiting = await self.w.bot.kept.book.open_approvals()
        [found] = [a for a in waiting if a.invocation.endswith(name)]
        return found

    async def goes_on(self) -> None:
        """Let what is accepted run, after `bot.dispatch.paused`."""
        self.w.bot.dispatch.paused = False
        await self.w.bot.dispatch.sweep(NOW)


async def opens(slack: PretendSlack, person: Person, button: str) -> Modal:
    """Press *button* on the newest request, and wait for its modal."""
    await slack.until(lambda: "Approvals: " in slack.sees(person).text, within=20)
    await slack.presses(person, button)
    return await slack.opens(person, button)


async def decides(slack: PretendSlack, person: Person, button: str, /, **fields: Any) -> None:
    """Press *button* on the newest request, and submit what it asks for."""
    await opens(slack, person, button)
    slack.fills(person, **fields)
    await slack.submits(person)


@asynccontextmanager
async def desk(
    folder: Path, clock: Clock | None = None, *, rules: str = RULES, **more: Any
) -> AsyncIterator[Desk]:
    """Start a world with *rules* and people who decide; at the end all that was drawn is judged."""
    (folder / "lanes.cedar").write_text(rules, "utf-8")
    told = {
        "policy": {"paths": [folder / "lanes.cedar"]},
        "lanes": {"finance": {"channel": ROOM}},
        **more,
    }
    async with world(folder, clock, **told) as w:
        dee = w.slack.person("dee", groups=["finance"])
        eve = w.slack.person("eve", groups=["finance"])
        dan = w.slack.person("dan", groups=["dba", "finance"])
        for person in (dee, eve, dan):
            await w.slack.joins(person)
        await w.slack.regroups("finance", [dee, eve, dan])
        room = w.slack.channel("finance", members=[dee, eve])
        assert room.id == ROOM
        yield Desk(w, dee, eve, dan, room)
        assert judged(w.slack) == []
        assert not w.slack.workspace.complaints, w.slack.workspace.complaints
