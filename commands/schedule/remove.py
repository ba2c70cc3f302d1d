"""Remove a schedule."""

from bot.authoring import Context, Params, Result, Risk, Schedules, operation
from commands.schedule.naming import ScheduleName


class RemoveSchedule(Params):
    name: ScheduleName
    """The schedule's name."""


@operation("schedule.remove", risk=Risk.CHANGE)
async def remove_schedule(params: RemoveSchedule, ctx: Context, *, schedules: Schedules) -> Result:
    """End a schedule for good."""
    gone = await ctx.step("Remove it", schedules.remove, ctx.actor.team, params.name)
    return Result(f"`{gone.name}` is gone: {gone.operation}, {gone.when}.")
