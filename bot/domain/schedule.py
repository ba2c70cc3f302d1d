"""Something that is asked for at given times, by the schedule itself."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple, Protocol

from pydantic import BaseModel, ConfigDict

from bot.domain.actor import Actor, ActorKind

NAME = r"^[a-z][a-z0-9_-]{0,39}$"
"""What a schedule may be called. Slack's ids are capitals, so that none is taken for a person."""

FREEZE = "freeze"
"""The calendar of the times in which all changes are frozen."""

LOOK = "look:"
"""What the keys begin with under which something live is looked at again."""

_NAME = re.compile(NAME)


class Late(StrEnum):
    """What becomes of a time at which no bot was there: asked for late, or skipped."""

    SEND = "send"
    SKIP = "skip"


class ScheduleDraft(BaseModel):
    """A schedule as somebody wants it. *when* is as they said it, *params* are words.

    *channel* is where what comes of it is told; None means its owner, by direct message. At times
    within one of the calendars *rests* nothing is asked for. What is *live* is looked at again and
    again, and its message kept true, until the next time or for a day.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    operation: str
    when: str
    params: str = ""
    channel: str | None = None
    late: Late = Late.SEND
    rests: tuple[str, ...] = ()
    live: bool = False


class Schedule(ScheduleDraft):
    """A schedule as it is kept. *when* is in the words that it is read back in, with its zone.

    *channel_name* is empty for a private channel: not everybody may know how it is called.
    *paused* is why nothing is asked for now, if so, and *snoozed* the time up to which nothing is;
    *declared* that the settings hold it;
    *troubles* are those that people have been told of. *since* is the last time that was asked for,
    skipped or given up: later ones are still to come. *version* grows with each change.
    """

    team: str
    zone: str
    owner: str
    owner_name: str = ""
    channel_name: str = ""
    paused: str = ""
    snoozed: datetime | None = None
    declared: bool = False
    troubles: tuple[str, ...] = ()
    since: datetime
    version: int = 0

    @property
    def actor(self) -> Actor:
        """Return the schedule as the one who asks."""
        return schedule_actor(self.team, self.name, self.zone)

    @property
    def is_subscription(self) -> bool:
        """Say whether it is a digest's, to the person or the channel that its name ends in."""
        place = (self.channel or self.owner).lower()
        return self.name == f"{self.operation.replace('.', '-')}-{place}"

    @property
    def told_in(self) -> str:
        """Return what its channel is called, for whoever reads that."""
        return self.channel_name or f"channel {self.channel}"

    def key(self, at: datetime) -> str:
        """Return what tells its asking at that time from every other."""
        return f"schedule:{self.name}:{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"

    def look_key(self, at: datetime, due: datetime) -> str:
        """Return what tells the look *due* after what was asked for *at* from every other."""
        return f"{LOOK}{self.key(at)}+{(due - at) // timedelta(seconds=1)}"


def is_schedule(name: str) -> bool:
    """Say whether *name* is that of a schedule rather than the id of a person."""
    return _NAME.fullmatch(name) is not None


def schedule_actor(team: str, name: str, zone: str = "UTC") -> Actor:
    """Return the schedule *name* as the one who asks."""
    return Actor(team, name, f"schedule {name}", ActorKind.SCHEDULE, zone=zone)


class Heard(NamedTuple):
    """Times as they were understood: said again in *sentence*, and the *next* of them, in UTC."""

    sentence: str
    zone: str
    next: Sequence[datetime]
    skipped: Sequence[datetime] = ()


class Schedules(Protocol):
    """Keeps the schedules, and asks for what they say.

    Raises Refused where something cannot be, NotNow where the store does not take or tell it.
    """

    async def add(
        self, draft: ScheduleDraft, by: Actor, surface: str, *, anew: bool = False, key: str
    ) -> Schedule:
        """Keep what *draft* says, owned by *by*, who asks for it on *surface*.

        Who adds it must be allowed the operation themselves, and so must the schedule. With *anew*
        it takes the place of the one of its name. A second call with *key* returns the first
        schedule.
        """
        ...

    async def all(self, team: str) -> Sequence[Schedule]:
        """Return the schedules of *team* by name."""
        ...

    async def get(self, team: str, name: str) -> Schedule:
        """Return the schedule *name*."""
        ...

    async def pause(self, team: str, name: str, why: str) -> Schedule:
        """Ask for nothing until it is resumed. *why* is shown."""
        ...

    async def snooze(self, team: str, name: str, until: datetime) -> Schedule:
        """Ask for nothing up to *until*, or until it is resumed; that is not made up for."""
        ...

    async def resume(self, team: str, name: str, by: Actor, surface: str) -> Schedule:
        """Ask again from now on; what would have been meanwhile is not made up for.

        One whose owner has left is owned by *by* from then on, who must be allowed the operation.
        """
        ...

    async def remove(self, team: str, name: str) -> Schedule:
        """Forget the schedule; one that the settings hold stays."""
        ...

    async def run(self, team: str, name: str, by: Actor, surface: str, *, key: str) -> str:
        """Ask for it now, as the schedule would; return the invocation.

        *by* must be allowed the operation. A second call with *key* is the same asking.
        """
        ...

    def hear(self, when: str, zone: str, rests: Sequence[str] = ()) -> Heard:
        """Read times as people say them, in *zone* where they name none."""
        ...

    def next(self, schedule: Schedule, count: int) -> Sequence[datetime]:
        """Return the next *count* times, in UTC, those at which it rests or is snoozed left out."""
        ...
