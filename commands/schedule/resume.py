"""Resume a schedule."""

from bot.authoring import Context, Params, Result, Risk, Schedules, Undo, operation
from commands.schedule.naming import SHOWN, ScheduleName, coming, see_theirs


class ResumeSchedule(Params):
    name: ScheduleName
    """The schedule's name."""


@operation("schedule.resume", risk=Risk.CHANGE, undo=Undo("schedule.pause", ("name",)))
async def resume_schedule(params: ResumeSchedule, ctx: Context, *, schedules: Schedules) -> Result:
    """Go on with a paused schedule; one whose owner has left becomes yours."""
    await see_theirs(schedules, ctx, params.name)
    team, name = ctx.actor.team, params.name
    going = await ctx.step("Resume it", schedules.resume, team, name, ctx.actor, ctx.surface)
    mine = " It is yours now." if going.owner == ctx.actor.id else ""
    return Result(
        f"`{going.name}` goes on.{mine} What went by meanwhile is not made up for.",
        table=coming(schedules.next(going, SHOWN), going.zone),
    )
