"""Leave a limb undone."""

from pydantic import Field

from bot.authoring import Context, Incidents, LimbState, Params, Result, Risk, operation
from commands.incident.choices import Which
from commands.incident.stuck import LimbName, settle


class SkipLimb(Params):
    limb: LimbName
    """What is left undone."""

    incident: Which = ""
    """Which incident; left out, that of the channel."""

    reason: str = Field("It is not needed", min_length=3, max_length=200)
    """Why it is not needed."""


@operation("incident.skip", risk=Risk.CHANGE, aside=True)
async def skip_limb(params: SkipLimb, ctx: Context, *, incidents: Incidents) -> Result:
    """Leave undone what a press could not do."""
    incident = await incidents.meant(params.incident, ctx.actor, ctx.channel)
    limb = await settle(
        ctx, incidents, incident, params.limb, state=LimbState.SKIPPED, note=params.reason
    )
    return Result(f"{limb.label} is left undone in {incident.short}: {params.reason}.")
