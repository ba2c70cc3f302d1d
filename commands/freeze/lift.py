"""Lift a freeze."""

from collections.abc import Sequence

from pydantic import Field

from bot.authoring import Context, Freeze, Freezes, Params, Refused, Result, Risk, operation
from commands.freeze.naming import Environment


class LiftFreeze(Params):
    environment: Environment | None = None
    """What is to be changed again, like `prod`; left out, the freeze of everything."""

    freeze: str | None = Field(None, max_length=32)
    """The short id that `freeze.list` shows, in place of the environment."""


@operation("freeze.lift", risk=Risk.CHANGE)
async def lift_freeze(params: LiftFreeze, ctx: Context, *, freezes: Freezes) -> Result:
    """Lift a freeze before its end."""
    freeze = await ctx.step("Find the freeze", one_of, params, ctx.actor.team, freezes)
    await ctx.step("Lift it", freezes.lift, freeze, ctx.actor)
    return Result(f"The freeze of {freeze.what} that {freeze.by_name} had set is lifted.")


async def one_of(params: LiftFreeze, team: str, freezes: Freezes) -> Freeze:
    """Return the one freeze that *params* mean; raise Refused."""
    active = await freezes.active(team, fresh=True)
    meant = [f for f in active if _means(params, f)]
    if not meant:
        told = f"id {params.freeze!r}" if params.freeze else params.environment or "everything"
        raise Refused(
            f"There is no freeze of {told}, so nothing was lifted.",
            fix="`/ops freeze.list` shows what is frozen.",
        )
    if len(meant) > 1:
        raise Refused(f"{len(meant)} freezes are meant.", fix=f"Lift one by {_listed(meant)}.")
    return meant[0]


def _means(params: LiftFreeze, freeze: Freeze) -> bool:
    if params.freeze:
        return freeze.id.startswith(params.freeze.lower())
    return freeze.environment == params.environment


def _listed(freezes: Sequence[Freeze]) -> str:
    return " or ".join(f"`/ops freeze.lift freeze={f.short}`" for f in freezes)
