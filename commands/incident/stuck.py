"""What a press set going and could not do, and what somebody does about it."""

from enum import StrEnum

from bot.authoring import (
    Context,
    Incident,
    Incidents,
    Limb,
    LimbState,
    Moment,
    MomentKind,
    Refused,
)
from commands.incident.acting import happened
from commands.incident.press import SETTLED, under_way


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
    if limb.state in {LimbState.PLANNED, LimbState.RUNNING}:
        raise under_way(limb)
    return limb


async def settle(  # noqa: PLR0913  All of it is what somebody says of a limb.
    ctx: Context,
    incidents: Incidents,
    incident: Incident,
    name: LimbName,
    *,
    state: LimbState,
    note: str,
    link: str | None = None,
) -> Limb:
    """Say that the limb *name*, which is stuck, is in *state*; return it. Raises Refused."""
    again = await happened(ctx, incidents, incident, f"limb {name.value}")
    limb = incident.limb(name.value) if again else None
    limb = limb or stuck(incident, name)
    update = {"state": state, "note": note, "link": link, "by": ctx.actor.id}

    def settled(now: Incident) -> Incident:
        # It may have been done since it was looked at.
        stuck(now, name)
        return now.with_limb(name.value, **update)

    told = Moment(
        source=f"limb {limb.name} {ctx.invocation}",
        at=ctx.clock.now(),
        kind=MomentKind.LIMB,
        text=f"{limb.label}: {note}.",
        by=ctx.actor.id,
        by_name=ctx.actor.name,
        link=link,
    )
    await incidents.change(incident.id, settled, told)
    return limb
