"""Slack's channels in memory, which keep what the port promises."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.domain.errors import Rejected
from integrations.ports import Invited, Room
from tests.commands.stand_ins import Line


@dataclass
class MemoryChat:
    """Channels in memory. *barred* are people whom Slack lets into none, and why."""

    line: Line = field(default_factory=Line)
    rooms: dict[str, Room] = field(default_factory=dict)
    inside: dict[str, dict[str, None]] = field(default_factory=dict)
    groups: dict[str, tuple[str, ...]] = field(default_factory=dict)
    barred: dict[str, str] = field(default_factory=dict)
    words: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    reactions: list[tuple[str, str, str]] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    topics: dict[str, str] = field(default_factory=dict)
    marks: dict[str, dict[str, str]] = field(default_factory=dict)
    pins: list[tuple[str, str]] = field(default_factory=list)
    canvases: dict[str, str] = field(default_factory=dict)
    final: bool = False
    """Whether an archived channel stays so."""

    async def open_room(self, name: str, *, purpose: str, private: bool, key: str) -> Room:
        """See `Chat.open_room`."""

        def make() -> None:
            if key in self.answers:
                return
            free, number = name, 2
            while free in {room.name for room in self.rooms.values()}:
                free, number = f"{name}-{number}", number + 1
            of = f"C0ROOM{len(self.rooms) + 1:04}"
            self.rooms[of] = Room(
                id=of, name=free, url=f"https://chat.example/{of}", private=private
            )
            self.inside[of] = {}
            self.topics[of] = purpose
            self.answers[key] = of

        self.line.writes(make)
        return self.rooms[self.answers[key]]

    async def find_room(self, key: str) -> Room | None:
        """See `Chat.find_room`."""
        self.line.asks()
        return self.rooms.get(self.answers.get(key, ""))

    async def room(self, room: str) -> Room:
        """See `Chat.room`."""
        self.line.asks()
        if room not in self.rooms:
            raise Rejected(f"There is no channel {room!r}.", fix="Name another one.")
        return self.rooms[room]

    async def invite(self, room: str, people: Sequence[str]) -> Invited:
        """See `Chat.invite`."""
        await self.room(room)
        outside: Mapping[str, str] = {p: self.barred[p] for p in people if p in self.barred}
        come = tuple(p for p in people if p not in self.barred)
        self.line.writes(lambda: self.inside[room].update(dict.fromkeys(come)))
        return Invited(inside=come, outside=outside)

    async def members(self, room: str) -> Sequence[str]:
        """See `Chat.members`."""
        await self.room(room)
        return list(self.inside[room])

    async def group(self, handle: str) -> Sequence[str]:
        """See `Chat.group`."""
        self.line.asks()
        if handle not in self.groups:
            raise Rejected(f"There is no usergroup {handle!r}.", fix="Name another one.")
        return self.groups[handle]

    async def topic(self, room: str, text: str) -> None:
        """See `Chat.topic`."""
        await self.room(room)
        self.topics[room] = text[:250]

    async def bookmark(self, room: str, title: str, url: str) -> None:
        """See `Chat.bookmark`."""
        await self.room(room)
        self.marks.setdefault(room, {})[title] = url

    async def pin(self, room: str, message: str) -> None:
        """See `Chat.pin`."""
        await self.room(room)
        if (room, message) not in self.pins:
            self.pins.append((room, message))

    async def rename(self, room: str, name: str) -> Room:
        """See `Chat.rename`."""
        now = await self.room(room)
        if name in {r.name for r in self.rooms.values() if r.id != room}:
            raise Rejected(f"The name {name!r} is taken.", fix="Take another one.")
        self.rooms[room] = now.model_copy(update={"name": name})
        return self.rooms[room]

    async def archive(self, room: str) -> None:
        """See `Chat.archive`."""
        self.rooms[room] = (await self.room(room)).model_copy(update={"archived": True})

    async def reopen(self, room: str) -> None:
        """See `Chat.reopen`."""
        now = await self.room(room)
        if self.final:
            raise Rejected("Slack lets no bot unarchive it.", fix="Do it by hand.")
        self.rooms[room] = now.model_copy(update={"archived": False})

    async def react(self, room: str, message: str, emoji: str) -> None:
        """See `Chat.react`."""
        await self.read(room, message)
        if (room, message, emoji) not in self.reactions:
            self.reactions.append((room, message, emoji))

    async def read(self, room: str, message: str) -> tuple[str, str]:
        """See `Chat.read`."""
        self.line.asks()
        if (room, message) not in self.words:
            raise Rejected("There is no such message.", fix="Paste the link again.")
        return self.words[room, message]

    async def link(self, room: str, message: str) -> str:
        """See `Chat.link`."""
        await self.room(room)
        return f"https://chat.example/archives/{room}/p{message.replace('.', '')}"

    async def canvas(self, room: str, title: str, markdown: str) -> str:
        """See `Chat.canvas`."""
        await self.room(room)
        self.canvases[room] = f"# {title}\n{markdown}"
        return f"F{room}"
