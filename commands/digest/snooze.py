"""Snooze a subscription."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from bot.authoring import Context, Duration, Result, Risk, Schedules, Undo, operation
from commands.digest.subscribing import OfOne, subscription, when_of

LONGEST = timedelta(days=90)


class Snooze(OfOne):
    lasts: Annotated[Duration, Field(gt=timedelta(0), le=LONGEST)] = timedelta(days=1)
    """For how long, like `1d` or `2w`, at most 90 days."""


@operation(
    "digest.snooze",
    risk=Risk.CHANGE,
    undo=Undo("digest.unmute", ("digest", "channel")),
    aside=True,
)
async def snooze(params: Snooze, ctx: Context, *, schedules: Schedules) -> Result:
    """Have a digest told no more for a while."""
    name = await subscription(schedules, ctx, params.digest, params.channel)
    until = ctx.clock.now() + params.lasts
    sleeps = await ctx.step("Snooze it", schedules.snooze, ctx.actor.team, name, until)
    ends = when_of(until, sleeps.zone)
    return Result(f"`digest.{params.digest}` is snoozed until {ends}, {sleeps.zone}.")
