"""What the operations on an open page share: the field, the look at it, the words."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from bot.authoring import Option, Options, Params, Refused, StepRule
from integrations.ports import Page, Pager, PageState

KEEP = 5
"""Seconds for which open pages are not asked for again: at night they come and go."""


async def offer_pages(typed: str, *, pager: Pager) -> Sequence[Option]:
    """Return the open pages whose id or title holds what was *typed*, newest first."""
    wanted = typed.strip().casefold()
    return [
        Option(one.id, f"{one.state.value}: {one.title}"[:75])
        for one in await pager.open_pages()
        if wanted in one.title.casefold() or wanted in one.id.casefold()
    ]


OpenPage = Annotated[str, Options(offer_pages, KEEP)]
"""A page that nobody has resolved, by its PagerDuty id."""


class OnePage(Params):
    """Acts on one page."""

    page: OpenPage
    """The page, by its PagerDuty id; in the form, type a part of its title."""


async def open_page(page: str, pager: Pager) -> Page:
    """Return the page *page* as it is now; raise Refused where it is resolved already."""
    now = await pager.read_page(page)
    if now.state is PageState.RESOLVED:
        raise Refused(
            f"The page {now.title!r} is resolved already, so nothing was changed.",
            fix="Page again with `/ops oncall.page` if the trouble is not over.",
        )
    return now


def until_it_is(states: frozenset[PageState], page: str, pager: Pager) -> StepRule:
    """Return the rule of a step that brings *page* into one of *states*.

    After a lost answer it looks at the page.
    """

    async def looks(_key: str) -> Page | None:
        now = await pager.read_page(page)
        return now if now.state in states else None

    return StepRule(find=looks)


def probe_of(states: frozenset[PageState]) -> Callable[..., Awaitable[bool | None]]:
    """Return a probe that tells whether a page has come into one of *states*."""

    async def probe(params: OnePage, *, pager: Pager) -> bool | None:
        return (await pager.read_page(params.page)).state in states

    return probe


def told(before: Page, after: Page, zone: str) -> str:
    """Say what the pager says of the page now, and who had acknowledged it before."""
    now = f"PagerDuty says: the page {after.title!r} is {after.state.value}."
    if before.acknowledged_by is None:
        return now
    when = f" at {moment(before.acknowledged_at, zone)}" if before.acknowledged_at else ""
    return f"{now} {before.acknowledged_by} had acknowledged it{when}."


def moment(at: datetime, zone: str) -> str:
    """Write *at* by the clock in *zone*."""
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M} {zone}"
