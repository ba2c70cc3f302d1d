"""List subscriptions."""

from datetime import datetime

from bot.authoring import Context, Params, Result, Risk, Schedule, Schedules, operation
from commands.digest.subscribing import subscriptions, told, when_of


class Nothing(Params):
    pass


@operation("digest.subscriptions", risk=Risk.READ)
async def list_subscriptions(
    params: Nothing,  # noqa: ARG001  Asks for nothing.
    ctx: Context,
    *,
    schedules: Schedules,
) -> Result:
    """List the digests that you and this channel subscribe to."""
    found = await subscriptions(schedules, ctx)
    if not found:
        return Result("There is no subscription. `/ops digest.subscribe oncall` makes one.")
    count = "1 subscription" if len(found) == 1 else f"{len(found)} subscriptions"
    rows = (_row(one, schedules, ctx.clock.now()) for one in found)
    return Result(f"{count}.", table=(("digest", "told to", "when", "next"), *rows))


def _row(one: Schedule, schedules: Schedules, now: datetime) -> tuple[str, ...]:
    coming = schedules.next(one, 1) if not one.paused else ()
    following = when_of(coming[0], one.zone) if coming else "-"
    sleeps = one.snoozed is not None and one.snoozed > now
    asleep = f"snoozed, then {following}" if sleeps else following
    when = f"{one.when}, live" if one.live else one.when
    return one.operation, told(one), when, one.paused or asleep
