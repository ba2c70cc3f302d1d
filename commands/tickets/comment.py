"""Comment on a ticket."""

from pydantic import Field

from bot.authoring import Context, LongText, Rest, Result, Risk, operation
from commands.tickets.naming import OneTicket
from commands.tickets.words import signed
from integrations.ports import Tracker


class CommentOnTicket(OneTicket):
    comment: Rest[LongText] = Field(min_length=2, max_length=3000)
    """What to write. Your name stands above it."""


@operation("tickets.comment", risk=Risk.CHANGE, target="ticket")
async def comment_on_ticket(params: CommentOnTicket, ctx: Context, *, tracker: Tracker) -> Result:
    """Write a comment below a ticket."""
    text = signed(params.comment, ctx.actor)
    address = await ctx.step("Write the comment", tracker.comment, params.ticket, text)
    return Result(f"Your comment stands below {params.ticket}.", link=address)
