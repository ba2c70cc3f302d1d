"""Thousands of Homes: all of them right in the end, and Slack never pressed too hard."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from bot.domain.catalogue import Catalogue
from bot.domain.invocation import Origin, Surface
from bot.domain.ports import Rules
from bot.main.homes import HomeNews
from bot.pipeline.browsing import Browsing
from bot.pipeline.loading import load_catalogue
from bot.pipeline.offers import Offers
from bot.pipeline.wiring import Ports
from bot.slack.home_door import HomePainter
from bot.slack.home_keeping import HomeKeeper
from bot.slack.identity import IdentitySettings, SlackDirectory
from bot.slack.windows import Windows
from integrations.slack.client import SlackClient
from integrations.slack.config import SlackConfig
from integrations.slack.errors import RateLimited
from playground import views
from playground.driver import PretendSlack
from playground.model import Person
from policies.loading import load_rules
from tests.clock import SetClock
from tests.slack.belongings import Belongings

EVERY = load_catalogue()
RULES: Rules = load_rules([], EVERY)
CATALOGUE = Catalogue(one for one in EVERY if one.group == "users")
"""A few are enough: who leads support may suspend people."""

PUBLISH = "views.publish"
SLACKS_LIMIT = 100
LEADS = "`users.suspend` ✏️"


@dataclass(frozen=True)
class Crowd:
    """A workspace, and what keeps the Homes of those in it."""

    slack: PretendSlack
    clock: SetClock
    keeper: HomeKeeper
    news: HomeNews
    directory: SlackDirectory
    post: "Post"

    def opens(self, person: Person) -> None:
        """Let *person* open their Home."""
        origin = Origin(surface=Surface.SLACK, team=self.slack.team_id, user=person.id)
        self.keeper.opened(origin)

    async def gathers(self, leads: int, others: int) -> tuple[list[Person], list[Person]]:
        """Let so many people come, some of whom lead support, and all look at their Homes."""
        names = [f"p{n}" for n in range(leads + others)]
        people = [self.slack.person(name, groups=["support"]) for name in names]
        self.slack.group("support-leads", people[:leads])
        await self.directory.people(self.slack.team_id)
        self.post.by_hand = True
        for person in people:
            self.opens(person)
        await self.settled()
        self.post.by_hand = False
        self.post.brought.clear()
        self.post.taken.clear()
        return people[:leads], people[leads:]

    def no_more_leads(self) -> None:
        """Let nobody lead support any more, and the bot hear of it."""
        self.slack.group("support-leads", [])
        self.hears("groups")

    def hears(self, news: str) -> None:
        """Let the bot hear *news* of Slack."""
        self.directory.heard(news)
        self.news.heard(news)

    async def settled(self, within: float = 50) -> None:
        """Wait until nobody waits for their Home."""
        async with asyncio.timeout(within):
            await self.keeper.settled()

    def told(self, people: list[Person]) -> int:
        """Return how many of *people* have a Home in which they lead support."""
        homes = self.slack.workspace.homes
        return sum(LEADS in str(homes[one.id].body) for one in people)


@dataclass
class Post:
    """Brings Homes to the workspace: by the wire or, while *by_hand*, without.

    *paced* says that the workspace holds its limit then, too.
    """

    slack: PretendSlack
    windows: Windows
    by_hand: bool = False
    paced: bool = False
    taken: list[float] = field(default_factory=list)
    brought: Counter[str] = field(default_factory=Counter)
    most_tasks: int = 0

    async def publish(self, user: str, view: dict[str, Any]) -> None:
        self.brought[user] += 1
        self.most_tasks = max(self.most_tasks, len(asyncio.all_tasks()))
        workspace = self.slack.workspace
        if not self.by_hand:
            await self.windows.publish(user, view)
        elif self.paced and (pause := workspace.faults.too_many(PUBLISH, workspace.now())):
            raise RateLimited("Too many.", fix="Wait.", retry_after=pause)
        else:
            await asyncio.sleep(0)
            views.publish(workspace, user, view)
        self.taken.append(workspace.now().timestamp())


@asynccontextmanager
async def crowd(a_minute: int = SLACKS_LIMIT) -> AsyncIterator[Crowd]:
    """Open a workspace that takes no more than so many Homes *a_minute*."""
    clock = SetClock()
    async with PretendSlack.open(clock=clock) as slack:
        slack.workspace.faults.enforce_tier(PUBLISH, a_minute)
        client = await SlackClient.open(SlackConfig(slack.bot_token, slack.api_url))
        directory = SlackDirectory(client, clock, IdentitySettings(team=slack.team_id))
        desk: Any = Browsing(CATALOGUE, RULES, directory, Offers(Ports(), clock))
        painter = HomePainter(desk, CATALOGUE, Belongings())
        post = Post(slack, Windows(client))
        ready = partial(directory.people, slack.team_id)
        keeper = HomeKeeper(painter.draw, post.publish, clock, prepare=ready)
        news = HomeNews()
        news.tell(keeper)
        running = asyncio.create_task(keeper.run())
        try:
            yield Crowd(slack, clock, keeper, news, directory, post)
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            await directory.close()
            await client.close()


def fastest_minute(calls: list[float]) -> int:
    """Return how many of *calls* (seconds) there are in the minute that has most of them."""
    most = first = 0
    for last, at in enumerate(calls):
        while at - calls[first] >= 60:
            first += 1
        most = max(most, last - first + 1)
    return most


def refused(c: Crowd) -> int:
    """Return how many Homes Slack did not take."""
    return sum(c.post.brought.values()) - len(c.post.taken)


async def test_two_thousand_homes_after_a_group_change_are_right_and_slack_is_not_pressed() -> None:
    async with crowd() as c:
        leads, others = await c.gathers(1500, 500)
        before = c.told(leads)
        c.post.by_hand = c.post.paced = True
        c.no_more_leads()
        await c.settled()

        times = c.post.taken
        assert (before, c.told(leads), c.told(others)) == (1500, 0, 0)
        assert all(c.post.brought[one.id] == 1 for one in leads)
        assert not any(c.post.brought[one.id] for one in others)
        assert fastest_minute(times) <= SLACKS_LIMIT
        assert refused(c) == 0
        assert times[-1] - times[0] < 1500 / SLACKS_LIMIT * 60 * 1.25
        assert c.post.most_tasks < 40


async def test_who_opens_a_home_meanwhile_does_not_wait_for_the_others() -> None:
    async with crowd() as c:
        leads, _ = await c.gathers(80, 0)
        c.no_more_leads()
        await c.slack.until(lambda: len(c.post.taken) >= 20, within=15)
        ivy = c.slack.person("ivy", groups=["support"])
        opened = c.clock.monotonic()
        c.opens(ivy)
        await c.slack.until(lambda: ivy.id in c.slack.workspace.homes, within=15)
        waited, done = c.clock.monotonic() - opened, len(c.post.taken)
        await c.settled()

        assert waited < 5
        assert done < 30
        assert c.told(leads) == 0


async def test_where_slack_takes_fewer_than_it_says_its_word_is_heeded_by_all() -> None:
    async with crowd(a_minute=30) as c:
        leads, _ = await c.gathers(60, 0)
        began = c.clock.monotonic()
        c.no_more_leads()
        await c.settled()

        assert c.told(leads) == 0
        assert refused(c) <= 4 * 5
        assert c.clock.monotonic() - began < 60 / 30 * 60 * 2


async def test_while_slack_takes_none_homes_wait_and_are_right_in_the_end() -> None:
    async with crowd() as c:
        leads, _ = await c.gathers(30, 0)
        c.slack.workspace.faults.down(PUBLISH, times=40)
        c.no_more_leads()
        await c.settled()

        assert c.told(leads) == 0


async def test_while_slack_does_not_say_who_is_who_nobodys_home_is_emptied() -> None:
    async with crowd() as c:
        leads, _ = await c.gathers(20, 0)
        for method in ("users.list", "users.info", "usergroups.list"):
            c.slack.workspace.faults.down(method, times=8)
        c.hears("anything")
        await c.settled()

        homes = c.slack.workspace.homes
        assert c.told(leads) == 20
        assert not any("does not answer" in str(home.body) for home in homes.values())
