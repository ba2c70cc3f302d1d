"""List the schedules."""

from datetime import datetime

from bot.authoring import Context, Params, Result, Risk, Schedule, Schedules, operation
from commands.schedule.naming import place, shown

MOST = 100


class Nothing(Params):
    pass


@operation("schedule.list", risk=Risk.READ)
async def list_schedules(
    params: Nothing,  # noqa: ARG001  Asks for nothing.
    ctx: Context,
    *,
    schedules: Schedules,
) -> Result:
    """List what is asked for at given times, and when next."""
    found = await schedules.all(ctx.actor.team)
    if not found:
        return Result("There is no schedule. `/ops schedule.add` makes one.")
    header = ("name", "asks for", "when", "next", "told in", "owner", "stands")
    rows = (_row(one, schedules, ctx.clock.now()) for one in found[:MOST])
    count = "1 schedule" if len(found) == 1 else f"{len(found)} schedules"
    paused = sum(1 for one in found if one.paused)
    more = f", {paused} of them paused" if paused else ""
    return Result(f"{count}{more}.", table=(header, *rows))


def _row(one: Schedule, schedules: Schedules, now: datetime) -> tuple[str, ...]:
    coming = schedules.next(one, 1) if not one.paused else ()
    asked = f"{one.operation} {one.params}".strip()
    following = shown(coming[0], one.zone) if coming else "-"
    where = "in the settings" if one.declared else "as made"
    sleeps = one.snoozed is not None and one.snoozed > now
    snoozed = f"snoozed, then {following}" if sleeps else ""
    stands = f"paused: {one.paused}" if one.paused else where
    stands = f"{stands}; {snoozed}" if snoozed else stands
    trouble = "; was refused" if any(t.startswith("refused") for t in one.troubles) else ""
    owner = f"{one.owner_name or one.owner}{' (left)' if 'owner' in one.troubles else ''}"
    when = f"{one.when}, live" if one.live else one.when
    return one.name, asked, when, following, place(one), owner, f"{stands}{trouble}"
