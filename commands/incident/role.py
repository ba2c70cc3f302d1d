"""Take a role in an incident, or give it to somebody."""

from collections.abc import Mapping
from types import MappingProxyType

from bot.authoring import (
    Context,
    Hidden,
    Holder,
    Incident,
    Incidents,
    MomentKind,
    Params,
    Press,
    Prompt,
    Refused,
    Result,
    Risk,
    Role,
    SlackUser,
    operation,
)
from commands.incident.acting import (
    bring_in,
    in_room,
    meant,
    moment,
    named,
    not_ended,
    to_person,
)
from commands.incident.choices import Which
from integrations.ports import Chat

DOES: Mapping[Role, tuple[str, ...]] = MappingProxyType(
    {
        Role.COMMANDER: (
            "You decide what is done next, and by whom; you repair nothing yourself.",
            "You say how bad it is, and page whoever is missing.",
            "You see that an update comes when it is due, and hand over before you are tired.",
        ),
        Role.COMMS: (
            "You are the one who speaks to everybody outside the channel.",
            "You keep the announcement and the status page true.",
            "You keep questions away from those who repair.",
        ),
        Role.SCRIBE: (
            "You write down what is found, decided and tried, and when.",
            "You put the messages that matter into the timeline.",
            "You keep the list of tasks, so that nothing is forgotten.",
        ),
    }
)
"""What who has a role does, in three lines."""

_NEXT: Mapping[Role, tuple[tuple[str, str], ...]] = MappingProxyType(
    {
        Role.COMMANDER: (
            ("Update", "incident.update"),
            ("Page more", "incident.page"),
            ("Hand over", "incident.handoff"),
        ),
        Role.COMMS: (
            ("Tell everybody", "incident.stakeholders"),
            ("Tell customers", "incident.publish"),
        ),
        Role.SCRIBE: (("Write a note", "incident.note"), ("Add a task", "incident.task")),
    }
)


class TakeRole(Params):
    role: Role
    """Commander leads, comms speaks to those outside, scribe writes down."""

    person: SlackUser | None = None
    """Who gets it; left out, you."""

    incident: Which = ""
    """Which incident; left out, that of the channel."""

    free: Hidden[bool] = False
    """Only if nobody has it: for buttons that may be pressed long after they were drawn."""


@operation("incident.role", risk=Risk.CHANGE)
async def take_role(params: TakeRole, ctx: Context, *, incidents: Incidents, chat: Chat) -> Result:
    """Take a role, or give it to somebody: commander, comms, scribe."""
    before = await meant(params.incident, ctx, incidents)
    not_ended(before)
    role, who = params.role, params.person or ctx.actor.id
    own = who == ctx.actor.id
    trouble = await bring_in(ctx, chat, before, who)
    name = named(ctx, before, who)

    def taken(incident: Incident) -> Incident:
        not_ended(incident)
        held = incident.roles.get(role)
        if held is not None and held.id == who:
            raise Refused(
                f"{'You have' if own else 'They have'} that role in {incident.short} already.",
                fix="`/incident handoff` gives it to somebody else.",
            )
        if held is not None and params.free:
            raise Refused(
                f"{held.name} has that role in {incident.short} by now.",
                fix=f"`/incident {role}` takes it over.",
            )
        return holding(incident, role, Holder(id=who, name=name, at=ctx.clock.now()))

    line = f"{ctx.actor.name} took the role {role}." if own else f"{name} got the role {role}."
    told = moment(ctx, "role", MomentKind.ROLE, line)
    prompt = Prompt(who=who, message=f"has the role {role} now.")
    # The run itself tells in the room who took a role; it cannot call who was given one.
    quiet = own and ctx.channel == before.room
    say = (
        *(() if quiet else in_room(ctx, before, "role", prompt)),
        to_person(ctx, who, "role", role_card(before, role)),
    )
    incident = await incidents.change(before.id, taken, told, say=say)
    warned = f" They may not be in the channel: {trouble}" if trouble else ""
    has = "You have" if own else "They have"
    return Result(f"{has} the role {role} in {incident.short} now.{warned}")


def holding(incident: Incident, role: Role, holder: Holder) -> Incident:
    """Return *incident* with *holder* in *role*; what was offered of that role is withdrawn."""
    offered = incident.handover
    left = None if offered is not None and offered.role is role else offered
    people = tuple(dict.fromkeys((*incident.people, holder.id)))
    return incident.with_(roles={**incident.roles, role: holder}, handover=left, people=people)


def role_card(incident: Incident, role: Role) -> Prompt:
    """Tell somebody what they are to do in *role*, with buttons for it."""
    which = {"incident": incident.short}
    about = "A private incident" if incident.private else incident.title
    where = f" It is in #{incident.room_name}." if incident.room else ""
    return Prompt(
        title=f"You have the role {role} in {incident.short}",
        message=f"{about}, {incident.severity}.{where}",
        lines=DOES[role],
        presses=tuple(
            Press(label=label, operation=name, params=which, fill=True)
            for label, name in _NEXT[role]
        ),
    )
