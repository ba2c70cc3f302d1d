"""Tell of the incidents that are open, the worst first."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.authoring import (
    Catalogue,
    Context,
    Incident,
    Incidents,
    Result,
    Risk,
    Role,
    Rules,
    operation,
)
from commands.digest.remedies import Remedies
from commands.digest.trouble import is_late, item_of
from commands.digest.words import LONGEST, Lately, change, count, nothing, some, span, within


class DigestIncidents(Lately):
    pass


@operation("digest.incidents", risk=Risk.READ)
async def tell_incidents(
    params: DigestIncidents,
    ctx: Context,
    *,
    incidents: Incidents,
    catalogue: Catalogue,
    rules: Rules,
) -> Result:
    """Tell which incidents are open, the worst first.

    How old each is, who leads it, and when its next update is due.
    """
    now = ctx.clock.now()
    found = [one for one in await incidents.open(ctx.actor) if not one.drill]
    back = params.back(ctx)
    known = await incidents.since(ctx.actor, now - back * 2 - LONGEST)
    lately = _lately([one for one in known if not one.drill], now, back)
    if not found:
        return nothing(f"No incident is open. {lately}", params)
    remedies = Remedies(ctx, catalogue, rules)
    items = [item_of(one, now, remedies) for one in found]
    return some(f"{_stand(found, now)} {lately}", items, "incident")


def _stand(found: Sequence[Incident], now: datetime) -> str:
    """Say how many are open, and of how many somebody should do something."""
    late = sum(is_late(one, now) for one in found)
    unled = sum(Role.COMMANDER not in one.roles for one in found)
    parts = [
        f"{count(len(found), 'incident is', 'incidents are')} open",
        *([f"{late} without the update that is due"] if late else []),
        *([f"{unled} without anybody who leads"] if unled else []),
    ]
    return f"{', '.join(parts)}."


def _lately(known: Sequence[Incident], now: datetime, since: timedelta) -> str:
    """Say how many were opened and resolved of late, and how many more than before that."""
    opened = [one.at for one in known]
    resolved = [one.resolved_at for one in known if one.resolved_at]
    told = (
        _compared(times, now, since, what)
        for times, what in ((opened, "opened"), (resolved, "resolved"))
    )
    return f"In the last {span(since)}: {', '.join(told)}."


def _compared(times: Sequence[datetime], now: datetime, since: timedelta, what: str) -> str:
    lately, before = within(times, now - since, now), within(times, now - 2 * since, now - since)
    return f"{lately} {what} ({change(lately, before)})"
