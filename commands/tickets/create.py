"""Create a ticket."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from bot.authoring import Context, KeyOf, LongText, Params, Result, Risk, StepRule, operation
from integrations.ports import TicketDraft, Tracker

CREATE = "Create the ticket"
_KEY = re.compile(r"[A-Z][A-Z0-9_]{1,19}")


def _project(words: str) -> str:
    # A summary without quotes would be cut after its first word, and the second one land here.
    if not _KEY.fullmatch(words):
        raise ValueError("give a key like OPS; a summary of several words stands in quotes")
    return words


class CreateTicket(Params):
    summary: str = Field(min_length=5, max_length=255)
    """What is to be done, in one sentence, in quotes."""

    project: Annotated[str, AfterValidator(_project)] | None = None
    """The project's key, like `OPS`; left out, the one that the settings name."""

    type: str | None = Field(None, max_length=60)
    """What sort of ticket, like `Bug`; left out, the one that the settings name."""

    description: LongText = ""
    """More about it; blank lines part paragraphs."""


async def created(params: CreateTicket, key_of: KeyOf, *, tracker: Tracker) -> bool | None:  # noqa: ARG001  The key says it all.
    """Say whether the ticket is there; where it is not found, it may be in a moment."""
    return True if await tracker.find_created(key_of(CREATE)) else None


@operation("tickets.create", risk=Risk.CHANGE, probe=created)
async def create_ticket(params: CreateTicket, ctx: Context, *, tracker: Tracker) -> Result:
    """Create a ticket."""
    asked = f"Asked for by {ctx.actor.name}."
    draft = TicketDraft(
        summary=params.summary,
        description=f"{params.description}\n\n{asked}".strip(),
        project=params.project,
        type=params.type,
    )
    rule = StepRule(find=tracker.find_created)
    made = await ctx.step(CREATE, tracker.create, draft, rule=rule)
    return Result(f"Created {made.id}: {made.summary}", link=made.url)
