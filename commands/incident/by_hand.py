"""Say that a limb was done by hand."""

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field

from bot.authoring import Context, Incidents, LimbState, Params, Refused, Result, Risk, operation
from commands.incident.choices import Which
from commands.incident.stuck import LimbName, settle


class DoneByHand(Params):
    limb: LimbName
    """What you did."""

    link: Annotated[str, Field(max_length=500)] = ""
    """Where it can be seen, like the address of the ticket."""

    incident: Which = ""
    """Which incident; left out, that of the channel."""


@operation("incident.by_hand", risk=Risk.CHANGE, aside=True)
async def done_by_hand(params: DoneByHand, ctx: Context, *, incidents: Incidents) -> Result:
    """Say that you did by hand what a press could not do."""
    incident = await incidents.meant(params.incident, ctx.actor, ctx.channel)
    link = params.link.strip().strip("<>").partition("|")[0] or None
    if link is not None and urlsplit(link).scheme != "https":
        raise Refused(f"{link!r} is no address.", fix="Paste one that begins with https://.")
    note = f"Done by hand by {ctx.actor.name}"
    limb = await settle(
        ctx,
        incidents,
        incident,
        params.limb,
        state=LimbState.BY_HAND,
        note=note,
        link=link,
    )
    return Result(f"{limb.label}: {note}.", link=link)
