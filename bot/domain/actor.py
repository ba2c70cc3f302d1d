"""Who asks."""

from dataclasses import dataclass
from enum import StrEnum


class ActorKind(StrEnum):
    """What sort of actor it is; schedules and people are different principals in the rules."""

    PERSON = "person"
    SCHEDULE = "schedule"


@dataclass(frozen=True)
class Actor:
    """Somebody or something that asks, with what is known about them now.

    *id* is Slack's id of a person, or a schedule's name; it is unique only within *team*.
    """

    team: str
    id: str
    name: str
    kind: ActorKind = ActorKind.PERSON
    groups: frozenset[str] = frozenset()
    guest: bool = False
    external: bool = False
    bot: bool = False
    zone: str = "UTC"

    @property
    def key(self) -> str:
        """Return the id that is unique across workspaces."""
        return f"{self.team}/{self.id}"
