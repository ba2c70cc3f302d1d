"""Freeze changes."""

from datetime import timedelta

from pydantic import Field

from bot.authoring import (
    Context,
    DateTime,
    Duration,
    Freezes,
    Params,
    Refused,
    Result,
    Risk,
    Undo,
    operation,
)
from commands.freeze.naming import Environment

LONGEST = timedelta(days=90)


class SetFreeze(Params):
    reason: str = Field(min_length=5, max_length=300)
    """Why, in one sentence. Whoever is refused by the freeze reads it."""

    lasts: Duration = timedelta(hours=1)
    """How long it lasts, like `4h`; an hour where neither this nor `until` is given."""

    until: DateTime | None = None
    """When it ends, in place of `lasts`, like `2026-11-20 18:00`."""

    environment: Environment | None = None
    """What is frozen, like `prod`; left out, all changes everywhere."""


@operation("freeze.set", risk=Risk.CHANGE, undo=Undo("freeze.lift", ("environment",)))
async def set_freeze(params: SetFreeze, ctx: Context, *, freezes: Freezes) -> Result:
    """Freeze changes, with the reason kept, until a time that you set."""
    now = ctx.clock.now()
    lasts = params.until - now if params.until else params.lasts
    if not timedelta(0) < lasts <= LONGEST:
        raise Refused(
            f"A freeze ends within {LONGEST.days} days from now, and this one would not.",
            fix="Give `lasts` like `4h`, or `until` like `2026-11-20 18:00`.",
        )
    until = params.until or now + lasts
    freeze = await ctx.step(
        "Freeze changes", freezes.set, ctx.actor, params.reason, until, params.environment
    )
    told = f"Changes to {freeze.what} are frozen"
    return Result(f"{told}. {freeze.told(freeze.until.tzinfo)}.", fields={"Id": freeze.short})
