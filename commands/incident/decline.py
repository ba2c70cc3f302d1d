"""Do not take over what is being handed over."""

from pydantic import Field

from bot.authoring import (
    Context,
    Incident,
    Incidents,
    MomentKind,
    Params,
    Press,
    Prompt,
    Result,
    Risk,
    operation,
)
from commands.incident.acting import happened, in_room, meant, moment, sentence, to_person
from commands.incident.choices import Which
from commands.incident.handing import ended, offered_to


class DeclineHandover(Params):
    reason: str = Field("", max_length=200)
    """Why not, so that they can ask the right person next."""

    incident: Which = ""
    """Which incident; left out, that of the channel."""


@operation("incident.decline", risk=Risk.CHANGE, aside=True)
async def decline_handover(
    params: DeclineHandover, ctx: Context, *, incidents: Incidents
) -> Result:
    """Say that you do not take over; the old one stays."""
    before = await meant(params.incident, ctx, incidents)
    if await happened(ctx, incidents, before, "decline"):
        return Result(f"You did not take over in {before.short}.")
    offered = offered_to(before, ctx.actor.id)

    def declined(incident: Incident) -> Incident:
        offered_to(incident, ctx.actor.id)
        return incident.with_(handover=None)

    why = f": {sentence(params.reason)}" if params.reason else "."
    line = f"{ctx.actor.name} did not take the role {offered.role}{why}"
    told = moment(ctx, "decline", MomentKind.HANDOVER, line)
    which = {"incident": before.short, "role": offered.role.value}
    other = Press(label="Ask somebody else", operation="incident.handoff", params=which, fill=True)
    say = (
        *in_room(ctx, before, "decline", Prompt(message=line)),
        ended(before, offered, "You declined it."),
        to_person(ctx, offered.by, "decline", Prompt(message=line, presses=(other,))),
    )
    incident = await incidents.change(before.id, declined, told, say=say)
    return Result(f"You did not take over in {incident.short}.")
