"""Tell everybody outside the room."""

from typing import Annotated

from pydantic import Field

from bot.authoring import (
    Context,
    Incident,
    Incidents,
    LongText,
    MomentKind,
    Params,
    Prompt,
    Refused,
    Result,
    Risk,
    operation,
)
from commands.incident.acting import from_elsewhere, meant, moment, not_ended
from commands.incident.choices import Which


class TellStakeholders(Params):
    message: Annotated[LongText, Field(min_length=3, max_length=2000)]
    """What everybody in the company may read: what is hurt, and what is being done."""

    incident: Which = ""
    """Which incident; left out, that of the channel."""


@operation("incident.stakeholders", risk=Risk.CHANGE)
async def tell_stakeholders(
    params: TellStakeholders, ctx: Context, *, incidents: Incidents
) -> Result:
    """Say what everybody outside reads in the announcement."""
    before = await meant(params.incident, ctx, incidents)

    def told_all(incident: Incident) -> Incident:
        not_ended(incident)
        if incident.private:
            raise Refused(
                f"{incident.short} is private, so nobody outside is told of it.",
                fix="`/incident update` tells those who are in it.",
            )
        return incident.with_(stakeholders=params.message)

    line = f"Everybody was told: {params.message}"
    told = moment(ctx, "stakeholders", MomentKind.UPDATE, line)
    say = from_elsewhere(ctx, before, "stakeholders", Prompt(message=line))
    incident = await incidents.change(before.id, told_all, told, say=say)
    if await incidents.posted(incident.id, "announcement") is None:
        return Result(f"{incident.short} has no announcement so far; it will say: {params.message}")
    return Result(f"The announcement of {incident.short} is to say: {params.message}")
