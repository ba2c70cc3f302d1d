"""Look accounts up."""

from pydantic import Field

from bot.authoring import Context, Params, Personal, Result, Risk, operation
from commands.users.accounts import FIND, Backoffice, like


class FindUsers(Params):
    text: Personal[str] = Field(min_length=2, max_length=200)
    """A part of the e-mail or the name, at least two characters."""


@operation("users.find", risk=Risk.READ)
async def find_users(params: FindUsers, ctx: Context, *, db: Backoffice) -> Result:
    """Find accounts by a part of their e-mail or name."""
    found = await ctx.step("Look accounts up", db.rows, FIND, like=like(params.text))
    if not found:
        return Result(f"No account holds {params.text!r} in its e-mail or name.")
    rows = [tuple(str(value) for value in row.values()) for row in found]
    what = "1 account matches" if len(found) == 1 else f"{len(found):,} accounts match"
    return Result(f"{what} {params.text!r}.", table=(tuple(found[0]), *rows))
