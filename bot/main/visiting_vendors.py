"""What the vendors of incidents say of themselves: the last part of `redbutton doctor`."""

import asyncio

from bot.cli.workshop import Finding
from bot.domain.clock import Clock
from bot.domain.errors import IntegrationError, Misconfigured
from bot.main.vendors import reached
from bot.settings import Settings
from integrations.jira.adapter import Jira
from integrations.pagerduty.adapter import PagerDuty
from integrations.statuspage.adapter import Statuspage


async def at_vendors(settings: Settings, clock: Clock) -> list[Finding]:
    """Ask every vendor that is set up, all at once, whether it lets the bot in."""
    try:
        known = reached(settings, clock)
    except Misconfigured as wrong:
        return [Finding("vendors", ok=False, said=wrong.message, fix=wrong.fix)]
    try:
        return list(await asyncio.gather(*(_asked(name, one) for name, one in known.items())))
    finally:
        for one in known.values():
            await one.close()


async def _asked(name: str, vendor: PagerDuty | Jira | Statuspage) -> Finding:
    try:
        await vendor.check()
    except IntegrationError as error:
        return Finding(name, ok=False, said=error.message, fix=error.fix)
    return Finding(name, ok=True, said="It answers, and lets the bot in.")
