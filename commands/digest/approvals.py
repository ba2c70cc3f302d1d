"""Tell of what waits for the asker to decide it."""

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.authoring import (
    Approvals,
    Catalogue,
    Context,
    Item,
    Press,
    Result,
    Risk,
    Rules,
    Waiting,
    operation,
)
from commands.digest.remedies import Remedies
from commands.digest.words import Digest, clock, count, nothing, some, span, zone_of


class DigestApprovals(Digest):
    pass


@operation("digest.approvals", risk=Risk.READ)
async def tell_approvals(
    params: DigestApprovals,
    ctx: Context,
    *,
    approvals: Approvals,
    catalogue: Catalogue,
    rules: Rules,
) -> Result:
    """Tell what waits for you to decide it.

    A schedule tells its owner what waits for them.
    """
    if ctx.owner is None:
        found = await approvals.for_me(ctx.actor)
    else:
        found = await approvals.for_person(ctx.actor.team, ctx.owner)
    if not found:
        return nothing("Nothing waits for you to decide it.", params)
    now, zone = ctx.clock.now(), zone_of(ctx)
    remedies = Remedies(ctx, catalogue, rules)
    items = [_item(one, now, zone, remedies) for one in found]
    first = f"the first lapses in {span(found[0].until - now)}"
    waits = count(len(found), "request waits", "requests wait")
    return some(f"{waits} for you; {first}. Times are {zone}.", items, "request")


def _item(one: Waiting, now: datetime, zone: ZoneInfo, remedies: Remedies) -> Item:
    said = (
        f"{one.asked_by} asks",
        f"since {clock(one.since, now, zone)}",
        f"lapses {clock(one.until, now, zone)}",
        f"needs {one.lacking}",
    )
    which = {"name": one.name}
    presses = remedies.offer(
        Press(
            label=f"Approve {one.name}",
            operation="approval.give",
            params=which,
            fill=True,
            style="primary",
        ),
        Press(label=f"Refuse {one.name}", operation="approval.refuse", params=which, fill=True),
    )
    return Item(title=one.what, text=" · ".join(said), presses=presses)
