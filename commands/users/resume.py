"""Let a suspended user in again."""

from pydantic import Field

from bot.authoring import Context, Result, Risk, operation
from commands.users.accounts import ACTIVATE, Backoffice, OneAccount, must_be, resumed, resumes


class ResumeUser(OneAccount):
    reason: str = Field("", max_length=500)
    """Why, in one sentence, if there is more to say than that it is over."""


@operation("users.resume", risk=Risk.CHANGE, target="user", preview=resumes, probe=resumed)
async def resume_user(params: ResumeUser, ctx: Context, *, db: Backoffice) -> Result:
    """Let a suspended user in again."""
    await ctx.step("Look at the account", must_be, "suspended", params.user, db)
    await ctx.step(
        "Resume the account", db.change, ACTIVATE, expect=1, email=params.user, note=params.reason
    )
    return Result(f"{params.user} is active again.")
