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

    *id* is Slack's id of a person, or a schedule's name; it is unique only within *team*. *on_call*
    names the rosters that the person is on call for now. *email*, in small letters, tells whether
    two accounts are one person's; it is empty where it is not known. *vouched* says by what they
    are known, where Slack could not be asked.
    """

    team: str
    id: str
    name: str
    kind: ActorKind = ActorKind.PERSON
    groups: frozenset[str] = frozenset()
    on_call: frozenset[str] = frozenset()
    guest: bool = False
    external: bool = False
    bot: bool = False
    zone: str = "UTC"
    email: str = ""
    vouched: str = ""

    @property
    def key(self) -> str:
        """Return the id that is unique across workspaces."""
        return f"{self.team}/{self.id}"

    def is_same_person(self, other: "Actor") -> bool:
        """Say whether *other* is the same account, or another one with the same e-mail."""
        return self.key == other.key or (self.email != "" and self.email == other.email)
