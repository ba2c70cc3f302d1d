"""Run a schedule now."""

from bot.authoring import Context, Params, Result, Risk, Schedules, operation
from commands.schedule.naming import ScheduleName, place


class RunSchedule(Params):
    name: ScheduleName
    """The schedule's name."""


@operation("schedule.run", risk=Risk.CHANGE)
async def run_schedule(params: RunSchedule, ctx: Context, *, schedules: Schedules) -> Result:
    """Ask now for what a schedule asks for, as the schedule would."""
    team, name = ctx.actor.team, params.name
    schedule = await schedules.get(team, name)
    asked = await ctx.step("Ask for it", schedules.run, team, name, ctx.actor, ctx.surface)
    return Result(
        f"`{name}` asked for {schedule.operation}. It is told in {place(schedule)}.",
        fields={"Invocation": asked},
    )
