"""What `redbutton doctor` finds out about a press before there is a fire."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.cli.workshop import Finding
from bot.domain.clock import SystemClock
from bot.main.asking import at_vendors
from bot.main.pressing import pressed
from bot.main.visiting import at_slack
from bot.settings import Settings
from playground.driver import PretendSlack
from playground.jira import PretendJira
from playground.pagerduty import PretendPagerDuty
from playground.statuspage import PretendStatuspage
from tests.operator.place import Place, Said, place_at, settings_of

SETTINGS = """
[jira]
project = "OPS"

[statuspage]
page = "{page.page}"
url = "{page.api}"

[incident]
announce = "{news}"
pager = "PCHECK1"

[incident.services.checkout]
pager = "PPAY1"
components = ["Checkout"]

[incident.severities.SEV1]
groups = ["leads"]
"""


@dataclass(frozen=True)
class Around:
    """A place with every vendor around it."""

    slack: PretendSlack
    pagerduty: PretendPagerDuty
    jira: PretendJira
    page: PretendStatuspage
    place: Place

    def configure(self, news: str) -> None:
        """Write the settings; *news* is the channel where incidents are made known."""
        told = SETTINGS.format(page=self.page, news=news)
        self.place.configure(settings_of(self.place.folder, told))

    async def found(self, **environ: str) -> dict[str, Finding]:
        """Return what Slack and the vendors tell, by its name; *environ* is more of it."""
        told = {**self.place.environ, "REDBUTTON_CONFIG": str(self.place.config), **environ}
        settings, clock = Settings.load(told), SystemClock()
        findings = [*await at_slack(settings, clock), *await at_vendors(settings, clock)]
        return {one.name: one for one in findings}


@asynccontextmanager
async def around(folder: Path) -> AsyncIterator[Around]:
    """Furnish *folder*, and start every vendor."""
    clock = SystemClock()
    async with (
        PretendSlack.open() as slack,
        PretendPagerDuty(clock).open() as pagerduty,
        PretendJira(clock).open() as jira,
        PretendStatuspage(clock).open() as page,
    ):
        pagerduty.add_person("Redbutton", "bot@example.com", [])
        vendors = {
            "PAGERDUTY_API_TOKEN": pagerduty.token,
            "PAGERDUTY_FROM": "bot@example.com",
            "PAGERDUTY_API_URL": pagerduty.url,
            "JIRA_URL": jira.url,
            "JIRA_EMAIL": jira.email,
            "JIRA_API_TOKEN": jira.token,
            "STATUSPAGE_API_KEY": page.key,
        }
        yield Around(slack, pagerduty, jira, page, place_at(folder, slack, vendors))


def told(said: Said) -> dict[str, tuple[bool | None, str]]:
    """Return what was found of each thing, and the sentences, by its name."""
    return {one["name"]: (one["ok"], f"{one['said']} {one['fix']}") for one in said.json}


async def test_a_press_that_would_work_is_found_well(tmp_path: Path) -> None:
    async with around(tmp_path) as here:
        grace = here.pagerduty.add_person("Grace Okonjo", "grace@example.com", [])
        here.pagerduty.add_service("Checkout", [[grace]], key="PCHECK1")
        here.pagerduty.add_service("Payments", [[grace]], key="PPAY1")
        here.page.add_component("Checkout")
        leads = here.slack.person("lin", groups=["leads"])
        here.configure(here.slack.channel("incidents", members=[leads]).id)
        found = await here.found()

    assert [name for name, one in found.items() if one.ok is False] == []
    said = {name: one.said for name, one in found.items()}
    assert said["pagerduty"].startswith("PagerDuty lets the bot in; it answered in ")
    assert said["on call for service 'checkout'"] == "Grace Okonjo would be woken now for 'PPAY1'."
    assert said["ticket"] == "A 'Task' can be made in 'OPS'."
    assert said["announce"] == "Incidents are made known in #incidents."
    assert said["group leads"] == "1 would be called in for 'SEV1'."
    assert {"jira", "statuspage", "components", "channels"} <= found.keys()


async def test_each_thing_that_would_fail_is_found_with_its_cure(tmp_path: Path) -> None:
    async with around(tmp_path) as here:
        here.pagerduty.add_service("Checkout", [[]], key="PCHECK1")
        here.jira.add_project("OPS", "Operations", required_fields={"customfield_1": "Team"})
        here.page.add_component("Search")
        here.slack.workspace.scopes.remove("groups:write")
        here.configure(here.slack.channel("incidents", with_bot=False).id)
        found = await here.found()

    wrong = {n: f"{one.said} {one.fix}" for n, one in found.items() if one.ok is False}
    assert wrong.keys() == {
        "scopes",
        "channels",
        "announce",
        "group leads",
        "on call for pager",
        "on call for service 'checkout'",
        "ticket",
        "components",
    }
    assert "lacks groups:write" in wrong["channels"]
    assert "`/invite @Redbutton`" in wrong["announce"]
    assert "no usergroup 'leads'" in wrong["group leads"]
    assert "a page would wake nobody" in wrong["on call for pager"]
    assert "`[incident]`" in wrong["on call for service 'checkout'"]
    assert "customfield_1 (Team)" in wrong["ticket"]
    assert "`[jira.fields]`" in wrong["ticket"]
    assert "'Checkout' (of 'checkout')" in wrong["components"]


async def test_a_vendor_that_lets_nobody_in_is_named_and_its_secret_is_not_shown(
    tmp_path: Path,
) -> None:
    async with around(tmp_path) as here:
        here.configure("C0NOWHERE")
        found = await here.found(JIRA_API_TOKEN="revoked-long-ago")

    assert (found["jira"].ok, found["statuspage"].ok) == (False, True)
    assert "JIRA_API_TOKEN" in found["jira"].fix
    assert "ticket" not in found
    assert "revoked-long-ago" not in str(found)


async def test_the_button_is_pressed_in_a_sandbox_and_no_vendor_is_touched(tmp_path: Path) -> None:
    async with around(tmp_path) as here:
        here.configure("C0NOWHERE")
        said = await here.place.types("doctor", "--press", "--json")
        asked = [*here.pagerduty.sent, *here.jira.sent, *here.page.sent]
        seen = [*here.slack.workspace.channels.values()]

    found = told(said)
    assert (said.code, said.err) == (0, "")
    assert "did 4 of 4 things; no vendor was asked" in found["press"][1]
    assert {"press: page", "press: room", "press: people", "press: ticket"} <= found.keys()
    assert "#drill-" in found["press: room"][1]
    assert "s after the press." in found["press: page"][1]
    assert (asked, seen) == ([], [])
    assert not (here.place.var / "redbutton.db").exists()


async def test_a_press_that_the_rules_refuse_says_so(tmp_path: Path) -> None:
    rules = tmp_path / "mine.cedar"
    rules.write_text(
        '@id("no-drills")\n@doc("Nobody rehearses on Fridays.")\n'
        'forbid (principal, action == Action::"incident.drill", resource);\n'
    )

    [press] = await pressed(Settings.model_validate({"policy": {"paths": (rules,)}}))

    assert press.ok is False
    assert "Nobody rehearses on Fridays." in press.said
    assert "`incident.drill`" in press.fix
