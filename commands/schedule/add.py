"""Make a schedule."""

from pydantic import Field

from bot.authoring import (
    Context,
    Late,
    Params,
    Result,
    Risk,
    ScheduleDraft,
    Schedules,
    SlackChannel,
    Undo,
    operation,
)
from commands.schedule.naming import SHOWN, ScheduleName, coming, place, see_free


class AddSchedule(Params):
    name: ScheduleName
    """What it is called, in small letters: `morning-rota`."""

    operation: str = Field(min_length=1, max_length=80)
    """What is asked for, like `oncall.who`."""

    when: str = Field(min_length=1, max_length=200)
    """When, like `weekdays at 9:00 Europe/Berlin`, `first Monday at 10` or `every 15 minutes`."""

    params: str = Field("", max_length=2000)
    """The words after the operation's name, like `service=PCHECK1`."""

    channel: SlackChannel | None = None
    """Where the result is told; left out, here."""

    late: Late = Late.SEND
    """What becomes of a time at which no bot ran: sent late, saying so, or skipped."""

    rests: str = Field("", max_length=200)
    """Calendars on whose days it rests, with commas between; `freeze` while all is frozen."""

    live: bool = False
    """Whether its message is kept true until the next one comes, for a day at most."""


@operation("schedule.add", risk=Risk.CHANGE, undo=Undo("schedule.remove", ("name",)))
async def add_schedule(params: AddSchedule, ctx: Context, *, schedules: Schedules) -> Result:
    """Ask for an operation at given times, in words like "weekdays at 9:00"."""
    see_free(params.name)
    rests = tuple(one.strip() for one in params.rests.split(",") if one.strip())
    draft = ScheduleDraft(
        name=params.name,
        operation=params.operation,
        when=params.when,
        params=params.params,
        channel=params.channel or ctx.channel,
        late=params.late,
        rests=rests,
        live=params.live,
    )
    made = await ctx.step("Keep the schedule", schedules.add, draft, ctx.actor, ctx.surface)
    heard = schedules.hear(made.when, made.zone, made.rests)
    return Result(
        f"`{made.name}` asks for {made.operation}. {heard.sentence} It is told in {place(made)}.",
        table=coming(schedules.next(made, SHOWN), made.zone),
    )
