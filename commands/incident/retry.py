"""Try a limb again."""

from bot.authoring import (
    Context,
    Freezes,
    Incidents,
    LimbState,
    Params,
    Refused,
    Result,
    Risk,
    operation,
)
from commands.incident.choices import Which
from commands.incident.limbs import Hands
from commands.incident.press import SETTLED, carry_out
from commands.incident.stuck import LimbName, stuck, worth_a_try
from integrations.ports import Chat, Pager, StatusPage, Tracker


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
    limb = await stuck(ctx, incidents, incident, params.limb)
    if limb.state not in SETTLED:
        worth_a_try(incident, params.limb)
    hands = Hands(incidents, chat, pager, tracker, status_page, freezes)
    done = await carry_out(ctx, hands, incident.id, limb.name)
    if limb.name == "room" and done.state is LimbState.DONE:
        # They could not come in while there was nothing to come into.
        await carry_out(ctx, hands, incident.id, "people")
    if done.state in {LimbState.FAILED, LimbState.UNKNOWN, LimbState.ABSENT}:
        raise Refused(f"{done.label}: {done.note}.", fix="Try again, or do it by hand and say so.")
    return Result(f"{done.label}: {done.note}.", link=done.link or None)
