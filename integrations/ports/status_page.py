"""Where customers read how things are."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol

from pydantic import BaseModel, ConfigDict


class _Said(BaseModel):
    model_config = ConfigDict(frozen=True)


class PublicStatus(StrEnum):
    """How far the trouble is, in the words of the page."""

    INVESTIGATING = "investigating"
    IDENTIFIED = "identified"
    MONITORING = "monitoring"
    RESOLVED = "resolved"


class Impact(StrEnum):
    """How much of it customers feel."""

    NONE = "none"
    MINOR = "minor"
    MAJOR = "major"
    CRITICAL = "critical"


class Component(_Said):
    """A part of the product that the page shows."""

    id: str
    name: str
    status: str = "operational"


class Publication(_Said):
    """What the page says of some trouble. *id* is the page's; *url* is for customers."""

    id: str
    url: str | None = None
    title: str
    status: PublicStatus
    impact: Impact = Impact.NONE


class Bulletin(_Said):
    """What is to be said to customers."""

    title: str
    status: PublicStatus
    message: str
    impact: Impact = Impact.MINOR
    components: tuple[str, ...] = ()
    """Ids of the components that are touched."""


class StatusPage(Protocol):
    """Tells customers how things are.

    Every method raises NotConfigured, Unreachable or Rejected; those with a *key* change something
    and raise OutcomeUnknown, too. A second call with a *key* does nothing and returns the first
    answer.
    """

    async def components(self) -> Sequence[Component]:
        """Return the components that the page shows, in its order."""
        ...

    async def published(self) -> Sequence[Publication]:
        """Return what the page says of trouble that is not resolved, newest first."""
        ...

    async def publish(self, bulletin: Bulletin, *, key: str) -> Publication:
        """Say it to everybody."""
        ...

    async def find_published(self, key: str) -> Publication | None:
        """Return what *key* published, or None. Asked after an answer was lost."""
        ...

    async def amend(
        self, publication: str, status: PublicStatus, message: str, *, key: str
    ) -> Publication:
        """Add *message* to the publication with this id, and move it to *status*."""
        ...
