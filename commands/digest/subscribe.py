"""Subscribe to a digest."""

from pydantic import Field

from bot.authoring import Context, Result, Risk, ScheduleDraft, Schedules, Undo, operation
from commands.digest.subscribing import OfOne, kept, name_of, told, when_of


class Subscribe(OfOne):
    at: str = Field("9:00", min_length=1, max_length=60)
    """At which hour, by your own clock: `9:00`, `8:30 and 17:00`."""

    days: str = Field("weekdays", min_length=1, max_length=100)
    """On which days: `weekdays`, `daily`, `Mondays`, `first Monday`."""

    quiet: bool = False
    """Where there is nothing to tell, nothing is said; else one line says so."""

    live: bool = False
    """Whether the message is kept true until the next one comes, for a day at most."""


@operation(
    "digest.subscribe",
    risk=Risk.CHANGE,
    undo=Undo("digest.unsubscribe", ("digest", "channel")),
    aside=True,
)
async def subscribe(params: Subscribe, ctx: Context, *, schedules: Schedules) -> Result:
    """Have a digest told to you, or to a channel, at your own hour.

    Whoever subscribes anew changes the hour.
    """
    name = name_of(params.digest, params.channel or ctx.actor.id)
    draft = ScheduleDraft(
        name=name,
        operation=f"digest.{params.digest}",
        when=f"{params.days} at {params.at}",
        params="quiet=yes" if params.quiet else "",
        channel=params.channel,
        live=params.live,
    )
    heard = schedules.hear(draft.when, ctx.actor.zone)
    anew = await kept(schedules, ctx, params.digest, params.channel)
    made = await ctx.step("Keep it", schedules.add, draft, ctx.actor, ctx.surface, anew=anew)
    coming = schedules.next(made, 1)
    first = f" The first comes {when_of(coming[0], made.zone)}." if coming else ""
    return Result(
        f"`digest.{params.digest}` is told to {told(made)}. {heard.sentence}{first} "
        f"`/ops schedule.run {made.name}` tells it now."
    )
