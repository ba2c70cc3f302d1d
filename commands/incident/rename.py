"""Give an incident another title."""

from pydantic import Field

from bot.authoring import (
    Context,
    Incident,
    Incidents,
    IntegrationError,
    MomentKind,
    Params,
    Refused,
    Result,
    Risk,
    one_line,
    operation,
    room_of,
)
from commands.incident.acting import happened, meant, moment, not_merged, sentence
from commands.incident.choices import Which
from integrations.ports import Chat


class RenameIncident(Params):
    title: str = Field(min_length=1, max_length=200)
    """What is wrong, in a few words."""

    incident: Which = ""
    """Which incident; left out, that of the channel."""


@operation("incident.rename", risk=Risk.CHANGE)
async def rename_incident(
    params: RenameIncident, ctx: Context, *, incidents: Incidents, chat: Chat
) -> Result:
    """Give an incident another title."""
    before, title = await meant(params.incident, ctx, incidents), one_line(params.title)
    not_merged(before)
    if before.title == title and not await happened(ctx, incidents, before, "rename"):
        raise Refused(f"{before.short} has that title already.", fix="Write another one.")

    def renamed(incident: Incident) -> Incident:
        return incident.with_(title=title)

    line = f"{ctx.actor.name} renamed it: {title}"
    incident = await incidents.change(
        before.id, renamed, moment(ctx, "rename", MomentKind.NOTE, line)
    )
    room = await _room(ctx, incidents, chat, incident)
    return Result(f"{incident.short} is called: {sentence(title)}{room}")


async def _room(ctx: Context, incidents: Incidents, chat: Chat, incident: Incident) -> str:
    """Rename the channel, where the title is in its name; say what came of it."""
    template = incidents.plan.room
    named = room_of(template, incident)
    if "{title}" not in template or incident.private or named == incident.room_name:
        return ""
    if incident.room is None or not incident.room_open:
        return ""
    try:
        room = await ctx.step("Rename the channel", chat.rename, incident.room, named)
    except IntegrationError as error:
        return f" Its channel keeps its name: {error.message}"
    fields = {"room_name": room.name, "room_url": room.url or incident.room_url}
    await incidents.change(incident.id, lambda now: now.with_(**fields))
    return f" Its channel is #{room.name} now."
