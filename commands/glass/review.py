"""Close the review of broken glass."""

from pydantic import Field

from bot.authoring import Context, Params, Result, Reviews, Risk, operation


class ReviewGlass(Params):
    name: str = Field(max_length=40)
    """Which, as `glass.list` names it."""

    finding: str = Field(min_length=5, max_length=500)
    """What you found: whether it was right, and what has to follow."""


@operation("glass.review", risk=Risk.CHANGE, target="name")
async def review_glass(params: ReviewGlass, ctx: Context, *, reviews: Reviews) -> Result:
    """Close the review of glass that somebody else broke."""
    found = await ctx.step(
        "Close the review", reviews.close, params.name, ctx.actor, params.finding
    )
    return Result(f"Closed: {found.name} broke the glass for {found.operation}.")
