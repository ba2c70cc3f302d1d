"""Acknowledge a page."""

from bot.authoring import Context, Result, Risk, operation
from commands.oncall.pages import OnePage, open_page, probe_of, told, until_it_is
from integrations.ports import Pager, PageState

# One that somebody has resolved meanwhile wakes nobody either.
TAKEN = frozenset({PageState.ACKNOWLEDGED, PageState.RESOLVED})


@operation("oncall.ack", risk=Risk.CHANGE, target="page", probe=probe_of(TAKEN))
async def acknowledge_page(params: OnePage, ctx: Context, *, pager: Pager) -> Result:
    """Acknowledge a page, so that it stops waking people."""
    before = await ctx.step("Look at the page", open_page, params.page, pager)
    rule = until_it_is(TAKEN, params.page, pager)
    after = await ctx.step("Acknowledge it", pager.acknowledge, params.page, rule=rule)
    return Result(told(before, after, ctx.actor.zone), link=after.url)
