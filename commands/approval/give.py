"""Approve what somebody else asked for."""

from bot.authoring import Approvals, Context, Result, Risk, operation
from commands.approval.deciding import Decide


@operation("approval.give", risk=Risk.CHANGE, target="name")
async def give_approval(params: Decide, ctx: Context, *, approvals: Approvals) -> Result:
    """Approve what somebody else asked for."""
    said = await ctx.step(
        "Approve it", approvals.decide, params.name, ctx.actor, params.reason, yes=True
    )
    return Result(said)
