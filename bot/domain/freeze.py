"""A time in which changes are frozen."""

from dataclasses import dataclass
from datetime import datetime, tzinfo


@dataclass(frozen=True)
class Freeze:
    """Changes to *environment*, or to everything where that is None, are frozen *until* then.

    *by* is the Slack id of who set it.
    """

    id: str
    environment: str | None
    by: str
    by_name: str
    reason: str
    at: datetime
    until: datetime

    @property
    def short(self) -> str:
        """Return the part of its id that people type."""
        return self.id[:6]

    @property
    def what(self) -> str:
        """Return what is frozen, in words."""
        return self.environment or "everything"

    def covers(self, environment: str | None) -> bool:
        """Say whether what runs in *environment* is frozen by it."""
        return self.environment in {None, environment}

    def told(self, zone: tzinfo | None) -> str:
        """Say by whom, until when in *zone*, and why, without a full stop."""
        until = self.until.astimezone(zone)
        return f"Frozen by {self.by_name} until {until:%Y-%m-%d %H:%M} {zone}: {self.reason}"
