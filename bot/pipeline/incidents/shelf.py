"""What keeping incidents needs of the store."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.incident import Incident, Moment
from bot.pipeline.protocols import Entry

Made = tuple[Incident, Entry, tuple[Moment, ...]]
"""An incident as it is to be written, with what is written together with it."""


class Shelf(Protocol):
    """The store, as incidents see it. Each method is one transaction; each raises NotNow."""

    async def declare(
        self,
        team: str,
        key: str,
        same: Callable[[Incident], bool],
        make: Callable[[int], Made],
    ) -> tuple[Incident, bool]:
        """Write down what *make* returns for the next number, unless an open one is the *same*.

        Return the incident, and whether it is the one of this *key*. No other of *team* is written
        between the look and the commit.
        """
        ...

    async def get(self, incident: str) -> Incident | None:
        """Return the incident with this id."""
        ...

    async def numbered(self, team: str, number: int) -> Incident | None:
        """Return the incident of *team* with this number."""
        ...

    async def in_room(self, team: str, room: str) -> Incident | None:
        """Return the newest incident whose room is the channel *room*."""
        ...

    async def live(self, team: str) -> Sequence[Incident]:
        """Return the incidents of *team* that have not ended, newest first."""
        ...

    async def since(self, team: str, since: datetime, limit: int) -> Sequence[Incident]:
        """Return the incidents of *team* declared *since* then, newest first."""
        ...

    async def amend(self, incident: Incident, moments: Sequence[Moment], entry: Entry) -> bool:
        """Put *incident* in place of its version, with *moments* and *entry*.

        False, and nothing is written, where another change came before, or the first of *moments*
        stands there already.
        """
        ...

    async def moments(self, incident: str) -> Sequence[Moment]:
        """Return the timeline of the incident with this id, oldest first."""
        ...

    async def has(self, incident: str, source: str) -> bool:
        """Say whether *source* stands in the timeline."""
        ...

    async def place(self, invocation: str, slot: str) -> tuple[str, str] | None:
        """Return channel and `ts` of a message that is out."""
        ...

    async def refusal(self, invocation: str, slot: str) -> str | None:
        """Return why a message was given up; None where it was not."""
        ...

    async def remember(self, name: str, body: str) -> None:
        """Keep *body* under *name*, in place of what was there."""
        ...

    async def recall(self, name: str) -> tuple[str, datetime] | None:
        """Return what is kept under *name*, and since when."""
        ...

    async def first(self, name: str, entry: Entry) -> bool:
        """Say whether *name* is heard of for the first time; if so keep it, and write *entry*."""
        ...

    async def forget(self, begins: str, before: datetime) -> int:
        """Remove what is kept under names that begin so, since *before*; return how many."""
        ...

    async def everywhere(self) -> Sequence[Incident]:
        """Return the incidents of all teams that have not ended, newest first."""
        ...
