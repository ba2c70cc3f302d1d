"""Remove a schedule."""

from bot.authoring import Context, Params, Result, Risk, Schedules, operation
from commands.schedule.naming import ScheduleName, see_theirs


class RemoveSchedule(Params):
    name: ScheduleName
    """The schedule's name."""


@operation("schedule.remove", risk=Risk.CHANGE)
async def remove_schedule(params: RemoveSchedule, ctx: Context, *, schedules: Schedules) -> Result:
    """End a schedule for good."""
    await see_theirs(schedules, ctx, params.name)
    gone = await ctx.step("Remove it", schedules.remove, ctx.actor.team, params.name)
    return Result(f"`{gone.name}` is gone: {gone.operation}, {gone.when}.")
