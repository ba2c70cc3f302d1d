"""The state of a pretend workspace: who is there, what was said, what is on whose screen."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any

from bot.domain.clock import Clock
from playground.faults import Faults
from playground.model import (
    Call,
    Channel,
    Message,
    Person,
    Pin,
    Produced,
    SlackFile,
    Usergroup,
    View,
    slack_id,
)
from playground.permits import Permits

SCOPES = (
    "commands chat:write users:read users:read.email usergroups:read channels:read groups:read "
    "im:read im:write channels:history groups:history im:history files:read files:write "
    "channels:manage groups:write channels:join bookmarks:read bookmarks:write pins:read "
    "pins:write reactions:read reactions:write canvases:write"
)
SLACKBOT = "USLACKBOT"


def _nobody(_event: dict[str, Any]) -> None:
    """Tell nobody."""


class Workspace:
    """One workspace with one installed app. Knows no wire and no web."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.team_id = slack_id("T", 1)
        self.team_domain = "acme"
        self.other_team_id = slack_id("T", 2)
        self.app_id = slack_id("A", 1)
        self.bot_id = slack_id("B", 1)
        self.bot_token = "xoxb-pretend-token"  # noqa: S105  Nothing but this workspace takes it.
        self.app_token = "xapp-pretend-token"  # noqa: S105  As above.
        self.signing_secret = "pretend-signing-secret"  # noqa: S105  As above.
        self.verification_token = "pretend-verification-token"  # noqa: S105  As above.
        self.scopes = set(SCOPES.split())
        """What the bot token may do."""

        self.app_scopes = {"connections:write"}
        """What the app-level token may do."""

        self.manifest: dict[str, Any] = {}
        """What the app declares: its slash commands and shortcuts, as people are offered them."""

        self.links_url = ""
        """Where sockets are served, up to the path."""

        self.people: dict[str, Person] = {}
        self.channels: dict[str, Channel] = {}
        self.usergroups: dict[str, Usergroup] = {}
        self.messages: list[Message] = []
        self.files: dict[str, SlackFile] = {}
        self.stacks: dict[str, list[View]] = {}
        self.homes: dict[str, View] = {}
        self.permits = Permits()
        self.faults = Faults()
        self.produced: list[Produced] = []
        self.calls: list[Call] = []
        self.complaints: list[str] = []
        """What the app did that Slack would silently drop or show as trouble."""

        self.on_event: Callable[[dict[str, Any]], None] = _nobody
        """Called with each event that the app itself brought about, once it has a manifest."""

        self.rev = 0
        """Counts the changes; whoever remembers it can ask what has changed since."""

        self.gone: list[tuple[int, Message]] = []
        """The messages that were deleted, each with the count of changes then."""

        self._numbers: dict[str, int] = {}
        self._last_ts = 0
        self._changed = asyncio.Event()
        self.bot_user = self.add_person(
            Person(self.new_id("U"), "redbutton", self.team_id, bot=True)
        )

    def now(self) -> datetime:
        """Return the workspace's time, in UTC."""
        return self.clock.now()

    def seconds(self) -> int:
        """Return the workspace's time in whole seconds since 1970."""
        return int(self.now().timestamp())

    def new_id(self, prefix: str) -> str:
        """Make the next id with *prefix*."""
        self._numbers[prefix] = self._numbers.get(prefix, 100) + 1
        return slack_id(prefix, self._numbers[prefix])

    def new_ts(self) -> str:
        """Make a message's time stamp, later than all before even when the clock jumps back."""
        now = int(self.now().timestamp() * 1_000_000)
        self._last_ts = max(now, self._last_ts + 1)
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def notify(self) -> None:
        """Count a change and wake whoever waits for one."""
        self.rev += 1
        self._changed.set()
        self._changed = asyncio.Event()

    async def changed(self) -> None:
        """Return at the next change."""
        await self._changed.wait()

    def complain(self, about: str) -> None:
        """Note *about*, something a real workspace would not accept."""
        self.complaints.append(about)
        self.notify()

    def subscribed(self, event: str) -> bool:
        """Say whether the app is told of an *event*. Without a manifest it is told of all."""
        if not self.manifest:
            return True
        wanted = self.manifest.get("settings", {}).get("event_subscriptions", {})
        return event in wanted.get("bot_events", [])

    def caused(self, event: dict[str, Any]) -> None:
        """Tell the app of an *event* that it brought about itself, as Slack does."""
        if self.manifest and self.subscribed(event["type"]):
            self.on_event(event)

    def add_person(self, person: Person) -> Person:
        """Let *person* in."""
        person.updated = self.seconds()
        self.people[person.id] = person
        self.notify()
        return person

    def add_channel(self, channel: Channel) -> Channel:
        """Open *channel*."""
        self.channels[channel.id] = channel
        self.notify()
        return channel

    def direct(self, person: Person) -> Channel:
        """Return the direct message channel between the app and *person*, made when missing."""
        for channel in self.channels.values():
            if channel.user == person.id:
                return channel
        ids = [person.id, self.bot_user.id]
        new = Channel(self.new_id("D"), "", self.seconds(), ids, user=person.id)
        return self.add_channel(new)

    def group(self, handle: str) -> Usergroup:
        """Return the usergroup *handle*, made when missing."""
        for group in self.usergroups.values():
            if group.handle == handle:
                return group
        new = Usergroup(self.new_id("S"), handle, [], self.seconds())
        self.usergroups[new.id] = new
        return new

    def post(self, message: Message) -> Message:
        """Show *message*."""
        self.messages.append(message)
        self.channels[message.channel].said.append(message)
        message.born = self.rev + 1
        self._touch(message)
        return message

    def _touch(self, message: Message) -> None:
        message.rev = self.rev + 1
        self.notify()

    def note(self, person: str, text: str, channel: str = "") -> None:
        """Let Slackbot tell *person* something that only they see."""
        place = channel or self.direct(self.people[person]).id
        self.post(Message(place, self.new_ts(), SLACKBOT, text, only_for=person))

    def edit(self, message: Message, text: str, blocks: list[dict[str, Any]]) -> None:
        """Change what *message* says."""
        message.earlier.append(message.text)
        message.text, message.blocks = text, blocks
        if not blocks:
            message.edited_ts = self.new_ts()
        self._touch(message)

    def react(self, message: Message, person: str, emoji: str) -> None:
        """Let *person* react to *message* with *emoji*, or take that back."""
        who = message.reactions.setdefault(emoji, [])
        if person in who:
            who.remove(person)
        else:
            who.append(person)
        self._touch(message)

    def pin(self, message: Message, person: str) -> None:
        """Let *person* pin *message* in its channel."""
        pin = Pin(message.ts, person, self.seconds())
        self.channels[message.channel].pins.append(pin)
        self._touch(message)

    def unpin(self, message: Message) -> None:
        """Take the pin from *message*."""
        place = self.channels[message.channel]
        place.pins = [pin for pin in place.pins if pin.ts != message.ts]
        self._touch(message)

    def delete(self, message: Message) -> None:
        """Take *message* away."""
        if message in self.messages:
            self.messages.remove(message)
            self.channels[message.channel].said.remove(message)
            self.gone.append((self.rev + 1, message))
        self.notify()

    def message(self, channel: str, ts: str) -> Message | None:
        """Find the message that everybody in *channel* sees at *ts*."""
        found = (m for m in self.messages if (m.channel, m.ts) == (channel, ts) and not m.only_for)
        return next(found, None)

    def seen_by(self, person: Person) -> list[Message]:
        """Return the messages that *person* can see, oldest first."""
        places = {c.id for c in self.channels.values() if person.id in c.members}
        mine = (m for m in self.messages if m.channel in places or m.only_for == person.id)
        return sorted((m for m in mine if m.only_for in ("", person.id)), key=lambda m: m.ts)
