"""Whoever carries the pager, and the pages that wake them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from pydantic import BaseModel, ConfigDict


class _Said(BaseModel):
    model_config = ConfigDict(frozen=True)


class Rota(Protocol):
    """Knows who is on call."""

    async def on_call(self) -> Mapping[str, frozenset[str]]:
        """Return the Slack ids of who is on call now, by roster. Raises Unreachable, Rejected."""
        ...


class Responder(_Said):
    """Somebody whom the pager knows. *id* is the pager's; *slack* theirs in Slack, where known.

    *phones* are in the form that one dials.
    """

    id: str
    name: str
    email: str = ""
    slack: str | None = None
    phones: tuple[str, ...] = ()


class Shift(_Said):
    """*who* is on call for what *covers* says, on *level* (1 is woken first), until *until*.

    *covers* is the name of a schedule or an escalation policy; *schedule* its id where it is one
    that can be overridden. *until* is None for who is always on call.
    """

    who: Responder
    covers: str
    level: int = 1
    schedule: str | None = None
    until: datetime | None = None


class PagedService(_Said):
    """Something that people are paged for. *id* is the pager's."""

    id: str
    name: str
    url: str | None = None


class PageState(StrEnum):
    """How far a page has come."""

    TRIGGERED = "triggered"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


class Page(_Said):
    """A page as the pager tells it now.

    *assigned* is whom it wakes at this moment: nobody where the service has no one on call.
    *acknowledged_by* and *acknowledged_at* are set once somebody took it.
    """

    id: str
    url: str | None = None
    service: str
    title: str = ""
    state: PageState = PageState.TRIGGERED
    at: datetime
    assigned: tuple[Responder, ...] = ()
    acknowledged_by: str | None = None
    acknowledged_at: datetime | None = None


class Override(_Said):
    """*who* takes the schedule from *starts* to *ends*."""

    id: str
    who: Responder
    schedule: str
    starts: datetime
    ends: datetime


class Pager(Protocol):
    """Knows who is on call, and can wake them.

    Every method raises NotConfigured, Unreachable or Rejected; those with a *key* change something
    and raise OutcomeUnknown, too. A second call with a *key* does nothing and returns the first
    answer.
    """

    async def services(self, typed: str = "") -> Sequence[PagedService]:
        """Return the services whose name holds *typed*, or whose id it is; at most 100."""
        ...

    async def shifts(self, service: str | None = None) -> Sequence[Shift]:
        """Return who is on call now, for the *service* with this id or for everything.

        The lowest level first. Rejected where there is no such service.
        """
        ...

    async def person(self, email: str) -> Responder | None:
        """Return whom the pager knows by *email*."""
        ...

    async def page(self, service: str, title: str, details: str, *, key: str) -> Page:
        """Wake who is on call for the *service* with this id.

        What is returned was read back after it was made: *assigned* tells who is woken.
        """
        ...

    async def find_page(self, key: str) -> Page | None:
        """Return the page that *key* made, or None. Asked after an answer was lost."""
        ...

    async def read_page(self, page: str) -> Page:
        """Return the page with this id, as it is now. Rejected where there is none."""
        ...

    async def open_pages(self, service: str | None = None) -> Sequence[Page]:
        """Return the pages that nobody has resolved, newest first; at most 100."""
        ...

    async def acknowledge(self, page: str, *, key: str) -> Page:
        """Say that somebody takes the page with this id; it stops waking people."""
        ...

    async def resolve(self, page: str, *, key: str) -> Page:
        """End the page with this id."""
        ...

    async def escalate(self, page: str, level: int, *, key: str) -> Page:
        """Wake the people of *level* for the page with this id. Rejected where there is none.

        A page that somebody has acknowledged stays theirs: it is returned as it is.
        """
        ...

    async def call_in(self, page: str, who: str, message: str, *, key: str) -> Page:
        """Wake *who* (the pager's id), too, for the page with this id."""
        ...

    async def note(self, page: str, text: str, *, key: str) -> None:
        """Leave *text* at the page with this id."""
        ...

    async def override(
        self, schedule: str, who: str, starts: datetime, ends: datetime, *, key: str
    ) -> Override:
        """Let *who* (the pager's id) take *schedule* for a time. Times in UTC."""
        ...
