"""Merge an incident into another one: people, timeline, tasks and all."""

from pydantic import Field

from bot.authoring import (
    Context,
    Incident,
    Incidents,
    MomentKind,
    Params,
    Refused,
    Result,
    Risk,
    operation,
)
from commands.incident.acting import happened, in_room, meant, moment
from commands.incident.choices import Which
from commands.incident.merging import (
    alike,
    claimed,
    gone,
    invite_over,
    join_there,
    move,
    released,
)
from integrations.ports import Chat


class MergeIncident(Params):
    into: str = Field(min_length=1, max_length=100)
    """The incident that goes on, like `INC-12`."""

    incident: Which = ""
    """The incident that ends; left out, that of the channel."""


@operation("incident.merge", risk=Risk.CHANGE, timeout=120)
async def merge_incident(
    params: MergeIncident, ctx: Context, *, incidents: Incidents, chat: Chat
) -> Result:
    """Merge an incident into another one, with its people and timeline."""
    source = await meant(params.incident, ctx, incidents)
    target = await incidents.meant(params.into, ctx.actor, None)
    if not await happened(ctx, incidents, source, "merge"):
        alike(source, target)
        await _end(ctx, incidents, source, target)
    source = await incidents.get(source.id)
    target = await move(ctx, incidents, source, target)
    came = await invite_over(ctx, chat, source, target)
    return Result(f"{source.short} goes on as {target.short}.{came}", link=target.room_url or None)


async def _end(ctx: Context, incidents: Incidents, source: Incident, target: Incident) -> None:
    """End *source* as one that is merged into *target*; raise Refused.

    First *target* is told that it takes *source* in. Of two that are merged into each other at once
    each then sees that the other one is about to, and the older stays.
    """
    await incidents.change(target.id, lambda i: claimed(i, source))
    line = f"{ctx.actor.name} merged it into {target.short}: {target.title}"
    told = moment(ctx, "merge", MomentKind.MERGED, line)
    say = in_room(ctx, source, "merge", join_there(source, target, line))
    now = ctx.clock.now()
    try:
        await incidents.change(source.id, lambda i: gone(i, target, now), told, say=say)
    except Refused:
        await incidents.change(target.id, lambda i: released(i, source))
        raise
