"""List the glass that was broken and not looked at."""

from bot.authoring import Context, Params, Result, Reviews, Risk, operation


class Nothing(Params):
    pass


@operation("glass.list", risk=Risk.READ)
async def list_broken(
    params: Nothing,  # noqa: ARG001  Asks for nothing.
    ctx: Context,
    *,
    reviews: Reviews,
) -> Result:
    """List who broke the glass, and why, until somebody has looked at it."""
    found = await reviews.open(ctx.actor.team)
    if not found:
        return Result("Nobody has broken the glass that somebody else has not looked at.")
    rows = tuple((r.short, r.name, r.operation, f"{r.at:%d %b %H:%M} UTC", r.reason) for r in found)
    return Result(
        f"{len(found)} to look at; `/ops glass.review NAME` closes one.",
        table=(("name", "who", "what", "when", "why"), *rows),
    )
