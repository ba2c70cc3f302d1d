"""List the freezes."""

from bot.authoring import Context, Freezes, Params, Result, Risk, operation


class Nothing(Params):
    pass


@operation("freeze.list", risk=Risk.READ)
async def list_freezes(
    params: Nothing,  # noqa: ARG001  Asks for nothing.
    ctx: Context,
    *,
    freezes: Freezes,
) -> Result:
    """List what is frozen now: by whom, until when and why."""
    active = await freezes.active(ctx.actor.team, fresh=True)
    if not active:
        return Result("Nothing is frozen.")
    header = ("id", "what", "by", "until, UTC", "why")
    rows = ((f.short, f.what, f.by_name, f"{f.until:%Y-%m-%d %H:%M}", f.reason) for f in active)
    count = "1 freeze holds" if len(active) == 1 else f"{len(active)} freezes hold"
    return Result(f"{count} now.", table=(header, *rows))
