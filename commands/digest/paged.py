"""What woke people: pages for incidents, and others that are open."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from bot.authoring import Call, Incident, IntegrationError, Item, Press
from commands.digest.remedies import Remedies
from commands.digest.trouble import due, leads, title_of
from commands.digest.words import SHOWN, clock, count, span
from integrations.ports import Page, Pager, PageState

_GOING = 3
"""Open incidents that are told one by one, beside all else that who takes over must know."""


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

    def by_id(self, page: str) -> Page | None:
        """Return the open page with this id."""
        return next((one for one in self.open if one.id == page), None)


async def open_pages(pager: Pager) -> Pages:
    """Return the open pages, or why the pager does not tell them."""
    try:
        return Pages(open=tuple(await pager.open_pages()))
    except IntegrationError as error:
        return Pages(said=error.message)


def woken_by(known: Sequence[Incident]) -> list[Woken]:
    """Return each page for an incident of *known* that is no drill, the newest first."""
    each = {one.id: one for one in known if not one.drill}.values()
    calls = [Woken(incident=one, call=call) for one in each for call in one.calls]
    return sorted(calls, key=lambda one: one.call.at, reverse=True)


def going_items(
    going: Sequence[Incident], pages: Pages, now: datetime, remedies: Remedies
) -> Iterator[Item]:
    """Tell of the open incidents, and whether somebody answers their pages."""
    for one in going[:_GOING]:
        said = f"{one.short}, {span(now - one.began)} old · {leads(one)} · {due(one, now)}"
        free = [page for call in one.calls if (page := pages.by_id(call.page)) and _is_free(page)]
        paged = [answer(call, pages.by_id(call.page), now) for call in one.calls[-1:]]
        take = [_take(page, f"Take the page of {one.short}") for page in free[:1]]
        yield Item(
            title=title_of(one), text="\n".join([said, *paged]), presses=remedies.offer(*take)
        )
    if len(going) > _GOING:
        yield Item(title=f"And {count(len(going) - _GOING, 'incident')} more")


def other_pages(
    pages: Pages, woken: Sequence[Woken], now: datetime, remedies: Remedies
) -> Iterator[Item]:
    """Tell of the open pages that are not for an open incident, those that nobody took first."""
    told = {one.call.page for one in woken if one.incident.is_open}
    others = [page for page in pages.open if page.id not in told]
    lines: list[str] = []
    presses: list[Press] = []
    for one in sorted(others, key=lambda page: not _is_free(page))[:SHOWN]:
        taken = "nobody took it" if _is_free(one) else f"{one.acknowledged_by or 'somebody'} has it"
        lines.append(f"{one.title or one.id} · {span(now - one.at)} · {taken}")
        if _is_free(one) and not presses:
            presses.append(_take(one, "Take the first"))
    if lines:
        more = [f"and {len(others) - SHOWN} more"] if len(others) > SHOWN else []
        yield Item(
            title=f"📟 Open without an incident: {len(others)}",
            text="\n".join([*lines, *more]),
            presses=remedies.offer(*presses),
        )


def woken_item(lately: Sequence[Woken], now: datetime, zone: ZoneInfo) -> Iterator[Item]:
    """Tell what woke people that is over: when, whom, and who answered after how long."""
    lines = [
        f"{clock(one.call.at, now, zone)} {one.incident.short} {one.incident.title[:60]}: "
        f"{answer(one.call, None, now)}"
        for one in lately[:SHOWN]
    ]
    if lines:
        more = [f"and {len(lately) - SHOWN} more"] if len(lately) > SHOWN else []
        yield Item(title="Woken, and over", text="\n".join([*lines, *more]))


def answer(call: Call, page: Page | None, now: datetime) -> str:
    """Say whom *call* woke, and who answered; *page* is what the pager tells of it, if open."""
    whom = f"paged {', '.join(call.woken)}" if call.woken else "paged nobody that is known"
    at = call.acknowledged_at or (page.acknowledged_at if page else None)
    who = call.acknowledged_by or (page.acknowledged_by if page else None)
    if at is not None or (page is not None and not _is_free(page)):
        after = f" after {span(at - call.at)}" if at is not None else ""
        return f"{whom}, {who or 'somebody'} answered{after}"
    if call.resolved:
        return f"{whom}, resolved without an answer"
    return f"{whom}, nobody has answered for {span(now - call.at)}"


def _is_free(page: Page) -> bool:
    """Say whether nobody has taken *page*."""
    return page.state is PageState.TRIGGERED


def _take(page: Page, label: str) -> Press:
    return Press(label=label, operation="oncall.ack", params={"page": page.id}, fill=True)
