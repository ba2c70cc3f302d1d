"""Write an incident up."""

from bot.authoring import (
    Context,
    File,
    Incident,
    Incidents,
    IntegrationError,
    Moment,
    MomentKind,
    Params,
    Result,
    Risk,
    operation,
)
from commands.incident.choices import Which
from commands.incident.story import story
from integrations.ports import Chat


class WriteUp(Params):
    incident: Which = ""
    """Which incident, like `INC-12`; left out, that of the channel."""

    canvas: bool = True
    """Whether it is put into the channel's canvas, in place of what that holds."""


# Aside: the document of a private incident must not stand wherever it was asked for.
@operation("incident.document", risk=Risk.CHANGE, aside=True)
async def write_up(params: WriteUp, ctx: Context, *, incidents: Incidents, chat: Chat) -> Result:
    """Write an incident up as a document: what happened, and room to learn."""
    incident = await incidents.meant(params.incident, ctx.actor, ctx.channel)
    text = story(incident, await incidents.timeline(incident.id), ctx.clock.now())
    where = ""
    if params.canvas and incident.room is not None and incident.room_open:
        where = await _put_up(ctx, chat, incident, text)
    told = Moment(
        source=f"document {ctx.invocation}",
        at=ctx.clock.now(),
        kind=MomentKind.NOTE,
        text=f"{ctx.actor.name} had it written up.{where}",
        by=ctx.actor.id,
        by_name=ctx.actor.name,
    )
    await incidents.change(incident.id, lambda i: i, told)
    return Result(
        f"{incident.short} is written up.{where} Its last parts are for you to write.",
        file=document(incident, text),
        link=incident.room_url or None,
    )


async def _put_up(ctx: Context, chat: Chat, incident: Incident, text: str) -> str:
    """Put *text* into the canvas of the room; say what came of it."""
    title = f"{incident.short}: what happened"
    room = incident.room or ""
    try:
        await ctx.step("Put it into the canvas", chat.canvas, room, title, text)
    except IntegrationError as error:
        return f" It is not in the channel's canvas: {error.message}"
    return " It is in the channel's canvas."


def document(incident: Incident, text: str) -> File:
    """Return *text* as the file of *incident*."""
    return File(
        name=f"{incident.short}.md",
        content=text.encode("utf-8", "replace"),
        title=f"{incident.short}: what happened",
    )
