"""List what waits for approval."""

from bot.authoring import Approvals, Context, Params, Result, Risk, operation


class Nothing(Params):
    pass


@operation("approval.list", risk=Risk.READ)
async def list_waiting(
    params: Nothing,  # noqa: ARG001  Asks for nothing.
    ctx: Context,
    *,
    approvals: Approvals,
) -> Result:
    """List what waits for you to approve or refuse it."""
    found = await approvals.for_me(ctx.actor)
    if not found:
        return Result("Nothing waits for you to decide it.")
    rows = tuple(
        (one.name, one.asked_by, one.what, one.lacking, f"{one.until:%d %b %H:%M} UTC")
        for one in found
    )
    return Result(
        f"{len(found)} to decide: `/ops approval.give NAME REASON`, or `approval.refuse`.",
        table=(("name", "who asks", "for what", "lacking", "until"), *rows),
    )
