"""Telling everybody of an incident, in one message that is edited as it goes on."""

from bot.authoring import Context, Incident, Incidents, IntegrationError, Refused
from integrations.ports import Chat

PATIENCE, PAUSE = 10.0, 0.1
"""Seconds that one waits for the message to be out, and between two looks."""


async def announce(
    ctx: Context, incidents: Incidents, chat: Chat, incident: Incident
) -> str | None:
    """Wait until the announcement stands in its channel, and return its address.

    It was drafted when this limb was begun. None where it is not out yet: it goes out as soon as it
    can. An address that cannot be had is empty. Raises Refused where Slack will not have it there.
    """
    until = ctx.clock.monotonic() + PATIENCE
    while (place := await incidents.posted(incident.id, "announcement")) is None:
        if why := await incidents.refused(incident.id, "announcement"):
            raise Refused(
                f"It cannot be told where `announce` says: {why}",
                fix="Bring the bot into that channel, then try again.",
            )
        if ctx.clock.monotonic() > until:
            return None
        await ctx.clock.sleep(PAUSE)
    try:
        return await ctx.step("Look where it stands", chat.link, *place)
    except IntegrationError:
        return ""
