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


def stuck(incident: Incident, name: LimbName) -> Limb:
    """Return a limb that somebody may do something about; raise Refused."""
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


async def settle(ctx: Context, incidents: Incidents, incident: Incident, limb: Limb) -> None:
    """Put *limb* in place of the one that was stuck."""
    told = Moment(
        source=f"limb {limb.name} {ctx.invocation}",
        at=ctx.clock.now(),
        kind=MomentKind.LIMB,
        text=f"{limb.label}: {limb.note}.",
        by=ctx.actor.id,
        by_name=ctx.actor.name,
        link=limb.link,
    )
    update = limb.model_dump(exclude={"name", "label"})
    await incidents.change(incident.id, lambda i: i.with_limb(limb.name, **update), told)
