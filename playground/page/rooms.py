"""The places that one person can look at, and what is new for them there."""

from dataclasses import dataclass
from itertools import islice

from playground.model import Channel, Message, Person
from playground.workspace import Workspace

HOME = "~home"
"""The slug of the app's Home."""

MANY = 99
"""Unread messages are counted up to here."""


@dataclass(frozen=True)
class Room:
    """A channel, the direct messages with the app, or its Home (*channel*: the direct messages)."""

    slug: str
    title: str
    channel: Channel

    @property
    def home(self) -> bool:
        """Whether it is the app's Home."""
        return self.slug == HOME


def rooms_of(workspace: Workspace, person: Person) -> list[Room]:
    """Return the rooms of *person*: channels, then the app."""
    app = workspace.bot_user
    mine = [c for c in workspace.channels.values() if not c.direct and person.id in c.members]
    direct = workspace.direct(person)
    return [
        *(Room(channel.name, channel.name, channel) for channel in mine),
        Room(f"@{app.name}", app.real_name, direct),
        Room(HOME, "App Home", direct),
    ]


def visible(said: Message, person: Person) -> bool:
    """Say whether *person*, who is in the room, can see *said*."""
    return said.only_for in ("", person.id)


def in_stream(said: Message) -> bool:
    """Say whether *said* stands in the room itself, and not in a thread of it."""
    return said.thread_ts in ("", said.ts)


def newest(room: Room, person: Person, count: int, before: str = "") -> list[Message]:
    """Return the last *count* messages that *person* sees in *room*, before the `ts` *before*."""
    found = (
        m
        for m in reversed(room.channel.said)
        if visible(m, person) and in_stream(m) and (not before or m.ts < before)
    )
    return list(islice(found, count))[::-1]


def thread_of(room: Room, person: Person, ts: str) -> list[Message]:
    """Return the message at *ts* and its replies, as *person* sees them."""
    said = (m for m in room.channel.said if visible(m, person))
    return [m for m in said if ts in (m.ts, m.thread_ts)]


class Reading:
    """Remembers what each person has looked at."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._read: dict[tuple[str, str], str] = {}

    def look(self, person: Person, channel: Channel) -> None:
        """Let *person* have read all that is in *channel*."""
        last = channel.said[-1].ts if channel.said else ""
        if self._read.get((person.id, channel.id), "") < last:
            self._read[person.id, channel.id] = last
            self._workspace.notify()

    def unread(self, person: Person, channel: Channel) -> int:
        """Count what others said in *channel* since *person* looked, up to MANY."""
        read = self._read.get((person.id, channel.id), "")
        count = 0
        for said in reversed(channel.said):
            if said.ts <= read or count == MANY:
                break
            quiet = said.subtype or said.author == person.id
            count += visible(said, person) and not quiet
        return count

    def waiting(self, person: Person) -> int:
        """Count what is unread for *person* in all rooms."""
        rooms = rooms_of(self._workspace, person)
        return sum(self.unread(person, room.channel) for room in rooms if not room.home)
