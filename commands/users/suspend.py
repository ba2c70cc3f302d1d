"""Suspend a user."""

from pydantic import Field

from bot.authoring import Context, Result, Risk, operation
from commands.users.accounts import (
    RESUME,
    SUSPEND,
    Backoffice,
    OneAccount,
    must_be,
    suspended,
    suspends,
)


class SuspendUser(OneAccount):
    reason: str = Field(min_length=5, max_length=500)
    """Why, in one sentence. It is kept with the account and in the record."""


@operation(
    "users.suspend", risk=Risk.CHANGE, target="user", undo=RESUME, preview=suspends, probe=suspended
)
async def suspend_user(params: SuspendUser, ctx: Context, *, db: Backoffice) -> Result:
    """Suspend a user, with the reason kept."""
    await ctx.step("Look at the account", must_be, "active", params.user, db)
    await ctx.step(
        "Suspend the account", db.change, SUSPEND, expect=1, email=params.user, note=params.reason
    )
    return Result(f"{params.user} is suspended.")
