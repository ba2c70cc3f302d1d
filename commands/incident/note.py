"""Write a line into the timeline."""

from pydantic import Field

from bot.authoring import (
    Context,
    Incident,
    Incidents,
    MomentKind,
    Params,
    Result,
    Risk,
    operation,
)
from commands.incident.acting import meant, moment, not_merged
from commands.incident.choices import Which


class WriteNote(Params):
    text: str = Field(min_length=2, max_length=500)
    """What was found, decided or tried."""

    incident: Which = ""
    """Which incident; left out, that of the channel."""


@operation("incident.note", risk=Risk.CHANGE)
async def write_note(params: WriteNote, ctx: Context, *, incidents: Incidents) -> Result:
    """Write a line into the timeline; also when all is over."""
    before = await meant(params.incident, ctx, incidents)

    def noted(incident: Incident) -> Incident:
        not_merged(incident)
        return incident

    told = moment(ctx, "note", MomentKind.NOTE, params.text)
    incident = await incidents.change(before.id, noted, told)
    return Result(f"It stands in the timeline of {incident.short}: {params.text}")
