"""Unmute a subscription."""

from bot.authoring import Context, Result, Risk, Schedules, Undo, operation
from commands.digest.subscribing import OfOne, subscription, when_of


class Unmute(OfOne):
    pass


@operation(
    "digest.unmute",
    risk=Risk.CHANGE,
    undo=Undo("digest.mute", ("digest", "channel")),
    aside=True,
)
async def unmute(params: Unmute, ctx: Context, *, schedules: Schedules) -> Result:
    """Have a digest told again that was muted or snoozed."""
    name = await subscription(schedules, ctx, params.digest, params.channel)
    team, who = ctx.actor.team, ctx.actor
    goes = await ctx.step("Unmute it", schedules.resume, team, name, who, ctx.surface)
    coming = schedules.next(goes, 1)
    first = f" The next comes {when_of(coming[0], goes.zone)}." if coming else ""
    return Result(f"`digest.{params.digest}` is told again.{first}")
