"""Cancel an incident that is none."""

from enum import StrEnum

from pydantic import Field

from bot.authoring import (
    Context,
    Incident,
    Incidents,
    MomentKind,
    Params,
    Result,
    Risk,
    Status,
    operation,
)
from commands.incident.acting import happened, in_room, meant, moment, not_ended, sentence
from commands.incident.choices import Which
from commands.incident.ending import ended, farewell, hold_while_in_force, settled
from commands.incident.pages import resolve_pages
from integrations.ports import Pager


class NoIncident(StrEnum):
    """Why it is none."""

    DUPLICATE = "duplicate"
    FALSE_ALARM = "false_alarm"
    OTHER = "other"


class CancelIncident(Params):
    reason: NoIncident
    """Why it is none. A duplicate is better merged: `incident.merge`."""

    note: str = Field("", max_length=300)
    """What there is to add, in one sentence."""

    incident: Which = ""
    """Which incident; left out, that of the channel."""


@operation("incident.cancel", risk=Risk.CHANGE, timeout=120)
async def cancel_incident(
    params: CancelIncident, ctx: Context, *, incidents: Incidents, pager: Pager
) -> Result:
    """Cancel an incident that is none: a false alarm, a duplicate."""
    before, now = await meant(params.incident, ctx, incidents), ctx.clock.now()
    if not await happened(ctx, incidents, before, "cancel"):
        not_ended(before)
        await hold_while_in_force(ctx, incidents, before, "Cancelling")
    reason = params.reason.value.replace("_", " ")
    why = f"{reason}: {params.note}" if params.note else reason

    def cancelled(incident: Incident) -> Incident:
        not_ended(incident)
        settled(incident)
        return ended(incident, Status.CANCELLED, why, now)

    line = f"{ctx.actor.name} cancelled it, {sentence(why)}"
    told = moment(ctx, "cancel", MomentKind.ENDED, line)
    say = in_room(ctx, before, "cancel", farewell(before, line))
    incident = await incidents.change(before.id, cancelled, told, say=say)
    pages = await resolve_pages(ctx, incidents, pager, incident)
    return Result(" ".join((f"{incident.short} is cancelled.", *pages)))
