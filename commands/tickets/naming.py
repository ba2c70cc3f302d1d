"""What the operations on a ticket share: how it is told, and offered as one types."""

import re
from collections.abc import Sequence
from typing import Annotated

from pydantic import AfterValidator

from bot.authoring import Option, Options, Params
from integrations.ports import Tracker

_ID = re.compile(r"[A-Z][A-Z0-9_]{1,19}-[1-9][0-9]{0,9}")


async def offer_tickets(typed: str, *, tracker: Tracker) -> Sequence[Option]:
    """Return tickets that hold what was *typed*, the newest changed first."""
    wanted = typed.strip()
    if not wanted:
        return []
    found = [Option(t.id, f"{t.id} {t.summary}"[:75]) for t in await tracker.search(wanted)]
    # One that was made a moment ago may not be found yet; the tracker says if there is none.
    named = wanted.upper()
    if _ID.fullmatch(named) and all(option.value != named for option in found):
        found.append(Option(named, named))
    return found


TicketId = Annotated[str, AfterValidator(str.upper), Options(offer_tickets)]
"""A ticket as people call it: `OPS-12`."""


class OneTicket(Params):
    """Acts on one ticket."""

    ticket: TicketId
    """The ticket, like `OPS-12`; in the form, type a part of its summary."""
