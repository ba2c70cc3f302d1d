"""The whole bot with all its vendors around it, and something that burns."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.domain.clock import Clock, SystemClock
from bot.domain.incident import Incident, Limb
from bot.pipeline.incidents.desk import IncidentDesk
from playground.jira import PretendJira
from playground.model import Channel, Person
from playground.pagerduty import PretendPagerDuty
from playground.pagerduty_state import Service, User
from playground.screen import SeenMessage
from playground.statuspage import PretendStatuspage
from tests.world import World, world

WITHIN = 30.0
"""Seconds that something may take on a slow machine until it is seen."""


@dataclass(frozen=True)
class Fire:
    """A world with vendors: Grace is on call for the checkout, Linus behind her."""

    world: World
    pagerduty: PretendPagerDuty
    jira: PretendJira
    page: PretendStatuspage
    checkout: Service
    grace: Person
    on_call: User
    behind: User
    news: Channel

    @property
    def desk(self) -> IncidentDesk:
        """Return what the bot keeps incidents with."""
        return self.world.bot.troubles.desk

    async def declares(
        self, words: str = "severity=SEV2 service=checkout", **more: Any
    ) -> Incident:
        """Let Ada declare that the checkout fails, and wait until the press has ended."""
        slack, ada = self.world.slack, self.world.ada
        line = f"/ops incident.declare title='Checkout fails' {words}"
        await slack.types(more.get("who", ada), line, more.get("where", self.world.ops))
        return await self.pressed()

    async def pressed(self, number: int = 1) -> Incident:
        """Wait until the press of incident *number* has ended, and return it."""
        return await self.until(_is_over, number)

    async def until(self, wanted: Callable[[Incident], object], number: int = 1) -> Incident:
        """Wait until incident *number* is as *wanted*, and return it."""
        clock = SystemClock()
        until = clock.monotonic() + WITHIN
        found: Incident | None = None
        while clock.monotonic() < until:
            found = await self.desk.shelf.numbered(self.world.slack.team_id, number)
            if found is not None and wanted(found):
                return found
            await clock.sleep(0.05)
        raise AssertionError(f"It never came to that: {found}")

    async def told(self, incident: Incident) -> list[str]:
        """Return the lines of the timeline."""
        return [moment.text for moment in await self.desk.timeline(incident.id)]

    def room(self, incident: Incident) -> list[SeenMessage]:
        """Return what stands in the incident's room, as Ada sees it."""
        seen = self.world.slack.sees(self.world.ada).messages
        return [m for m in seen if m.said.channel == incident.room]

    async def reads(self, incident: Incident, words: str) -> SeenMessage:
        """Wait until *words* stand in the incident's room."""

        def there() -> list[SeenMessage]:
            return [m for m in self.room(incident) if words in m.text]

        await self.world.slack.until(there, WITHIN)
        return there()[-1]

    def rooms(self) -> list[Channel]:
        """Return the channels that the bot has opened."""
        channels = self.world.slack.workspace.channels.values()
        return [c for c in channels if c.name.startswith(("inc-", "drill-"))]


def limb(incident: Incident, name: str) -> Limb:
    """Return the limb *name*, which must be there."""
    found = incident.limb(name)
    assert found is not None, f"{incident.short} has no limb {name!r}"
    return found


def _is_over(incident: Incident) -> bool:
    states = {one.state.value for one in incident.limbs}
    return bool(states) and not states & {"planned", "running"}


@asynccontextmanager
async def fire(
    folder: Path,
    clock: Clock | None = None,
    *,
    incident: Mapping[str, Any] | None = None,
    alone: bool = False,
    **more: Any,
) -> AsyncIterator[Fire]:
    """Start the bot and its vendors in *folder*; *incident* are settings of that table."""
    wall = clock or SystemClock()
    async with (
        PretendPagerDuty(wall).open() as pagerduty,
        PretendJira(wall).open() as jira,
        PretendStatuspage(wall).open() as page,
    ):
        on_call = pagerduty.add_person("Grace Okonjo", "grace@example.com", ["+49 30 901820"])
        behind = pagerduty.add_person("Linus Park", "linus@example.com", ["+49 30 901821"])
        pagerduty.add_person("Redbutton", "bot@example.com", [])
        checkout = pagerduty.add_service("Checkout", [[on_call], [behind]])
        jira.add_project("OPS", "Operations")
        page.add_component("Checkout")
        told = {
            "PAGERDUTY_API_TOKEN": pagerduty.token,
            "PAGERDUTY_FROM": "bot@example.com",
            "PAGERDUTY_API_URL": pagerduty.url,
            "JIRA_URL": jira.url,
            "JIRA_EMAIL": jira.email,
            "JIRA_API_TOKEN": jira.token,
            "STATUSPAGE_API_KEY": page.key,
            "jira": {"project": "OPS"},
            "statuspage": {"page": page.page, "url": page.api},
            "incident": _incident(checkout, incident or {}),
        }
        async with world(folder, clock, alone=alone, **(told | more)) as made:
            grace = made.slack.person("grace", groups=["sre"])
            news = made.slack.channel("incidents", members=[made.ada, made.sam])
            yield Fire(made, pagerduty, jira, page, checkout, grace, on_call, behind, news)


def _incident(checkout: Service, more: Mapping[str, Any]) -> dict[str, Any]:
    service = {"pager": checkout.id, "components": ["Checkout"]}
    return {"services": {"checkout": service}, **more}
