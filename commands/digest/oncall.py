"""Tell who takes over all there is to know: who has it, what woke them, what is open."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.authoring import (
    Catalogue,
    Context,
    Incident,
    Incidents,
    IntegrationError,
    Item,
    Result,
    Risk,
    Rules,
    StepRule,
    operation,
)
from commands.digest.duty import Duty, duties, line_of, unknown
from commands.digest.paged import (
    Pages,
    Woken,
    going_items,
    open_pages,
    other_pages,
    woken_by,
    woken_item,
)
from commands.digest.remedies import Remedies
from commands.digest.words import LONGEST, Lately, change, count, nothing, span, within, zone_of
from integrations.ports import Pager

_ONCE = StepRule(attempts=1, deadline=8.0)
"""A digest that waits for a silent vendor is read by nobody."""


class DigestOncall(Lately):
    pass


@operation("digest.oncall", risk=Risk.READ)
async def tell_oncall(
    params: DigestOncall,
    ctx: Context,
    *,
    pager: Pager,
    incidents: Incidents,
    catalogue: Catalogue,
    rules: Rules,
) -> Result:
    """Tell what one needs to take over on-call.

    Who is on call, what is open, what woke them. Where the pager is silent it tells what was known
    last, and since when.
    """
    now, zone, back = ctx.clock.now(), zone_of(ctx), params.back(ctx)
    on_duty, pages = await _asked(ctx, incidents, pager)
    going = [one for one in await incidents.open(ctx.actor) if not one.drill]
    known = await incidents.since(ctx.actor, now - back * 2 - LONGEST)
    woken = woken_by([*going, *known])
    lately = [one for one in woken if one.call.at >= now - back]
    duty = [await line_of(one, incidents, now, zone) for one in on_duty]
    silent = pages.said or next((one.said for one in on_duty if one.said), "")
    if not (lately or going or pages.open or duty or silent):
        return nothing("Nobody is to be on call, and nobody was woken.", params)
    remedies = Remedies(ctx, catalogue, rules)
    items = (
        *([Item(title="⚠️ The pager is silent", text=silent)] if silent else []),
        *going_items(going, pages, now, remedies),
        *other_pages(pages, woken, now, remedies),
        *([Item(title=f"On call now (times: {zone})", text="\n".join(duty))] if duty else []),
        *woken_item([w for w in lately if not w.incident.is_open], now, zone),
    )
    quiet = params.quiet and not (lately or going or pages.open or silent)
    said = f"{_paged(woken, now, back)}, {_open(pages, going)}."
    return Result(said, items=items, silent=quiet)


async def _asked(
    ctx: Context, incidents: Incidents, pager: Pager
) -> tuple[tuple[Duty, ...], Pages]:
    """Return what the pager tells, or that it tells nothing: it must not keep anybody waiting."""
    plan = incidents.plan
    try:
        on_duty = await ctx.step("Ask who is on call", duties, plan, pager, rule=_ONCE)
        return on_duty, await ctx.step("Look at the open pages", open_pages, pager, rule=_ONCE)
    except IntegrationError as silent:
        return unknown(plan, silent.message), Pages(said=silent.message)


def _paged(woken: Sequence[Woken], now: datetime, since: timedelta) -> str:
    """Say how often people were woken of late, and how much more often than before that."""
    times = [one.call.at for one in woken]
    lately, before = within(times, now - since, now), within(times, now - 2 * since, now - since)
    return f"{count(lately, 'page')} in the last {span(since)} ({change(lately, before)})"


def _open(pages: Pages, going: Sequence[Incident]) -> str:
    told = "which are open is not known" if pages.said else f"{len(pages.open)} open"
    return f"{told}, {count(len(going), 'incident')} open"
