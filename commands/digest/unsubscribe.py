"""End a subscription."""

from bot.authoring import Context, Result, Risk, Schedules, operation
from commands.digest.subscribing import OfOne, subscription, told


class Unsubscribe(OfOne):
    pass


@operation("digest.unsubscribe", risk=Risk.CHANGE, aside=True)
async def unsubscribe(params: Unsubscribe, ctx: Context, *, schedules: Schedules) -> Result:
    """End what tells you, or a channel, a digest."""
    name = await subscription(schedules, ctx, params.digest, params.channel)
    gone = await ctx.step("End it", schedules.remove, ctx.actor.team, name)
    return Result(f"`{gone.operation}` is told to {told(gone)} no more.")
