"""Hand a role over: it is given when the other one says yes."""

from bot.authoring import (
    Context,
    Handover,
    Incident,
    Incidents,
    MomentKind,
    Params,
    Prompt,
    Refused,
    Result,
    Risk,
    Role,
    SlackUser,
    operation,
)
from commands.incident.acting import bring_in, in_room, meant, moment, named, not_ended
from commands.incident.choices import Which
from commands.incident.handing import ended, offer
from commands.incident.packet import packet_of
from integrations.ports import Chat


class HandOver(Params):
    person: SlackUser
    """Who is to take over. They must accept; until then nothing changes."""

    role: Role = Role.COMMANDER
    """Which role."""

    incident: Which = ""
    """Which incident; left out, that of the channel."""


@operation("incident.handoff", risk=Risk.CHANGE)
async def hand_over(params: HandOver, ctx: Context, *, incidents: Incidents, chat: Chat) -> Result:
    """Hand a role over, with all that one must know; they must accept."""
    before, now = await meant(params.incident, ctx, incidents), ctx.clock.now()
    not_ended(before)
    role, who = params.role, params.person
    if who == ctx.actor.id:
        raise Refused(
            "A role is handed to somebody else.", fix=f"`/incident role {role}` takes it yourself."
        )
    trouble = await bring_in(ctx, chat, before, who)
    offered = Handover(
        role=role,
        to=who,
        to_name=named(ctx, before, who),
        by=ctx.actor.id,
        by_name=ctx.actor.name,
        at=now,
        packet=packet_of(before, now),
    )

    def offering(incident: Incident) -> Incident:
        not_ended(incident)
        if (held := incident.roles.get(role)) is not None and held.id == who:
            raise Refused(
                f"They have the role {role} in {incident.short} already.", fix="Name another one."
            )
        people = tuple(dict.fromkeys((*incident.people, who)))
        return incident.with_(handover=offered, people=people)

    line = f"{ctx.actor.name} offered the role {role} to {offered.to_name}."
    told = moment(ctx, "handoff", MomentKind.HANDOVER, line)
    asked = f"is asked by {ctx.actor.name} to take the role {role}; until then nothing changes."
    old = before.handover
    withdrawn = "It was withdrawn: somebody else is asked now."
    say = (
        *in_room(ctx, before, "handoff", Prompt(who=who, message=asked)),
        offer(before, offered),
        *((ended(before, old, withdrawn),) if old is not None else ()),
    )
    incident = await incidents.change(before.id, offering, told, say=say)
    warned = f" They may not be in the channel: {trouble}" if trouble else ""
    return Result(
        f"The role {role} in {incident.short} is offered, by direct message. It changes hands when "
        f"they accept.{warned}",
        fields={"What they read": "\n".join(offered.packet)},
    )
