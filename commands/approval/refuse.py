"""Refuse what somebody else asked for."""

from bot.authoring import Approvals, Context, Result, Risk, operation
from commands.approval.deciding import Decide


@operation("approval.refuse", risk=Risk.CHANGE, target="name")
async def refuse_approval(params: Decide, ctx: Context, *, approvals: Approvals) -> Result:
    """Refuse what somebody else asked for; it ends there."""
    said = await ctx.step(
        "Refuse it", approvals.decide, params.name, ctx.actor, params.reason, yes=False
    )
    return Result(said)
