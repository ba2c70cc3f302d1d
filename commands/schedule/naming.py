"""What every schedule is told by: its name, its times, where it stands."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import StringConstraints

from bot.authoring import Context, Refused, Schedule, Schedules

SHOWN = 5
"""How many of the next times are shown."""

ScheduleName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]
"""A schedule's name: small letters, digits, dashes."""


SUBSCRIBED = "digest-"
"""What the names of subscriptions begin with."""


def see_free(name: str) -> None:
    """Raise Refused where *name* is such that somebody's subscription may need it."""
    if name.startswith(SUBSCRIBED):
        raise Refused(
            f"Names like {name!r} are those of subscriptions.",
            fix="Choose another, or subscribe: `/ops digest.subscribe`.",
        )


async def see_theirs(schedules: Schedules, ctx: Context, name: str) -> None:
    """Raise Refused where *name* is somebody else's subscription, or a channel's.

    Whoever may keep those of a channel has words for it, which the rules decide. One whose owner
    has left is left to everybody.
    """
    known = await schedules.all(ctx.actor.team)
    one = next((one for one in known if one.name == name and one.is_subscription), None)
    if one is None or one.owner == ctx.actor.id or "owner" in one.troubles:
        return
    digest = one.operation.partition(".")[2]
    if one.channel:
        raise Refused(
            f"`{name}` is a subscription of {one.told_in}.",
            fix=f"Whoever keeps those types `/ops digest.mute {digest} channel={one.channel}`; "
            "`digest.unmute` and `digest.unsubscribe` go alike.",
        )
    raise Refused(
        f"`{name}` is {one.owner_name or 'somebody'}'s subscription.",
        fix=f"They alone mute it, `/ops digest.mute {digest}`, or end it, "
        f"`/ops digest.unsubscribe {digest}`.",
    )


def shown(at: datetime, zone: str) -> str:
    """Write *at* as the clock on the wall of *zone* shows it."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{local:%a %Y-%m-%d %H:%M:%S}".removesuffix(":00") + f" {local.tzname()}"


def coming(times: Sequence[datetime], zone: str) -> tuple[tuple[str, ...], ...]:
    """Return *times* as rows: in their zone, and in UTC."""
    utc = (f"{at:%Y-%m-%d %H:%M:%S}".removesuffix(":00") for at in times)
    return (("next", "UTC"), *((shown(at, zone), u) for at, u in zip(times, utc, strict=True)))


def place(schedule: Schedule) -> str:
    """Say where its results go."""
    if schedule.channel:
        return schedule.told_in
    return f"{schedule.owner_name or 'its owner'}'s direct messages"
