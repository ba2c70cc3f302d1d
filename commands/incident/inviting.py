"""Bringing people into an incident's channel: who declared it, who was woken, who ought to know."""

from dataclasses import dataclass

from bot.authoring import Context, Incident, Incidents, IntegrationError, LimbState, Refused
from integrations.ports import Chat, Invited


@dataclass(frozen=True)
class Came:
    """Who is inside now, and how that is told."""

    people: tuple[str, ...]
    note: str
    state: LimbState


async def invite(ctx: Context, incidents: Incidents, chat: Chat, incident: Incident) -> Came:
    """Bring everybody in; a group or a person that does not come holds nobody else."""
    if incident.room is None:
        raise Refused(
            "There is no channel to bring people into.", fix="Open it first, or do it by hand."
        )
    plan = incidents.plan
    quiet = incident.private or incident.drill
    groups = () if quiet else plan.rule(incident.severity).groups
    handles = dict.fromkeys((*groups, *(() if quiet else _of_service(incidents, incident))))
    people, missing = dict.fromkeys(incident.people), list[str]()
    for handle in handles:
        try:
            people |= dict.fromkeys(await ctx.step(f"Look up {handle}", chat.group, handle))
        except IntegrationError as error:
            missing.append(f"{handle}: {error.message}")
    came = await ctx.step("Bring people in", chat.invite, incident.room, tuple(people))
    return _told(came, missing, incident)


def _of_service(incidents: Incidents, incident: Incident) -> tuple[str, ...]:
    return incidents.plan.service(incident.service).groups


def _told(came: Invited, missing: list[str], incident: Incident) -> Came:
    outside = [f"<@{who}>: {why}" for who, why in came.outside.items()]
    lacking = [*missing, *outside]
    count = len(came.inside)
    note = f"{count} {'person is' if count == 1 else 'people are'} in"
    if lacking:
        note = f"{note}; not {'; '.join(lacking)}"
    people = tuple(dict.fromkeys((*incident.people, *came.inside)))
    alone = not came.inside and bool(lacking)
    return Came(people, note[:500], LimbState.FAILED if alone else LimbState.DONE)
