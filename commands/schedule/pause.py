"""Pause a schedule."""

from pydantic import Field

from bot.authoring import Context, Params, Result, Risk, Schedules, Undo, operation
from commands.schedule.naming import ScheduleName, see_theirs


class PauseSchedule(Params):
    name: ScheduleName
    """The schedule's name."""

    reason: str = Field("", max_length=200)
    """Why, for whoever wonders."""


@operation("schedule.pause", risk=Risk.CHANGE, undo=Undo("schedule.resume", ("name",)))
async def pause_schedule(params: PauseSchedule, ctx: Context, *, schedules: Schedules) -> Result:
    """Ask for nothing until the schedule is resumed."""
    await see_theirs(schedules, ctx, params.name)
    why = f"by {ctx.actor.name}{': ' if params.reason else ''}{params.reason}"
    paused = await ctx.step("Pause it", schedules.pause, ctx.actor.team, params.name, why)
    return Result(f"`{paused.name}` is paused. `/ops schedule.resume {paused.name}` goes on.")
