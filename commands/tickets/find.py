"""Look tickets up."""

from collections.abc import Sequence

from pydantic import Field

from bot.authoring import Context, Params, Rest, Result, Risk, operation
from integrations.ports import Ticket, Tracker

MOST = 20
"""Tickets that are shown: whoever gets more says more."""


class FindTickets(Params):
    words: Rest[str] = Field(min_length=2, max_length=200)
    """Words that the ticket holds, or its id."""


@operation("tickets.find", risk=Risk.READ)
async def find_tickets(params: FindTickets, ctx: Context, *, tracker: Tracker) -> Result:
    """Find tickets by words that they hold."""
    found = await ctx.step("Look tickets up", tracker.search, params.words, MOST)
    if not found:
        return Result(f"No ticket holds {params.words!r}.")
    header = ("ticket", "summary", "status", "type", "assignee")
    rows = ((t.id, t.summary, t.status, t.type, t.assignee or "nobody") for t in found)
    return Result(_told(len(found), params.words), table=(header, *rows), link=_only(found))


def _told(count: int, words: str) -> str:
    if count == 1:
        return f"1 ticket holds {words!r}."
    if count < MOST:
        return f"{count} tickets hold {words!r}."
    return f"These {count} of those that hold {words!r} changed last; more words find fewer."


def _only(found: Sequence[Ticket]) -> str | None:
    return found[0].url if len(found) == 1 else None
