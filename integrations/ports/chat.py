"""Where people talk: rooms, who is in them, and what stands on their walls.

What is said in them is no concern of this port: messages are data, and the one paced sender posts
them.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from pydantic import BaseModel, ConfigDict


class _Said(BaseModel):
    model_config = ConfigDict(frozen=True)


class Room(_Said):
    """A channel. *id* is Slack's, *name* without `#`."""

    id: str
    name: str
    url: str = ""
    private: bool = False
    archived: bool = False


class Invited(_Said):
    """Who of those asked is in the room now, and why the others are not, by id."""

    inside: tuple[str, ...] = ()
    outside: Mapping[str, str] = {}


class Chat(Protocol):
    """Opens rooms and keeps them in order.

    Every method raises Unreachable or Rejected, and those that change something OutcomeUnknown,
    too. All of them may be called again: what is so already stays so.
    """

    async def open_room(self, name: str, *, purpose: str, private: bool, key: str) -> Room:
        """Open the room *name*; a second call with *key* returns the first room.

        *name* is ours alone: where a room of that name is there that this *key* did not open, the
        new one is called `name-2` and so on. *purpose* is shown; the *key* is kept with it.
        """
        ...

    async def find_room(self, key: str) -> Room | None:
        """Return the room that *key* opened, or None. Asked after an answer was lost."""
        ...

    async def room(self, room: str) -> Room:
        """Return the room with this id, as it is now. Rejected where it cannot be seen."""
        ...

    async def invite(self, room: str, people: Sequence[str]) -> Invited:
        """Bring *people* (Slack ids) in; one whom Slack will not have does not hold the others."""
        ...

    async def members(self, room: str) -> Sequence[str]:
        """Return the Slack ids of who is in the room with this id; at most 1,000."""
        ...

    async def group(self, handle: str) -> Sequence[str]:
        """Return the Slack ids of who is in the usergroup *handle*. Rejected where none is."""
        ...

    async def topic(self, room: str, text: str) -> None:
        """Set the topic; longer than 250 characters it is cut."""
        ...

    async def bookmark(self, room: str, title: str, url: str) -> None:
        """Show a bookmark *title*; one of that title is changed."""
        ...

    async def pin(self, room: str, message: str) -> None:
        """Pin the *message* with this `ts`."""
        ...

    async def rename(self, room: str, name: str) -> Room:
        """Call the room *name*. Rejected where that is taken."""
        ...

    async def archive(self, room: str) -> None:
        """Close the room for good; it can be read."""
        ...

    async def reopen(self, room: str) -> None:
        """Open an archived room again. Rejected where Slack does not let bots do so."""
        ...

    async def react(self, room: str, message: str, emoji: str) -> None:
        """Put *emoji* (its name) below the *message* with this `ts`."""
        ...

    async def read(self, room: str, message: str) -> tuple[str, str]:
        """Return the author's Slack id and the text of the *message* with this `ts`."""
        ...

    async def link(self, room: str, message: str) -> str:
        """Return the address of the *message* with this `ts`."""
        ...

    async def canvas(self, room: str, title: str, markdown: str) -> str:
        """Put *markdown* into the room's canvas, in place of what it held; return its id."""
        ...
