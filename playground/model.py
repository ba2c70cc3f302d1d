"""What a workspace is made of. These things change; who holds one sees the change."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def slack_id(prefix: str, number: int) -> str:
    """Make the *number*-th id with *prefix* in Slack's alphabet, the same in every run."""
    rest = int.from_bytes(hashlib.sha256(f"{prefix}{number}".encode()).digest()[:7], "big")
    letters = ""
    for _ in range(8):
        rest, place = divmod(rest, len(_ALPHABET))
        letters += _ALPHABET[place]
    return f"{prefix}0{letters}"


@dataclass(eq=False)
class Person:
    """Someone with a Slack account here, or seen here from another workspace."""

    id: str
    name: str
    team_id: str
    email: str = ""
    tz: str = "Europe/Berlin"
    restricted: bool = False
    ultra_restricted: bool = False
    bot: bool = False
    deactivated: bool = False
    stranger: bool = False
    """Of another workspace, seen through a shared channel."""

    title: str = ""
    """What they do, in two or three words."""

    updated: int = 0

    @property
    def real_name(self) -> str:
        """The name for people to read."""
        return self.name.replace(".", " ").title()


@dataclass(frozen=True)
class Label:
    """A channel's topic or purpose: what it says, by whom, and since when (seconds)."""

    value: str = ""
    creator: str = ""
    last_set: int = 0


@dataclass(eq=False)
class Bookmark:
    """A link in the bar at the top of a channel."""

    id: str
    title: str
    link: str
    created: int
    updated: int
    emoji: str = ""


@dataclass(frozen=True)
class Pin:
    """A message that somebody pinned, by its `ts`."""

    ts: str
    by: str
    at: int


@dataclass(eq=False)
class Canvas:
    """The document of a channel."""

    id: str
    title: str
    markdown: str


@dataclass(eq=False)
class Channel:
    """A channel, or a direct message between the app and one person."""

    id: str
    name: str
    created: int
    members: list[str] = field(default_factory=list)
    private: bool = False
    shared: bool = False
    archived: bool = False
    with_bot: bool = True
    user: str = ""
    """The person of a direct message; empty for a channel."""

    creator: str = ""
    topic: Label = Label()
    purpose: Label = Label()
    previous_names: list[str] = field(default_factory=list)
    bookmarks: list[Bookmark] = field(default_factory=list)
    pins: list[Pin] = field(default_factory=list)
    canvas: Canvas | None = None

    said: list["Message"] = field(default_factory=list, repr=False)
    """What was said here, oldest first, the ephemeral too."""

    @property
    def direct(self) -> bool:
        """Whether this is a direct message."""
        return bool(self.user)

    @property
    def label(self) -> str:
        """The name as payloads carry it: private places keep theirs to themselves."""
        if self.direct:
            return "directmessage"
        return "privategroup" if self.private else self.name


@dataclass(eq=False)
class Usergroup:
    """A group of people that can be mentioned as one."""

    id: str
    handle: str
    users: list[str]
    updated: int = 0


@dataclass(eq=False)
class SlackFile:
    """A file, from the request for an address until it is shared."""

    id: str
    name: str
    length: int
    created: int
    title: str = ""
    content: bytes | None = None
    channel: str = ""
    complete: bool = False
    alt: str = ""


@dataclass(eq=False)
class Message:
    """One message; *only_for* names the one person who sees an ephemeral one."""

    channel: str
    ts: str
    author: str
    text: str = ""
    blocks: list[dict[str, Any]] = field(default_factory=list)
    attachments: list[dict[str, Any]] = field(default_factory=list)
    thread_ts: str = ""
    only_for: str = ""
    edited_ts: str = ""
    """When it was last edited with a visible mark, which an edit with blocks does not leave."""

    metadata: dict[str, Any] | None = None
    files: list[SlackFile] = field(default_factory=list)
    earlier: list[str] = field(default_factory=list)
    """What the text was before each edit, oldest first."""

    reactions: dict[str, list[str]] = field(default_factory=dict)
    """By the emoji's name, who reacted with it."""

    subtype: str = ""
    """What Slack itself tells, such as `channel_topic`; empty for what somebody wrote."""

    told: dict[str, str] = field(default_factory=dict)
    """What else a message of Slack itself holds, such as the topic."""

    born: int = 0
    rev: int = 0
    """The workspace's count of changes when this message came, and when it last changed."""


Values = dict[str, dict[str, dict[str, Any]]]
"""What is typed into a view: block id, action id, element state."""


@dataclass(eq=False)
class View:
    """A modal or an App Home as one person has it on the screen."""

    id: str
    person: str
    body: dict[str, Any]
    hash: str
    root: str
    previous: str = ""
    values: Values = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    offered: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """The options last suggested for a type-ahead field, by block id."""


@dataclass(frozen=True)
class Produced:
    """A view or message the app sent, with what is wrong with it (nothing: it was accepted)."""

    kind: Literal["view", "message"]
    body: dict[str, Any]
    problems: tuple[str, ...]


@dataclass(frozen=True)
class Call:
    """One Web API call and what was answered."""

    method: str
    arguments: dict[str, Any]
    answer: dict[str, Any]
    at: datetime
