"""List what the asker may run, and why not the rest."""

from collections.abc import Iterator

from bot.authoring import Catalogue, Context, Params, Result, Risk, Rules, operation


class Nothing(Params):
    pass


@operation("policy.mine", risk=Risk.READ)
async def list_mine(
    params: Nothing,  # noqa: ARG001  Asks for nothing.
    ctx: Context,
    *,
    catalogue: Catalogue,
    rules: Rules,
) -> Result:
    """List what you may run and, of everything else, why not."""
    rows = tuple(_rows(ctx, catalogue, rules))
    may = sum(row[1] == "yes" for row in rows)
    return Result(
        f"You may run {may} of {len(rows)} operations; `/ops policy.why NAME` says more of one.",
        table=(("operation", "may", "why"), *rows),
    )


def _rows(ctx: Context, catalogue: Catalogue, rules: Rules) -> Iterator[tuple[str, str, str]]:
    for one in catalogue:
        could = rules.could(ctx.actor, one, ctx.surface)
        why = " ".join(could.reasons) or "No rule allows it."
        lanes = ", ".join(rules.lanes(one)) if could.allowed else ""
        agree = f" May need approval by {lanes}." if lanes else ""
        yield one.name, "yes" if could.allowed else "no", f"{why}{agree}"
