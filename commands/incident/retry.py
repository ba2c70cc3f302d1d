"""Try a limb again."""

from bot.authoring import (
    Context,
    Freezes,
    Incident,
    Incidents,
    LimbState,
    Params,
    Refused,
    Result,
    Risk,
    operation,
)
from commands.incident.acting import happened, not_ended, still_open
from commands.incident.choices import Which
from commands.incident.limbs import Hands
from commands.incident.press import carry_out
from commands.incident.stuck import LimbName, stuck
from integrations.ports import Chat, Pager, StatusPage, Tracker

FELT = frozenset({LimbName.PAGE, LimbName.ANNOUNCEMENT, LimbName.STATUS_PAGE, LimbName.LOCK})
"""What others feel, who have nothing to do for an incident that is over."""


class RetryLimb(Params):
    limb: LimbName
    """What is to be tried again."""

    incident: Which = ""
    """Which incident; left out, that of the channel."""


@operation("incident.retry", risk=Risk.CHANGE, aside=True, timeout=120)
async def retry_limb(  # noqa: PLR0913  Its signature is its reach.
    params: RetryLimb,
    ctx: Context,
    *,
    incidents: Incidents,
    chat: Chat,
    pager: Pager,
    tracker: Tracker,
    status_page: StatusPage,
    freezes: Freezes,
) -> Result:
    """Try again what a press could not do."""
    incident = await incidents.meant(params.incident, ctx.actor, ctx.channel)
    if not await _is_begun(params.limb, ctx, incidents, incident):
        not_ended(incident)
        if params.limb in FELT:
            still_open(incident)
        stuck(incident, params.limb)
    hands = Hands(incidents, chat, pager, tracker, status_page, freezes)
    done = await carry_out(ctx, hands, incident.id, params.limb.value)
    if params.limb is LimbName.ROOM and done.state is LimbState.DONE:
        # They could not come in while there was nothing to come into.
        await carry_out(ctx, hands, incident.id, "people")
    if done.state in {LimbState.FAILED, LimbState.UNKNOWN, LimbState.ABSENT}:
        raise Refused(f"{done.label}: {done.note}.", fix="Try again, or do it by hand and say so.")
    return Result(f"{done.label}: {done.note}.", link=done.link or None)


async def _is_begun(name: LimbName, ctx: Context, incidents: Incidents, incident: Incident) -> bool:
    """Say whether an earlier life of this run has begun to try the limb *name*."""
    limb = incident.limb(name.value)
    under_way = limb is not None and limb.state is LimbState.RUNNING and limb.run == ctx.invocation
    return under_way or await happened(ctx, incidents, incident, f"limb {name.value}")
