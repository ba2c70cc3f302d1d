"""Close an incident."""

from pydantic import Field

from bot.authoring import (
    Context,
    Incident,
    Incidents,
    MomentKind,
    Params,
    Refused,
    Result,
    Risk,
    Settled,
    Status,
    operation,
)
from commands.incident.acting import happened, in_room, meant, moment, not_ended, sentence
from commands.incident.choices import Which
from commands.incident.ending import ended, farewell, hold_while_in_force, settled
from commands.incident.undoing import count


class CloseIncident(Params):
    reason: str = Field("", max_length=300)
    """What it was, in one sentence."""

    accept_changes: bool = False
    """Whether all that is in force stays as it is."""

    incident: Which = ""
    """Which incident; left out, that of the channel."""


@operation("incident.close", risk=Risk.CHANGE)
async def close_incident(params: CloseIncident, ctx: Context, *, incidents: Incidents) -> Result:
    """Close an incident that is resolved."""
    before, now = await meant(params.incident, ctx, incidents), ctx.clock.now()
    if not await happened(ctx, incidents, before, "close"):
        _resolved(before)
        if not params.accept_changes:
            await hold_while_in_force(ctx, incidents, before, "Closing")

    def closed(incident: Incident) -> Incident:
        _resolved(incident)
        if params.accept_changes:
            incident = _accepted(incident, ctx.actor.id)
        settled(incident)
        return ended(incident, Status.CLOSED, params.reason, now)

    why = f": {sentence(params.reason)}" if params.reason else "."
    stays = len(before.in_force)
    staying = f" {count(stays)} in force and stays so." if stays == 1 else ""
    staying = f" {count(stays)} in force and stay so." if stays > 1 else staying
    line = f"{ctx.actor.name} closed it{why}{staying}"
    told = moment(ctx, "close", MomentKind.ENDED, line)
    say = in_room(ctx, before, "close", farewell(before, line))
    incident = await incidents.change(before.id, closed, told, say=say)
    return Result(f"{incident.short} is closed.")


def _resolved(incident: Incident) -> None:
    not_ended(incident)
    if incident.status is not Status.RESOLVED:
        raise Refused(
            f"{incident.short} is {incident.status}, so it was not closed.",
            fix="`/incident status resolved` comes first; `/incident cancel` for a false alarm.",
        )


def _accepted(incident: Incident, by: str) -> Incident:
    update = {"settled": Settled.ACCEPTED, "settled_by": by}
    changes = (c.model_copy(update=update) if c.settled is None else c for c in incident.changes)
    return incident.with_(changes=tuple(changes))
