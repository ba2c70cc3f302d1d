"""Move a ticket to another status."""

from pydantic import Field

from bot.authoring import Context, LongText, Rest, Result, Risk, StepRule, operation
from commands.tickets.naming import OneTicket
from commands.tickets.words import signed
from integrations.ports import Ticket, Tracker


class MoveTicket(OneTicket):
    to: str = Field(min_length=2, max_length=60)
    """The status, like `Done`; in quotes where it has several words: `"In Progress"`."""

    comment: Rest[LongText] = Field("", max_length=2000)
    """What to write below the ticket once it is moved, if anything."""


async def moves(params: MoveTicket, *, tracker: Tracker) -> list[tuple[str, ...]]:
    """Return the ticket's status before and after."""
    now = await tracker.read(params.ticket)
    return [("ticket", "summary", "now", "then"), (now.id, now.summary, now.status, params.to)]


async def moved(params: MoveTicket, *, tracker: Tracker) -> bool | None:
    """Say whether the ticket is where it was to be moved.

    Where it is not, it may have come elsewhere: some trackers take the name of the way, too.
    """
    return True if _is_at(await tracker.read(params.ticket), params.to) else None


@operation("tickets.move", risk=Risk.CHANGE, target="ticket", preview=moves, probe=moved)
async def move_ticket(params: MoveTicket, ctx: Context, *, tracker: Tracker) -> Result:
    """Move a ticket to another status."""

    async def looks(_key: str) -> Ticket | None:
        now = await tracker.read(params.ticket)
        return now if _is_at(now, params.to) else None

    before = await ctx.step("Look at the ticket", tracker.read, params.ticket)
    rule = StepRule(find=looks)
    after = await ctx.step("Move it", tracker.move, params.ticket, params.to, rule=rule)
    if params.comment:
        text = signed(params.comment, ctx.actor)
        await ctx.step("Comment on it", tracker.comment, params.ticket, text)
    return Result(_told(before, after), link=after.url)


def _is_at(ticket: Ticket, status: str) -> bool:
    return ticket.status.casefold() == status.casefold()


def _told(before: Ticket, after: Ticket) -> str:
    if _is_at(before, after.status):
        return f"{after.id} was in {after.status} already."
    return f"{after.id} has moved from {before.status} to {after.status}."
