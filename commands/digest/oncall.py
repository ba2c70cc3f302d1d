"""Tell who takes over all there is to know: who has it, what woke them, what is open."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from bot.authoring import (
    Call,
    Catalogue,
    Context,
    Incident,
    Incidents,
    IntegrationError,
    Item,
    Press,
    Result,
    Risk,
    Rules,
    StepRule,
    operation,
)
from commands.digest.duty import Duty, duties, line_of, unknown
from commands.digest.remedies import Remedies
from commands.digest.trouble import due, leads, title_of
from commands.digest.words import (
    LONGEST,
    SHOWN,
    Lately,
    change,
    clock,
    count,
    nothing,
    span,
    zone_of,
)
from integrations.ports import Page, Pager, PageState

_ONCE = StepRule(attempts=1, deadline=8.0)
"""A digest that waits for a silent vendor is read by nobody."""


class DigestOncall(Lately):
    pass


class Woken(BaseModel):
    """One page for an incident, and the incident."""

    model_config = ConfigDict(frozen=True)

    incident: Incident
    call: Call


class Pages(BaseModel):
    """The open pages, or why they are not known."""

    model_config = ConfigDict(frozen=True)

    open: tuple[Page, ...] = ()
    said: str = ""


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
    """Tell the hand-over: who is on call, what woke them, what is open.

    Where the pager is silent it tells what was known last, and since when.
    """
    now, zone = ctx.clock.now(), zone_of(ctx)
    on_duty, pages = await _asked(ctx, incidents, pager)
    known = [*await incidents.open(ctx.actor)]
    known += await incidents.since(ctx.actor, now - params.since * 2 - LONGEST)
    woken = _woken([one for one in known if not one.drill])
    lately = [one for one in woken if one.call.at >= now - params.since]
    going = [one for one in await incidents.open(ctx.actor) if not one.drill]
    duty = [await line_of(one, incidents, now, zone) for one in on_duty]
    silent = pages.said or next((one.said for one in on_duty if one.said), "")
    if not (lately or going or pages.open or duty or silent):
        return nothing("Nobody is to be on call, and nobody was woken.", params)
    remedies = Remedies(ctx, catalogue, rules)
    items = (
        *([Item(title="⚠️ The pager is silent", text=silent)] if silent else []),
        *_open_pages(pages.open, now, remedies),
        *_going(going, now),
        *([Item(title=f"On call now (times: {zone})", text="\n".join(duty))] if duty else []),
        *_told(lately, now, zone),
    )
    quiet = params.quiet and not (lately or going or pages.open or silent)
    return Result(_stand(woken, lately, pages, going, params.since, now), items=items, silent=quiet)


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


async def open_pages(pager: Pager) -> Pages:
    """Return the open pages, or why the pager does not tell them."""
    try:
        return Pages(open=tuple(await pager.open_pages()))
    except IntegrationError as error:
        return Pages(said=error.message)


def _woken(known: Sequence[Incident]) -> list[Woken]:
    """Return each page for an incident of *known*, the newest first."""
    each = {one.id: one for one in known}.values()
    calls = [Woken(incident=one, call=call) for one in each for call in one.calls]
    return sorted(calls, key=lambda one: one.call.at, reverse=True)


def _stand(
    woken: Sequence[Woken],
    lately: Sequence[Woken],
    pages: Pages,
    going: Sequence[Incident],
    since: timedelta,
    now: datetime,
) -> str:
    before = sum(now - 2 * since <= one.call.at < now - since for one in woken)
    parts = (
        f"{count(len(lately), 'page')} in the last {span(since)} ({change(len(lately), before)})",
        f"{len(pages.open)} open" if not pages.said else "open ones are not known",
        f"{count(len(going), 'incident')} open",
    )
    return f"{', '.join(parts)}."


def _open_pages(pages: Sequence[Page], now: datetime, remedies: Remedies) -> Iterator[Item]:
    """Tell of the open pages, those that nobody took first."""
    lines: list[str] = []
    presses: list[Press] = []
    for one in sorted(pages, key=lambda page: page.state is not PageState.TRIGGERED)[:SHOWN]:
        free = one.state is PageState.TRIGGERED
        taken = "nobody took it" if free else f"{one.acknowledged_by or 'somebody'} has it"
        lines.append(f"{one.title or one.id} · {span(now - one.at)} · {taken}")
        if free and len(presses) < 3:  # noqa: PLR2004  As many as one line of buttons takes.
            presses.append(_take(one))
    if lines:
        more = [f"and {len(pages) - SHOWN} more"] if len(pages) > SHOWN else []
        yield Item(
            title=f"📟 Open pages: {len(pages)}",
            text="\n".join([*lines, *more]),
            presses=remedies.offer(*presses),
        )


def _take(one: Page) -> Press:
    return Press(
        label=f"Take {one.title or one.id}"[:40],
        operation="oncall.ack",
        params={"page": one.id},
        fill=True,
    )


def _going(going: Sequence[Incident], now: datetime) -> Iterator[Item]:
    """Tell of the open incidents in a line each."""
    for one in going[:3]:
        yield Item(
            title=title_of(one),
            text=f"{one.short} · {span(now - one.began)} old · {leads(one)} · {due(one, now)}",
        )
    if len(going) > 3:  # noqa: PLR2004  Those above.
        yield Item(title=f"And {count(len(going) - 3, 'incident')} more")


def _told(lately: Sequence[Woken], now: datetime, zone: ZoneInfo) -> Iterator[Item]:
    """Tell what woke people: when, whom, and who answered after how long."""
    lines = [
        f"{clock(one.call.at, now, zone)} {one.incident.short} {one.incident.title[:60]}: "
        f"{_answer(one.call)}"
        for one in lately[:SHOWN]
    ]
    if lines:
        more = [f"and {len(lately) - SHOWN} more"] if len(lately) > SHOWN else []
        yield Item(title="What woke them", text="\n".join([*lines, *more]))


def _answer(call: Call) -> str:
    whom = f"woke {', '.join(call.woken)}" if call.woken else "woke nobody that is known"
    if call.acknowledged_at is None:
        end = "it was resolved" if call.resolved else "nobody answered"
        return f"{whom}; {end}"
    after = span(call.acknowledged_at - call.at)
    return f"{whom}; {call.acknowledged_by or 'somebody'} answered after {after}"
