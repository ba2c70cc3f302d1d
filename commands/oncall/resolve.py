"""Resolve a page."""

from pydantic import Field

from bot.authoring import Context, Rest, Result, Risk, operation
from commands.oncall.pages import OnePage, open_page, probe_of, told, until_it_is
from integrations.ports import Pager, PageState

OVER = frozenset({PageState.RESOLVED})


class ResolvePage(OnePage):
    note: Rest[str] = Field("", max_length=1000)
    """What it was and what helped, if there is something to say. It is kept with the page."""


@operation("oncall.resolve", risk=Risk.CHANGE, target="page", probe=probe_of(OVER))
async def resolve_page(params: ResolvePage, ctx: Context, *, pager: Pager) -> Result:
    """Resolve a page, because the trouble is over."""
    before = await ctx.step("Look at the page", open_page, params.page, pager)
    if params.note:
        note = f"{params.note} ({ctx.actor.name})"
        await ctx.step("Leave the note", pager.note, params.page, note)
    rule = until_it_is(OVER, params.page, pager)
    after = await ctx.step("Resolve it", pager.resolve, params.page, rule=rule)
    return Result(told(before, after, ctx.actor.zone), link=after.url)
