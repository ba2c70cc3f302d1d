"""The glass that was broken: by whom, why, and who has looked at it since."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from bot.domain.ids import short


class Review(BaseModel):
    """Somebody broke the glass for *invocation*; open until somebody else has looked at it."""

    model_config = ConfigDict(frozen=True)

    invocation: str
    team: str
    actor: str
    name: str
    operation: str
    reason: str
    at: datetime
    closed_at: datetime | None = None
    closed_by: str | None = None
    finding: str = ""

    @property
    def short(self) -> str:
        """Return the part of its invocation's id that people type."""
        return short(self.invocation)
