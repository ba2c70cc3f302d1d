"""Others agreeing to one asking: what is asked of them, what they said, and how it stands."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from bot.domain.ids import short


class Standing(StrEnum):
    """How a request for approval stands; every standing but OPEN is an end."""

    OPEN = "open"
    APPROVED = "approved"
    REFUSED = "refused"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class Vote(BaseModel):
    """One person's word, and why. *person* is a Slack id.

    *instead_of* is who handed their word over to this person, where somebody did.
    """

    model_config = ConfigDict(frozen=True)

    person: str
    name: str
    yes: bool
    reason: str
    at: datetime
    instead_of: str | None = None


class Remark(BaseModel):
    """Something that was said about the request: a question, or what the bot found."""

    model_config = ConfigDict(frozen=True)

    name: str
    text: str
    at: datetime


class CardPlace(BaseModel):
    """Where a card stands: *to* is a channel's or, of a direct message, a person's id."""

    model_config = ConfigDict(frozen=True)

    slot: str
    to: str
    direct: bool


class Approval(BaseModel):
    """A request for approval of *invocation*.

    *digest* stands for all that is agreed to: operation, params, target, requester and preview.
    Where any of it is found changed a new *round* begins, in which nobody has said anything.
    *needs* counts people by lane, *sentences* are the rules' that want them. *stands_in* names for
    whom a person was asked to decide. *glass* says that who asked may break the glass instead.
    *version* counts changes.
    """

    model_config = ConfigDict(frozen=True)

    invocation: str
    digest: str
    needs: Mapping[str, int]
    sentences: tuple[str, ...]
    opened_at: datetime
    expires_at: datetime
    standing: Standing = Standing.OPEN
    round: int = 1
    preview: tuple[tuple[str, ...], ...] = ()
    votes: tuple[Vote, ...] = ()
    remarks: tuple[Remark, ...] = ()
    stands_in: Mapping[str, str] = {}
    places: tuple[CardPlace, ...] = ()
    helpers: tuple[str, ...] = ()
    glass: bool = False
    version: int = 0

    @property
    def open(self) -> bool:
        """Say whether it waits for votes."""
        return self.standing is Standing.OPEN

    def word_of(self, person: str) -> Vote | None:
        """Return what *person* said, or somebody in their place."""
        return next((v for v in self.votes if person in {v.person, v.instead_of}), None)


def name_of(invocation: str, round_: int) -> str:
    """Return what people call a request; a later round has another name, for it is another."""
    return short(invocation) if round_ == 1 else f"{short(invocation)}.{round_}"


def read_name(name: str) -> tuple[str, int]:
    """Return the invocation, whole or short, and the round that *name* means."""
    invocation, _, number = name.partition(".")
    return invocation, int(number) if number.isascii() and number.isdecimal() else 1


@dataclass(frozen=True)
class Waiting:
    """A request as it is listed: its *name* is short, *lacking* says how many more, by lane.

    It waits *since* then, and lapses *until* then. *invocation* and *round* say exactly what is
    meant.
    """

    name: str
    asked_by: str
    what: str
    lacking: str
    since: datetime
    until: datetime
    invocation: str = ""
    round: int = 1


def counted(needs: Mapping[str, int], lanes: Mapping[str, Collection[str]]) -> dict[str, int]:
    """Count people by lane, each in one lane only, so that as much as can be of *needs* is met.

    *lanes* says in which each person may agree.
    """
    seats = [(lane, n) for lane, count in needs.items() for n in range(count)]
    taken: dict[tuple[str, int], str] = {}

    def seat(person: str, tried: set[tuple[str, int]]) -> bool:
        """Find *person* a seat, and whoever sat there another one."""
        for one in seats:
            if one[0] in lanes[person] and one not in tried:
                tried.add(one)
                if one not in taken or seat(taken[one], tried):
                    taken[one] = person
                    return True
        return False

    for person in lanes:
        seat(person, set())
    return {lane: sum(lane == where for where, _ in taken) for lane in needs}
