"""Mute a subscription."""

from bot.authoring import Context, Result, Risk, Schedules, Undo, operation
from commands.digest.subscribing import OfOne, subscription


class Mute(OfOne):
    pass


@operation(
    "digest.mute",
    risk=Risk.CHANGE,
    undo=Undo("digest.unmute", ("digest", "channel")),
    aside=True,
)
async def mute(params: Mute, ctx: Context, *, schedules: Schedules) -> Result:
    """Have a digest told no more until it is unmuted."""
    name = await subscription(schedules, ctx, params.digest, params.channel)
    why = f"muted by {ctx.actor.name}"
    await ctx.step("Mute it", schedules.pause, ctx.actor.team, name, why)
    return Result(f"`digest.{params.digest}` is muted.")
