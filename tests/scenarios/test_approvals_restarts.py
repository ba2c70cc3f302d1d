"""What waits for approval outlives the bot: cards stay, votes count, and nobody is asked twice."""

import json
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from audit.sealing import Sealer
from bot.domain.approval import Approval
from bot.domain.clock import SystemClock
from bot.domain.ids import new_id
from bot.domain.invocation import Invocation, Origin, State, Surface
from bot.pipeline.protocols import Entry, Opening, Timer
from bot.pipeline.requesting import EXPIRE, REMIND
from bot.pipeline.values import params_json
from bot.settings import Settings
from bot.store.book import SqlBook
from bot.store.database import Store
from bot.store.keys import load_key
from commands.users.suspend import SuspendUser
from playground.driver import PretendSlack
from playground.model import Channel, Person
from playground.screen import SeenMessage
from tests.scenarios.child import Home, Life, home, left_in
from tests.scenarios.desks import BEA, LINE, RULES, decides

OTHERS = 499


@dataclass(frozen=True)
class House:
    """A bot's home, who asks, and who decides."""

    home: Home
    slack: PretendSlack
    ada: Person
    deciders: tuple[Person, ...]
    ops: Channel

    async def asks(self) -> None:
        """Let Ada ask, and wait until all who decide have their card."""
        await self.slack.types(self.ada, LINE, self.ops)
        await self.slack.until(lambda: all(self.cards(p) for p in self.deciders), within=20)

    def cards(self, person: Person) -> list[SeenMessage]:
        """Return the requests that *person* was sent."""
        return [m for m in self.slack.sees(person).messages if "Approvals: " in m.text]

    async def agree(self, *people: Person) -> None:
        """Let each of *people* approve."""
        for person in people:
            await decides(self.slack, person, "Approve", reason="I saw the charges")

    async def reads(self, person: Person, words: str) -> None:
        """Wait until *person* reads *words*."""
        await self.slack.until(lambda: words in self.slack.sees(person).text, within=20)

    def stamps(self) -> list[str]:
        """Return when each card was posted."""
        return [card.ts for person in self.deciders for card in self.cards(person)]


@asynccontextmanager
async def house(folder: Path) -> AsyncIterator[House]:
    async with PretendSlack.open() as slack:
        ada = slack.person("ada", groups=["support-leads"])
        dee, eve = (slack.person(name, groups=["finance"]) for name in ("dee", "eve"))
        dan = slack.person("dan", groups=["dba"])
        ops = slack.channel("ops", members=[ada])
        with home(folder, slack) as place:
            rules, config = folder / "lanes.cedar", folder / "redbutton.toml"
            rules.write_text(RULES, "utf-8")
            told = config.read_text("utf-8").replace("paths = [", f'paths = ["{rules}", ')
            config.write_text(told, "utf-8")
            yield House(place, slack, ada, (dee, eve, dan), ops)


async def is_killed(life: Life) -> None:
    """End *life* by `kill -9`."""
    await life.kill()


async def is_stopped(life: Life) -> None:
    """End *life* as a deployment does."""
    assert await life.ends() == 0


@pytest.mark.parametrize("ends", [is_killed, is_stopped])
async def test_votes_before_and_after_a_restart_count_and_it_runs_once(
    tmp_path: Path, ends: Callable[[Life], Awaitable[None]]
) -> None:
    async with house(tmp_path) as here:
        dee, eve, dan = here.deciders
        async with here.home.life() as life:
            await here.asks()
            await here.agree(dee)
            await here.reads(eve, "*finance* 1 of 2")
            await ends(life)
        before = here.stamps()
        async with here.home.life() as last:
            await here.agree(dan, eve)
            await here.reads(here.ada, f"{BEA} is suspended")
            await here.reads(dee, "· approved ·")
            await last.ends()
        left = await left_in(here.home)

        assert here.stamps() == before
        assert [i.state for i in left.invocations] == [State.SUCCEEDED]
        stages = Counter(str(e["stage"]) for e in left.events if e.get("invocation"))
        assert (stages["approval.requested"], stages["approval.given"]) == (1, 3)
        assert (stages["intent"], stages["started"], stages["outcome"]) == (1, 1, 1)


@asynccontextmanager
async def book_of(place: Home) -> AsyncIterator[SqlBook]:
    """Open the book of a bot that does not run."""
    key = load_key(place.environ.get("REDBUTTON_KEY"), place.folder / "var" / "redbutton.key")
    where = Settings.load(place.environ).store
    store = await Store.open(where, clock=SystemClock(), key=key, migrate=False)
    try:
        yield SqlBook(store, Sealer(key), lambda: None)
    finally:
        await store.close()


async def let_wait(here: House, book: SqlBook, count: int) -> None:
    """Let so many others wait that were asked for an hour ago, each to lapse in three."""
    then = SystemClock().now() - timedelta(minutes=50)
    about = Origin(
        surface=Surface.SLACK, team=here.slack.team_id, user=here.ada.id, channel=here.ops.id
    )
    for number in range(count):
        params = SuspendUser(user=f"n{number}@club.example", reason="Shared password")
        asked = Invocation(
            id=new_id(then),
            key=f"asked-{number}",
            operation="users.suspend",
            state=State.WAITING,
            origin=about,
            actor_name="Ada",
            params=params_json(params, wipe_secrets=False),
            at=then,
        )
        request = Approval(
            invocation=asked.id,
            digest="d",
            needs={"finance": 2, "dba": 1},
            sentences=("Two of finance and one of the DBAs.",),
            opened_at=then,
            expires_at=then + timedelta(hours=4),
        )
        ends = Timer(EXPIRE, asked.id, request.expires_at)
        reminds = Timer(REMIND, asked.id, then + timedelta(hours=1))
        await book.open(Opening(asked, "{}", Entry()), within=5)
        assert await book.amend(request, Entry(timers=(ends, reminds)))


@pytest.mark.timeout(120)
async def test_of_five_hundred_that_wait_none_is_lost_by_kills_and_one_can_be_approved(
    tmp_path: Path,
) -> None:
    async with house(tmp_path) as here:
        async with here.home.life() as first:
            await first.ends()
        # Five hundred cards would take Slack, at one a second and person, eight minutes to take.
        async with book_of(here.home) as book:
            await let_wait(here, book, OTHERS)
        async with here.home.life() as life:
            await here.asks()
            await life.kill()
        async with here.home.life() as last:
            await here.agree(*here.deciders)
            await here.reads(here.ada, f"{BEA} is suspended")
            await here.reads(here.deciders[0], "· approved ·")
            await last.ends()
        left = await left_in(here.home)
        async with book_of(here.home) as book:
            waiting = await book.open_approvals()

        states = Counter(i.state for i in left.invocations)
        stages = Counter(str(e["stage"]) for e in left.events if e.get("invocation"))
        assert states == {State.WAITING: OTHERS, State.SUCCEEDED: 1}
        assert [(a.round, a.version) for a in waiting] == [(1, 1)] * OTHERS
        assert (stages["approval.requested"], stages["approval.expired"]) == (1, 0)
        assert len(here.stamps()) == 3
        assert "club.example" not in json.dumps([m.body for m in here.slack.workspace.produced])
