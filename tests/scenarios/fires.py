"""The whole bot with all its vendors around it, and something that burns."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.domain.clock import Clock, SystemClock
from bot.domain.incident import Incident, Limb
from bot.pipeline.incidents.desk import IncidentDesk
from playground.driver import PretendSlack
from playground.jira import PretendJira
from playground.model import Channel, Message, Person
from playground.pagerduty import PretendPagerDuty
from playground.pagerduty_state import Service, User
from playground.render import lines
from playground.screen import SeenMessage, name_of
from playground.statuspage import PretendStatuspage
from tests.scenarios.truth import headers_of
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
    def slack(self) -> PretendSlack:
        """Return the workspace."""
        return self.world.slack

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

    def header(self, incident: Incident) -> SeenMessage:
        """Return the message in the incident's room that shows how it stands."""
        headers = {m.ts for m in headers_of(self, incident)}
        return next(m for m in self.seen() if m.ts in headers)

    def offers(self, incident: Incident, label: str) -> bool:
        """Say whether the header has the button *label* now."""
        known = {m.ts for m in headers_of(self, incident)}
        return any(b.text == label for m in self.seen() if m.ts in known for b in m.buttons)

    def seen(self) -> tuple[SeenMessage, ...]:
        """Return all that Ada sees."""
        return self.slack.sees(self.world.ada).messages

    def text_of(self, said: Message) -> str:
        """Return what *said* reads, for whoever is in its channel."""
        return "\n".join(lines(said.blocks, lambda key: name_of(self.slack.workspace, key)))

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


@dataclass(frozen=True)
class Vendors:
    """The vendors alone: Grace is on call for the checkout, Linus behind her."""

    pagerduty: PretendPagerDuty
    jira: PretendJira
    page: PretendStatuspage
    checkout: Service
    on_call: User
    behind: User

    def settings(self, incident: Mapping[str, Any]) -> dict[str, Any]:
        """Return the settings by which a bot meets them; *incident* are more of that table."""
        return {
            "PAGERDUTY_API_TOKEN": self.pagerduty.token,
            "PAGERDUTY_FROM": "bot@example.com",
            "PAGERDUTY_API_URL": self.pagerduty.url,
            "JIRA_URL": self.jira.url,
            "JIRA_EMAIL": self.jira.email,
            "JIRA_API_TOKEN": self.jira.token,
            "STATUSPAGE_API_KEY": self.page.key,
            "jira": {"project": "OPS"},
            "statuspage": {"page": self.page.page, "url": self.page.api},
            "incident": _incident(self.checkout, incident),
        }


@asynccontextmanager
async def vendors(clock: Clock) -> AsyncIterator[Vendors]:
    """Serve the vendors."""
    async with (
        PretendPagerDuty(clock).open() as pagerduty,
        PretendJira(clock).open() as jira,
        PretendStatuspage(clock).open() as page,
    ):
        on_call = pagerduty.add_person("Grace Okonjo", "grace@example.com", ["+49 30 901820"])
        behind = pagerduty.add_person("Linus Park", "linus@example.com", ["+49 30 901821"])
        pagerduty.add_person("Redbutton", "bot@example.com", [])
        checkout = pagerduty.add_service("Checkout", [[on_call], [behind]])
        jira.add_project("OPS", "Operations")
        page.add_component("Checkout")
        yield Vendors(pagerduty, jira, page, checkout, on_call, behind)


@asynccontextmanager
async def fire(
    folder: Path,
    clock: Clock | None = None,
    *,
    incident: Mapping[str, Any] | Callable[[Vendors], Mapping[str, Any]] | None = None,
    announced: bool = False,
    alone: bool = False,
    **more: Any,
) -> AsyncIterator[Fire]:
    """Start the bot and its vendors in *folder*; *incident* are settings of that table.

    *announced*: incidents are made known in `#incidents`.
    """
    async with vendors(clock or SystemClock()) as around:
        wanted = incident(around) if callable(incident) else (incident or {})
        there: list[Channel] = []
        people: list[Person] = []

        def staged(slack: PretendSlack) -> Mapping[str, Any]:
            # The bot learns at its start who is who, so they are there before.
            people.append(slack.person("grace", groups=["sre"]))
            people.append(slack.person("linus", groups=["sre"]))
            there.append(slack.channel("incidents"))
            announce = {"announce": there[0].id} if announced else {}
            return around.settings(announce | dict(wanted)) | more

        async with world(folder, clock, alone=alone, staged=staged) as made:
            there[0].members += [made.ada.id, made.sam.id]
            yield Fire(
                world=made,
                pagerduty=around.pagerduty,
                jira=around.jira,
                page=around.page,
                checkout=around.checkout,
                grace=people[0],
                on_call=around.on_call,
                behind=around.behind,
                news=there[0],
            )


def _incident(checkout: Service, more: Mapping[str, Any]) -> dict[str, Any]:
    service = {"pager": checkout.id, "components": ["Checkout"], "environment": "prod"}
    return {"services": {"checkout": service}, **more}
