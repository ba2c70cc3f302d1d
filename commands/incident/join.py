"""Join an incident's channel."""

from bot.authoring import Context, Incidents, Params, Refused, Result, Risk, operation
from commands.incident.choices import Which
from integrations.ports import Chat


class JoinIncident(Params):
    incident: Which = ""
    """Which incident, like `INC-12`; left out, the only one that is open."""


@operation("incident.join", risk=Risk.CHANGE, aside=True)
async def join_incident(
    params: JoinIncident, ctx: Context, *, incidents: Incidents, chat: Chat
) -> Result:
    """Come into an incident's channel."""
    incident = await incidents.meant(params.incident, ctx.actor, ctx.channel)
    if incident.room is None:
        raise Refused(
            f"{incident.short} has no channel yet.",
            fix=f"`/incident show {incident.short}` says why; one can be opened from there.",
        )
    came = await ctx.step("Bring you in", chat.invite, incident.room, (ctx.actor.id,))
    if reason := came.outside.get(ctx.actor.id):
        raise Refused(f"Slack does not let you in: {reason}.", fix="Ask somebody who is in it.")
    return Result(f"You are in #{incident.room_name}.", link=incident.room_url or None)
