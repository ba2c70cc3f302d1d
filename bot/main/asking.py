"""What only the vendors can tell: the last part of `redbutton doctor`."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from bot.cli.workshop import Finding
from bot.domain.clock import Clock
from bot.domain.errors import IntegrationError, Misconfigured, Rejected
from bot.main.vendors import Vendors, missing, vendors_of
from bot.settings import Settings
from integrations.jira.adapter import Jira
from integrations.pagerduty.adapter import PagerDuty
from integrations.ports import Pager
from integrations.slack.client import SlackClient
from integrations.slack.config import SlackConfig
from integrations.statuspage.adapter import Statuspage


async def at_vendors(settings: Settings, clock: Clock) -> list[Finding]:
    """Ask each vendor that is set up whether it lets the bot in, and has what the settings name."""
    client = await SlackClient.open(SlackConfig("xoxb-nobody", settings.api_url))
    try:
        vendors = vendors_of(settings, client, clock, _nobody)
    except Misconfigured as wrong:
        await client.close()
        return [Finding("vendors", ok=False, said=wrong.message, fix=wrong.fix)]
    try:
        found = await asyncio.gather(*(_asked(one, settings, clock) for one in vendors.all))
        return [finding for part in found for finding in part] + list(_absent(settings, vendors))
    finally:
        await vendors.close()
        await client.close()


async def _nobody(email: str) -> str | None:
    """Know nobody in Slack: here nobody is brought in."""
    del email
    await asyncio.sleep(0)
    return None


def _absent(settings: Settings, vendors: Vendors) -> Iterator[Finding]:
    """Tell of the vendors that are not set up, where incidents are met here at all."""
    if vendors.all or "incident" in settings.model_fields_set:
        yield from (Finding("vendors", ok=None, said=said) for said in missing(settings))


async def _asked(
    vendor: PagerDuty | Jira | Statuspage, settings: Settings, clock: Clock
) -> list[Finding]:
    """Ask *vendor* who we are there and, where it lets us in, for what the settings name."""
    match vendor:
        case PagerDuty():
            visit = _Visit("PagerDuty", vendor.check, partial(_on_call, vendor, settings))
            return await visit.findings(clock)
        case Jira():
            visit = _Visit("Jira", vendor.check, partial(_form, vendor, settings))
            return await visit.findings(clock)
        case Statuspage():
            visit = _Visit("Statuspage", vendor.check, partial(_components, vendor, settings))
            return await visit.findings(clock)


@dataclass(frozen=True)
class _Visit:
    """How one vendor is asked: first whether it lets us in, and then for *more*."""

    vendor: str
    check: Callable[[], Awaitable[None]]
    more: Callable[[], Awaitable[list[Finding]]]

    async def findings(self, clock: Clock) -> list[Finding]:
        """Return what was found."""
        name, began = self.vendor.lower(), clock.monotonic()
        try:
            await self.check()
        except IntegrationError as error:
            return [_wrong(name, error)]
        took = clock.monotonic() - began
        said = f"{self.vendor} lets the bot in; it answered in {took:.1f} s."
        return [Finding(name, ok=True, said=said), *await self.more()]


async def _on_call(pager: Pager, settings: Settings) -> list[Finding]:
    """See that each service that may be paged is there, and has somebody on call now."""
    told = settings.incident
    named = {s.pager: f"service {name!r}" for name, s in told.services.items() if s.pager}
    usual = {told.fallback: "`fallback`", told.pager: "`pager`"}
    wanted = {**named, **{key: words for key, words in usual.items() if key}}
    found = [_watched(pager, service, words) for service, words in wanted.items()]
    if told.drill_pager:
        found.append(_watched(pager, told.drill_pager, "`drill_pager`", quiet=True))
    if not wanted:
        return [
            Finding(
                "on call",
                ok=None,
                said="No service of the pager is named: a press pages nobody.",
                fix="Set `pager` in `[incident]`, or for each service.",
            ),
            *await asyncio.gather(*found),
        ]
    return list(await asyncio.gather(*found))


async def _watched(pager: Pager, service: str, words: str, *, quiet: bool = False) -> Finding:
    """See who is on call for *service*; a *quiet* one may have nobody."""
    name = f"on call for {words.replace('`', '')}"
    try:
        shifts = await pager.shifts(service)
    except Rejected as no:
        cure = f"{no.fix} Correct {words} in `[incident]`."
        return Finding(name, ok=False, said=no.message, fix=cure.strip())
    except IntegrationError as error:
        return _wrong(name, error)
    if shifts:
        first = ", ".join(dict.fromkeys(s.who.name for s in shifts if s.level == shifts[0].level))
        return Finding(name, ok=True, said=f"{first} would be woken now for {service!r}.")
    if quiet:
        return Finding(name, ok=True, said=f"A drill pages {service!r}, which wakes nobody.")
    return Finding(
        name,
        ok=False,
        said=f"Nobody is on call for {service!r} now: a page would wake nobody.",
        fix="Put somebody on its escalation policy at PagerDuty.",
    )


async def _form(jira: Jira, settings: Settings) -> list[Finding]:
    """See that a ticket could be made: the project, its type, and every field that it must have."""
    kind, project = settings.jira.type, settings.jira.project
    try:
        lacking = await jira.unfilled()
    except IntegrationError as error:
        return [_wrong("ticket", error)]
    if not lacking:
        return [Finding("ticket", ok=True, said=f"A {kind!r} can be made in {project!r}.")]
    first = lacking[0].partition(" ")[0]
    return [
        Finding(
            "ticket",
            ok=False,
            said=f"A {kind!r} in {project!r} must have what nobody fills: {', '.join(lacking)}.",
            fix=f'Name a default in `[jira.fields]`, like `{first} = {{ value = "…" }}`.',
        )
    ]


async def _components(page: Statuspage, settings: Settings) -> list[Finding]:
    """See that the page has the components that the settings name."""
    wanted = {c: name for name, s in settings.incident.services.items() for c in s.components}
    if not wanted:
        return []
    try:
        shown = await page.components()
    except IntegrationError as error:
        return [_wrong("components", error)]
    known = {one.id for one in shown} | {one.name for one in shown}
    lost = [f"{part!r} (of {name!r})" for part, name in wanted.items() if part not in known]
    if not lost:
        return [Finding("components", ok=True, said="The page has every component named here.")]
    names: Sequence[str] = [one.name for one in shown]
    return [
        Finding(
            "components",
            ok=False,
            said=f"The status page has no {', '.join(lost)}.",
            fix=f"Correct `components` in `[incident.services]`; it has {', '.join(names[:20])}.",
        )
    ]


def _wrong(name: str, error: IntegrationError) -> Finding:
    return Finding(name, ok=False, said=error.message, fix=error.fix)
