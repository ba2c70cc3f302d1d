"""Read times back."""

from pydantic import Field

from bot.authoring import Context, Params, Result, Risk, Schedules, operation
from commands.schedule.naming import coming, shown


class PreviewSchedule(Params):
    when: str = Field(min_length=1, max_length=200)
    """Times in words, like `first Monday at 10`, or the name of a schedule."""


@operation("schedule.preview", risk=Risk.READ)
async def preview_schedule(
    params: PreviewSchedule, ctx: Context, *, schedules: Schedules
) -> Result:
    """Read times back as they are understood, with the next five."""
    named = [s for s in await schedules.all(ctx.actor.team) if s.name == params.when]
    when, rests = (named[0].when, named[0].rests) if named else (params.when, ())
    heard = schedules.hear(when, ctx.actor.zone, rests)
    off = ", ".join(shown(at, heard.zone) for at in heard.skipped)
    rest = f" It rests on {off}." if off else ""
    return Result(f"{heard.sentence}{rest}", table=coming(heard.next, heard.zone))
