"""Take over what is being handed over."""

from bot.authoring import (
    Context,
    Holder,
    Incident,
    Incidents,
    MomentKind,
    Params,
    Prompt,
    Result,
    Risk,
    operation,
)
from commands.incident.acting import happened, in_room, meant, moment, not_ended, to_person
from commands.incident.choices import Which
from commands.incident.handing import ended, offered_to
from commands.incident.role import holding, role_card


class AcceptHandover(Params):
    incident: Which = ""
    """Which incident; left out, that of the channel."""


@operation("incident.accept", risk=Risk.CHANGE, aside=True)
async def accept_handover(params: AcceptHandover, ctx: Context, *, incidents: Incidents) -> Result:
    """Take over the role that is being handed to you."""
    before = await meant(params.incident, ctx, incidents)
    if await happened(ctx, incidents, before, "accept"):
        return Result(f"You took over in {before.short}.")
    offered, me = offered_to(before, ctx.actor.id), ctx.actor
    role, now = offered.role, ctx.clock.now()

    def accepted(incident: Incident) -> Incident:
        not_ended(incident)
        # What was offered before may have been withdrawn for another role meanwhile.
        role = offered_to(incident, me.id).role
        return holding(incident, role, Holder(id=me.id, name=me.name, at=now))

    line = f"{me.name} took over the role {role} from {offered.by_name}."
    told = moment(ctx, "accept", MomentKind.HANDOVER, line)
    prompt = Prompt(
        who=me.id, message=f"has the role {role} now, handed over by {offered.by_name}."
    )
    say = (
        *in_room(ctx, before, "accept", prompt),
        ended(before, offered, "You accepted it."),
        to_person(ctx, me.id, "role", role_card(before, role)),
    )
    incident = await incidents.change(before.id, accepted, told, say=say)
    return Result(f"You took over in {incident.short}.")
