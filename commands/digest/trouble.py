"""How an incident is told in a line or two, for whoever was not there."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from bot.authoring import Incident, Item, Press, Role, Severity
from commands.digest.remedies import Remedies
from commands.digest.words import span

SIGNS: Mapping[Severity, str] = MappingProxyType(
    {Severity.SEV1: "🔴", Severity.SEV2: "🟠", Severity.SEV3: "🟡", Severity.SEV4: "⚪"}
)
"""The sign of each severity, as everywhere."""


def item_of(one: Incident, now: datetime, remedies: Remedies) -> Item:
    """Tell of *one* what it is, how old it is, who leads and when the next word is due."""
    said = (
        f"{one.short}, {one.status}, {span(now - one.began)} old",
        leads(one),
        due(one, now),
        f"#{one.room_name}" if one.room else "no channel",
    )
    which = {"incident": one.short}
    joining = Press(label=f"Join {one.short}", operation="incident.join", params=which)
    telling = Press(
        label=f"Update {one.short}", operation="incident.update", params=which, fill=True
    )
    presses = remedies.offer(joining if one.room else None, telling)
    return Item(title=title_of(one), text=" · ".join(said), presses=presses)


def title_of(one: Incident) -> str:
    """Return what *one* is called at a glance."""
    shut = " 🔒" if one.private else ""
    return f"{SIGNS[one.severity]} {one.severity} {one.title}{shut}"


def leads(one: Incident) -> str:
    """Say who leads *one*."""
    lead = one.roles.get(Role.COMMANDER)
    return f"{lead.name} leads" if lead else "nobody leads"


def due(one: Incident, now: datetime) -> str:
    """Say when the next update of *one* is due, or since when."""
    if one.next_update_at is None:
        return "no update due"
    if is_late(one, now):
        return f"update overdue by {span(now - one.next_update_at)}"
    return f"next update in {span(one.next_update_at - now)}"


def is_late(one: Incident, now: datetime) -> bool:
    """Say whether the next update of *one* should have come."""
    return one.next_update_at is not None and one.next_update_at < now
