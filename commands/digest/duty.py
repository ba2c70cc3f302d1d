"""Who is on call for what the plan names, by the pager; where it is silent, as was known last."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from bot.authoring import Contact, Incidents, IntegrationError, Plan
from commands.digest.words import clock, span
from integrations.ports import Pager, Shift

MOST = 8
"""Services that are told: more do not fit a screen."""


class Duty(BaseModel):
    """Who has one service now. *said* is why the pager did not tell, empty where it did."""

    model_config = ConfigDict(frozen=True)

    service: str
    pager: str
    shifts: tuple[Shift, ...] = ()
    said: str = ""


async def duties(plan: Plan, pager: Pager) -> tuple[Duty, ...]:
    """Ask who is on call for each service of *plan*, all at once."""
    return tuple(await asyncio.gather(*(_ask(one, pager) for one in unknown(plan))))


def unknown(plan: Plan, said: str = "") -> tuple[Duty, ...]:
    """Return each service of *plan* for which people are paged; *said* is why no more is known."""
    named = {service.pager: service.name for service in plan.services if service.pager}
    if plan.pager:
        named.setdefault(plan.pager, "everything else")
    pairs = list(named.items())[:MOST]
    return tuple(Duty(service=name, pager=service, said=said) for service, name in pairs)


async def _ask(one: Duty, pager: Pager) -> Duty:
    try:
        shifts = await pager.shifts(one.pager)
    except IntegrationError as error:
        return one.model_copy(update={"said": error.message})
    return one.model_copy(update={"shifts": tuple(shifts)})


async def line_of(one: Duty, incidents: Incidents, now: datetime, zone: ZoneInfo) -> str:
    """Tell in a line who has *one*, until when, who is next, and who had it before."""
    if one.said:
        return f"{one.service}: {_as_known(await incidents.contacts(one.pager), now)}"
    before = _before(await incidents.relieved(one.pager), one)
    return f"{one.service}: {_on_duty(one.shifts, now, zone)}{before}"


def _on_duty(shifts: Sequence[Shift], now: datetime, zone: ZoneInfo) -> str:
    if not shifts:
        return "nobody!"
    first, *rest = shifts
    until = f" until {clock(first.until, now, zone)}" if first.until else ""
    names = dict.fromkeys(s.who.name for s in rest if s.who.id != first.who.id)
    then = f", then {', '.join(list(names)[:2])}" if names else ""
    return f"{first.who.name}{until}{then}"


def _before(contacts: Sequence[Contact], one: Duty) -> str:
    """Say who handed over, where that is known and somebody else."""
    had = next(iter(contacts), None)
    if had is None or any(shift.who.name == had.name for shift in one.shifts[:1]):
        return ""
    return f"; before: {had.name}"


def _as_known(contacts: Sequence[Contact], now: datetime) -> str:
    if not contacts:
        return "not known"
    names = ", then ".join(contact.name for contact in contacts[:3])
    return f"{names}, as of {span(now - contacts[0].at)} ago"
