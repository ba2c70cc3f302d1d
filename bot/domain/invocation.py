"""One asking: who, what, when, and everything that came of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from pydantic import BaseModel, ConfigDict


class State(StrEnum):
    """Where an invocation stands."""

    INVALID = "invalid"
    DENIED = "denied"
    WAITING = "waiting"
    ACCEPTED = "accepted"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


MOVES: Mapping[State, frozenset[State]] = MappingProxyType(
    {
        State.INVALID: frozenset(),
        State.DENIED: frozenset(),
        State.WAITING: frozenset({State.ACCEPTED, State.DENIED, State.CANCELLED, State.FAILED}),
        State.ACCEPTED: frozenset(
            {State.RUNNING, State.WAITING, State.DENIED, State.CANCELLED, State.FAILED}
        ),
        # What a killed process had only begun is asked about again, and may be denied or wait.
        State.RUNNING: frozenset(
            {
                *(State.DENIED, State.WAITING),
                *(State.SUCCEEDED, State.FAILED, State.CANCELLED, State.UNKNOWN),
            }
        ),
        State.SUCCEEDED: frozenset(),
        State.FAILED: frozenset(),
        State.CANCELLED: frozenset(),
        State.UNKNOWN: frozenset({State.SUCCEEDED, State.FAILED}),
    }
)
"""Which state may follow which.

An unknown outcome can still be settled; every other end is final.
"""


class Surface(StrEnum):
    """A door."""

    SLACK = "slack"
    CLI = "cli"
    SCHEDULE = "schedule"
    WEB = "web"


class Origin(BaseModel):
    """Where it was asked, and so where it is answered.

    *response_url* is Slack's, good for 30 minutes. Of what is asked *aside* who asked alone is
    told, by direct message. *owner* is the person for whom a schedule asks, *late* says that it
    asks later than it should, and by how much, or as of when. *before* is the time for which it
    asked last. What it finds takes the place of what the invocation *renews* had found. *token* is
    the id of the personal token that was shown.
    """

    model_config = ConfigDict(frozen=True)

    surface: Surface
    team: str
    user: str
    channel: str | None = None
    response_url: str | None = None
    aside: bool = False
    owner: str | None = None
    late: str = ""
    before: datetime | None = None
    renews: str | None = None
    token: str | None = None

    def is_by(self, other: "Origin") -> bool:
        """Say whether whoever asks from here is who asks from *other*."""
        return (self.team, self.user) == (other.team, other.user)


@dataclass(frozen=True)
class Invocation:
    """A stored invocation. *params* is the JSON of its params, secrets wiped once it has ended.

    *changed_at* is when it last moved, or a step of it did.
    """

    id: str
    key: str
    operation: str
    state: State
    origin: Origin
    actor_name: str
    params: str
    at: datetime
    owner: str | None = None
    cancelled_by: str | None = None
    changed_at: datetime | None = field(default=None, compare=False)


class StepState(StrEnum):
    """Where a step stands."""

    PLANNED = "planned"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    BY_HAND = "by_hand"


@dataclass(frozen=True)
class Step:
    """A stored step: what it remembers, what people see, what the record tells."""

    name: str
    state: StepState
    result: str | None = None
    note: str = ""
