"""Our record of trouble: what it is, who leads, what was set going for it, how it went."""

import hashlib
import re
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

TITLE = 200
"""Characters of a title."""

UNKNOWN_SERVICE = "unknown"
"""The service of trouble that nobody knows the place of."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class Severity(StrEnum):
    """How bad it is, from the worst down."""

    SEV1 = "SEV1"
    SEV2 = "SEV2"
    SEV3 = "SEV3"
    SEV4 = "SEV4"


class Status(StrEnum):
    """How far it is. The first three are open; RESOLVED may be opened again; the rest are ends."""

    INVESTIGATING = "investigating"
    IDENTIFIED = "identified"
    MONITORING = "monitoring"
    RESOLVED = "resolved"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    MERGED = "merged"


OPEN = frozenset({Status.INVESTIGATING, Status.IDENTIFIED, Status.MONITORING})
"""Somebody is still at it."""

ENDED = frozenset({Status.CLOSED, Status.CANCELLED, Status.MERGED})


class Role(StrEnum):
    """What somebody does in an incident."""

    COMMANDER = "commander"
    COMMS = "comms"
    SCRIBE = "scribe"


class LimbState(StrEnum):
    """How one thing that a press sets going stands.

    UNKNOWN: an answer was lost, and it is being looked for. ABSENT: it is not set up here.
    """

    PLANNED = "planned"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "unknown"
    SKIPPED = "skipped"
    BY_HAND = "by_hand"
    ABSENT = "absent"


STUCK = frozenset({LimbState.FAILED, LimbState.UNKNOWN})
"""Somebody may try such a limb again, leave it, or say that they did it by hand."""


class Limb(_Frozen):
    """One thing that a press sets going.

    *note* says what came of it, in one sentence; *ref* is what the vendor calls it. *by* is who
    settled it by hand, as a Slack id; *run* the invocation that carries it out. *lost*: an earlier
    try may have done it, and what came of that has not been seen.
    """

    name: str
    label: str
    state: LimbState = LimbState.PLANNED
    note: str = ""
    link: str | None = None
    ref: str = ""
    by: str = ""
    run: str = ""
    lost: bool = False


class Holder(_Frozen):
    """Who has a role; *id* is Slack's."""

    id: str
    name: str
    at: datetime


class Call(_Frozen):
    """One page for the incident, and the proof of it.

    *page* is the pager's id, *woken* whom it woke in that order. *told* is how far its silence was
    taken: how many times somebody else was woken because nobody answered. Nobody else is woken
    before *not_before*.
    """

    page: str
    service: str
    url: str | None = None
    at: datetime
    woken: tuple[str, ...] = ()
    acknowledged_by: str | None = None
    acknowledged_at: datetime | None = None
    resolved: bool = False
    told: int = 0
    not_before: datetime | None = None


class Task(_Frozen):
    """Something to be done: now, or once it is over (*follow_up*). *owner* is a Slack id."""

    number: int
    text: str
    at: datetime
    by_name: str
    owner: str | None = None
    follow_up: bool = False
    done: bool = False
    ticket: str | None = None
    link: str | None = None


class Settled(StrEnum):
    """What became of a change."""

    UNDONE = "undone"
    ACCEPTED = "accepted"


class Change(_Frozen):
    """A change that somebody made in the incident's room. *undo* are the words that take it back.

    It is in force until it is *settled*.
    """

    invocation: str
    operation: str
    words: str
    summary: str
    by_name: str
    at: datetime
    undo: str = ""
    settled: Settled | None = None
    settled_by: str = ""

    @property
    def told(self) -> str:
        """Return what was done, and to what: two changes of a kind are told apart."""
        said = f" ({self.words})" if self.words else ""
        return f"{self.summary.rstrip('.')}{said}"


class Handover(_Frozen):
    """The role is offered to *to* (a Slack id), who must say yes; *packet* is what they read."""

    role: Role
    to: str
    to_name: str
    by: str
    by_name: str
    at: datetime
    packet: tuple[str, ...] = ()


class Incident(_Frozen):
    """One incident as it stands. Times are UTC; people are Slack ids.

    *version* counts its changes. *invocation* is the asking that declared it: all its messages are
    messages of that one. *began_at* is since when there was trouble, where that is not when it was
    declared. *people* may see it where it is *private*; those who are *awaited* were woken and are
    not known to be in the room yet. A *drill* is outside all figures. *taking* are the ids of those
    that are being merged into it.
    """

    id: str
    number: int
    version: int = 0
    team: str
    invocation: str
    name: str
    title: str
    severity: Severity
    service: str = UNKNOWN_SERVICE
    private: bool = False
    drill: bool = False
    status: Status = Status.INVESTIGATING
    declared_by: str
    declared_by_name: str
    at: datetime
    began_at: datetime | None = None
    source: str | None = None
    room: str | None = None
    room_name: str = ""
    room_url: str = ""
    room_open: bool = True
    bridge: str | None = None
    people: tuple[str, ...] = ()
    awaited: tuple[str, ...] = ()
    limbs: tuple[Limb, ...] = ()
    calls: tuple[Call, ...] = ()
    roles: dict[Role, Holder] = {}
    handover: Handover | None = None
    summary: str = ""
    updated_at: datetime | None = None
    next_update_at: datetime | None = None
    reminded_at: datetime | None = None
    tasks: tuple[Task, ...] = ()
    changes: tuple[Change, ...] = ()
    public: str = ""
    public_status: str = ""
    stakeholders: str = ""
    mitigated_at: datetime | None = None
    resolved_at: datetime | None = None
    ended_at: datetime | None = None
    reason: str = ""
    merged_into: str | None = None
    taking: tuple[str, ...] = ()
    dressed: str = ""

    @property
    def short(self) -> str:
        """Return what people call it in writing: `INC-12`, a drill `DRILL-12`."""
        return f"{'DRILL' if self.drill else 'INC'}-{self.number}"

    @property
    def is_open(self) -> bool:
        """Say whether somebody is still at it."""
        return self.status in OPEN

    @property
    def began(self) -> datetime:
        """Return since when there was trouble."""
        return self.began_at or self.at

    @property
    def in_force(self) -> tuple[Change, ...]:
        """Return the changes that are neither undone nor accepted."""
        return tuple(c for c in self.changes if c.settled is None)

    def limb(self, name: str) -> Limb | None:
        """Return the limb called *name*, if there is one."""
        return next((limb for limb in self.limbs if limb.name == name), None)

    def ref(self, name: str) -> str:
        """Return what the vendor calls what the limb *name* made; empty where it made nothing."""
        limb = self.limb(name)
        return limb.ref if limb else ""

    def with_limb(self, name: str, **update: object) -> "Incident":
        """Return it with the limb *name* changed; a limb that is not there changes nothing."""
        limbs = (x.model_copy(update=update) if x.name == name else x for x in self.limbs)
        return self.with_(limbs=tuple(limbs))

    def with_(self, **update: object) -> "Incident":
        """Return it with other values."""
        return self.model_copy(update=update)

    def awaiting(self, *people: str | None) -> "Incident":
        """Return it with *people*, as far as they are known, in it and awaited in its room."""
        came = dict.fromkeys(one for one in people if one)
        inside = tuple(dict.fromkeys((*self.people, *came)))
        return self.with_(people=inside, awaited=tuple(dict.fromkeys((*self.awaited, *came))))

    def awaiting_no(self, people: Iterable[str]) -> "Incident":
        """Return it with none of *people* awaited any more."""
        here = set(people)
        return self.with_(awaited=tuple(one for one in self.awaited if one not in here))

    def may_see(self, who: str) -> bool:
        """Say whether *who*, a Slack id, may know of it."""
        return not self.private or who in {self.declared_by, *self.people}

    def key(self, what: str) -> str:
        """Return the key under which *what* is done for this incident, by whichever run."""
        return hashlib.sha256(f"{self.id}/{what}".encode()).hexdigest()[:32]


class MomentKind(StrEnum):
    """What a line of the timeline tells of."""

    DECLARED = "declared"
    LIMB = "limb"
    PAGE = "page"
    STATUS = "status"
    SEVERITY = "severity"
    UPDATE = "update"
    ROLE = "role"
    NOTE = "note"
    PINNED = "pinned"
    TASK = "task"
    OPERATION = "operation"
    HANDOVER = "handover"
    PUBLIC = "public"
    MERGED = "merged"
    ENDED = "ended"


class Moment(_Frozen):
    """One line of an incident's timeline. *by* is a Slack id, empty where the bot did it.

    *source* tells one line from another: a second with the same is not written.
    """

    source: str
    at: datetime
    kind: MomentKind
    text: str
    by: str = ""
    by_name: str = ""
    link: str | None = None


class Draft(_Frozen):
    """An incident that is to be declared.

    *anyway*: even though the same trouble was declared just now. *over*, of what is written down
    afterwards, is when it was over: nothing is set going for it.
    """

    title: str
    severity: Severity
    service: str = UNKNOWN_SERVICE
    private: bool = False
    drill: bool = False
    source: str | None = None
    anyway: bool = False
    began_at: datetime | None = None
    over: datetime | None = None


class Declared(_Frozen):
    """The incident, and whether it is new: if not, it is the one that was declared just before."""

    incident: Incident
    fresh: bool


_SPACES = re.compile(r"\s+")


def one_line(text: str) -> str:
    """Return *text* on one line, without the spaces around it."""
    return _SPACES.sub(" ", text).strip()


def is_same_trouble(draft: Draft, incident: Incident) -> bool:
    """Say whether *draft* tells of what *incident* is about: the service, or else the title."""
    if draft.service != UNKNOWN_SERVICE or incident.service != UNKNOWN_SERVICE:
        return draft.service == incident.service
    return one_line(draft.title).casefold() == one_line(incident.title).casefold()


def durations(incident: Incident) -> dict[str, float]:
    """Return, in seconds since the trouble began, when it was acknowledged, mitigated, resolved.

    What has not happened is left out.
    """
    answered = [c.acknowledged_at for c in incident.calls if c.acknowledged_at]
    marks: Iterable[tuple[str, datetime | None]] = (
        ("acknowledged", min(answered, default=None)),
        ("mitigated", incident.mitigated_at),
        ("resolved", incident.resolved_at),
    )
    return {name: (at - incident.began).total_seconds() for name, at in marks if at is not None}
