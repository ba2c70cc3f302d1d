"""The pretend vendors of the demo: who is on call, where tickets are, what customers read."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from bot.domain.clock import Clock
from playground.cast import Cast
from playground.jira import PretendJira
from playground.page.around import Switch, Thing
from playground.page.jira import jira_thing
from playground.page.pagerduty import pagerduty_thing
from playground.page.statuspage import statuspage_thing
from playground.pagerduty import PretendPagerDuty
from playground.statuspage import PretendStatuspage

PAGERDUTY_SECRET, JIRA_SECRET = "pretend-pagerduty-secret", "pretend-jira-secret"

CONFIG = """
[jira]
project = "OPS"
browse = "https://pretend.atlassian.net"

[statuspage]
page = "{page.page}"
url = "{page.api}"

[incident]
announce = "{cast.incidents.id}"
bridge = "https://meet.example.com/{{name}}"
acknowledge = 60

[incident.severities.SEV1]
groups = ["sre", "support-leads"]

[incident.services.checkout]
pager = "{checkout}"
components = ["Checkout"]

[incident.services.search]
pager = "{search}"
components = ["Search"]
"""


@dataclass(frozen=True)
class DemoVendors:
    """All of them, on loopback."""

    pagerduty: PretendPagerDuty
    jira: PretendJira
    page: PretendStatuspage
    checkout: str
    search: str

    def config(self, cast: Cast) -> str:
        """Return what `redbutton.toml` says of them."""
        told = {"cast": cast, "page": self.page, "checkout": self.checkout, "search": self.search}
        return CONFIG.format(**told)

    def environ(self) -> Mapping[str, str]:
        """Return the bot's variables for them."""
        return {
            "PAGERDUTY_API_TOKEN": self.pagerduty.token,
            "PAGERDUTY_FROM": "redbutton@example.com",
            "PAGERDUTY_API_URL": self.pagerduty.url,
            "PAGERDUTY_WEBHOOK_SECRET": PAGERDUTY_SECRET,
            "JIRA_URL": self.jira.url,
            "JIRA_EMAIL": self.jira.email,
            "JIRA_API_TOKEN": self.jira.token,
            "JIRA_WEBHOOK_SECRET": JIRA_SECRET,
            "STATUSPAGE_API_KEY": self.page.key,
        }

    def hook(self, port: int) -> None:
        """Have news sent to the bot that listens at *port*."""
        self.pagerduty.hook(f"http://127.0.0.1:{port}/webhooks/pagerduty", PAGERDUTY_SECRET)
        self.jira.hook(f"http://127.0.0.1:{port}/webhooks/jira", JIRA_SECRET)

    def things(self) -> tuple[Thing, ...]:
        """Return a page for each."""
        return (
            pagerduty_thing(self.pagerduty),
            jira_thing(self.jira),
            statuspage_thing(self.page),
        )

    def switches(self) -> tuple[Switch, ...]:
        """Return what people who are paged can do."""

        def answer(_: bool) -> None:  # noqa: FBT001  It is what every switch is told.
            for page in self.pagerduty.pages:
                if page.state == "triggered" and page.assigned:
                    self.pagerduty.acknowledges(page, page.assigned[0])

        label = "Whoever is paged answers"
        return (Switch("pager-answers", label, lambda: False, answer, once=True),)


@asynccontextmanager
async def vendors(clock: Clock) -> AsyncIterator[DemoVendors]:
    """Open the vendors until the block ends."""
    async with AsyncExitStack() as stack:
        pagerduty = await stack.enter_async_context(PretendPagerDuty(clock).open())
        jira = await stack.enter_async_context(PretendJira(clock).open())
        page = await stack.enter_async_context(PretendStatuspage(clock).open())
        eva = pagerduty.add_person("Eva", "eva@example.com", ["+49 30 901820"])
        mia = pagerduty.add_person("Mia", "mia@example.com", ["+1 212 555 0117"])
        pagerduty.add_person("Redbutton", "redbutton@example.com", [])
        checkout = pagerduty.add_service("Checkout", [[eva], [mia]])
        search = pagerduty.add_service("Search", [[mia], [eva]])
        jira.add_project("OPS", "Operations")
        page.add_component("Checkout")
        page.add_component("Search")
        yield DemoVendors(pagerduty, jira, page, checkout.id, search.id)
