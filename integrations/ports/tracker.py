"""Where work is written down as tickets."""

from collections.abc import Sequence
from typing import Protocol

from pydantic import BaseModel, ConfigDict


class _Said(BaseModel):
    model_config = ConfigDict(frozen=True)


class TicketDraft(_Said):
    """A ticket to be made. *project* and *type* are the configured ones where left out.

    *description* is plain text; blank lines part paragraphs.
    """

    summary: str
    description: str = ""
    project: str | None = None
    type: str | None = None
    labels: tuple[str, ...] = ()


class Ticket(_Said):
    """A ticket as the tracker tells it. *id* is what people call it: `OPS-12`."""

    id: str
    url: str
    summary: str
    status: str = ""
    type: str = ""
    assignee: str | None = None


class Tracker(Protocol):
    """Keeps tickets.

    Every method raises NotConfigured, Unreachable or Rejected; those with a *key* change something
    and raise OutcomeUnknown, too. A second call with a *key* does nothing and returns the first
    answer.
    """

    async def create(self, draft: TicketDraft, *, key: str) -> Ticket:
        """Make a ticket.

        Rejected names the fields that the tracker wants and the draft has not.
        """
        ...

    async def find_created(self, key: str) -> Ticket | None:
        """Return the ticket that *key* made, or None. Asked after an answer was lost."""
        ...

    async def read(self, ticket: str) -> Ticket:
        """Return the ticket with this id. Rejected where there is none."""
        ...

    async def search(self, words: str, limit: int = 20) -> Sequence[Ticket]:
        """Return tickets that hold *words*, or whose id it is, the newest changed first."""
        ...

    async def moves(self, ticket: str) -> Sequence[str]:
        """Return the statuses to which the ticket may be moved now."""
        ...

    async def move(self, ticket: str, to: str, *, key: str) -> Ticket:
        """Move the ticket to the status called *to*, whatever the case of its letters.

        One that is there already stays. Rejected names the statuses that it may be moved to.
        """
        ...

    async def comment(self, ticket: str, text: str, *, key: str) -> str:
        """Write *text* (plain) below the ticket; return the comment's address."""
        ...

    async def link(self, ticket: str, url: str, title: str, *, key: str) -> None:
        """Show at the ticket a link to *url*; a second with the same *url* replaces the first."""
        ...
