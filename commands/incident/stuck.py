"""What a press set going and could not do, and what somebody does about it."""

from enum import StrEnum

from bot.authoring import (
    Context,
    Incident,
    Incidents,
    Limb,
    Moment,
    MomentKind,
    Refused,
)
from commands.incident.acting import happened, not_ended, still_open
from commands.incident.press import SETTLED


class LimbName(StrEnum):
    """What a press sets going."""

    PAGE = "page"
    ROOM = "room"
    PEOPLE = "people"
    ANNOUNCEMENT = "announcement"
    TICKET = "ticket"
    STATUS_PAGE = "status_page"
    BRIDGE = "bridge"
    LOCK = "lock"


ASK_FOR_HELP = frozenset({LimbName.PAGE, LimbName.LOCK})
"""What disturbs others, and is of use only while somebody is at the incident."""


async def stuck(ctx: Context, incidents: Incidents, incident: Incident, name: LimbName) -> Limb:
    """Return a limb that somebody may do something about; raise Refused.

    A run that begins again has settled it already: it goes on.
    """
    if await happened(ctx, incidents, incident, f"limb {name}"):
        return incident.limb(name.value) or Limb(name=name.value, label=name.value)
    return unsettled(incident, name)


def unsettled(incident: Incident, name: LimbName) -> Limb:
    """Return the limb *name*; raise Refused where it is not there, or settled."""
    limb = incident.limb(name.value)
    if limb is None:
        raise Refused(
            f"{incident.short} has nothing called {name.value!r}.",
            fix="`/incident show` lists what its press has set going.",
        )
    if limb.state in SETTLED:
        raise Refused(
            f"{limb.label} is settled already: {limb.note}.", fix="Nothing is left to do."
        )
    return limb


def worth_a_try(incident: Incident, name: LimbName) -> None:
    """Raise Refused where nobody wants the limb *name* any more, as *incident* has ended."""
    (still_open if name in ASK_FOR_HELP else not_ended)(incident)


async def settle(ctx: Context, incidents: Incidents, incident: Incident, limb: Limb) -> None:
    """Put *limb* in place of the one that was stuck; raise Refused where that is settled by now."""
    update = {"state": limb.state, "note": limb.note, "link": limb.link, "by": limb.by}

    def settled(now: Incident) -> Incident:
        unsettled(now, LimbName(limb.name))
        return now.with_limb(limb.name, **update)

    told = Moment(
        source=f"limb {limb.name} {ctx.invocation}",
        at=ctx.clock.now(),
        kind=MomentKind.LIMB,
        text=f"{limb.label}: {limb.note}.",
        by=ctx.actor.id,
        by_name=ctx.actor.name,
        link=limb.link,
    )
    await incidents.change(incident.id, settled, told)
