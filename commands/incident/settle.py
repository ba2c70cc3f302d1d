"""Say what became of a change."""

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
    operation,
)
from commands.incident.acting import meant, moment, not_merged, sentence
from commands.incident.choices import Which
from commands.incident.undoing import change_of, with_change


class SettleChange(Params):
    change: str = Field(min_length=1, max_length=40)
    """The number of the change, as `incident.changes` lists it."""

    outcome: Settled
    """Undone: it was taken back. Accepted: it stays."""

    reason: str = Field("", max_length=200)
    """Why it may stay, or how it was taken back."""

    incident: Which = ""
    """Which incident; left out, that of the channel."""


@operation("incident.settle", risk=Risk.CHANGE)
async def settle_change(params: SettleChange, ctx: Context, *, incidents: Incidents) -> Result:
    """Say that a change was undone, or that it stays."""
    before = await meant(params.incident, ctx, incidents)
    not_merged(before)
    number, meant_one = change_of(before, params.change)

    def settled(incident: Incident) -> Incident:
        _, change = change_of(incident, meant_one.invocation)
        if change.settled is not None:
            raise Refused(
                f"Change {number} of {incident.short} is {change.settled} already.",
                fix="Nothing is left to do.",
            )
        update = {"settled": params.outcome, "settled_by": ctx.actor.id}
        return with_change(incident, change.model_copy(update=update))

    why = f" {sentence(params.reason)}" if params.reason else ""
    line = f"{ctx.actor.name} says that this is {params.outcome}: {meant_one.told}.{why}"
    told = moment(ctx, "settle", MomentKind.OPERATION, line)
    incident = await incidents.change(before.id, settled, told)
    left = len(incident.in_force)
    return Result(f"Change {number} of {incident.short} is {params.outcome}; {left} in force.")
