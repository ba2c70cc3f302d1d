"""What tests and the demo use: people who type, fill, press and read in a pretend workspace."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, Self

from bot.domain.clock import Clock, SystemClock
from playground.api import WebApi
from playground.delivery import Courier, Delivery, Reply
from playground.errors import CannotDo
from playground.hands import Hands
from playground.hands_rooms import RoomHands
from playground.http import Receiver
from playground.links import Links, serve_links
from playground.model import Channel, Message, Person, Usergroup, View
from playground.payloads import Payloads
from playground.screen import Modal, Screen, SeenMessage, describe, modal_of, screen_of
from playground.server import serve
from playground.views import top
from playground.workspace import SLACKBOT, Workspace


class NeverHappened(AssertionError):
    """What was waited for did not come; the words show what everybody sees."""


class PretendSlack:
    """A Slack workspace with one installed app, whose people do as they are told.

    `async with PretendSlack.open(clock=clock) as slack:`, then `slack.deliver_to(url)` or
    `slack.deliver_by_socket()`. The state is in `workspace`: `.faults` (trouble on demand),
    `.produced` (judged views and messages), `.calls` (Web API), `.complaints` (what the app got
    wrong), `.scopes`, `.messages`, `.files`.
    A step that the Slack client would not allow raises `CannotDo`.
    """

    def __init__(self, workspace: Workspace, port: int) -> None:
        base_url = f"http://127.0.0.1:{port}"
        self.workspace = workspace
        self.api_url = f"{base_url}/api/"
        """What slack_sdk takes as `base_url`."""

        self.bot_token = workspace.bot_token
        self.app_token = workspace.app_token
        self.signing_secret = workspace.signing_secret
        self.app_id = workspace.app_id
        self.team_id = workspace.team_id
        self.courier = Courier(workspace)
        self.links = Links(workspace)
        """The sockets that the app opened, and what can go wrong with them."""

        payloads = Payloads(workspace, base_url)
        self._hands = Hands(workspace, self.courier, payloads)
        self._in_rooms = RoomHands(workspace, self.courier, payloads)
        workspace.on_event = self.courier.soon(payloads.event)

    @classmethod
    @asynccontextmanager
    async def open(cls, clock: Clock | None = None, port: int = 0) -> AsyncIterator[Self]:
        """Serve a new workspace on loopback until the block ends; *port* 0 takes a free one."""
        workspace = Workspace(clock or SystemClock())
        async with serve(WebApi(workspace).app, port) as taken:
            slack = cls(workspace, taken)
            async with serve_links(slack.links) as workspace.links_url:
                try:
                    yield slack
                finally:
                    await slack.courier.close()

    def deliver_to(self, door: str | Receiver | Sequence[str | Receiver]) -> None:
        """Send payloads to *door*: the URL of the bot, or a callable (`playground.http.asgi`).

        Several doors take turns, as behind a balancer; one that refuses connections is skipped.
        """
        self.courier.deliver_to(door)

    def deliver_by_socket(self) -> None:
        """Send payloads over the sockets that the app opens (`links`), not over HTTP."""
        self.courier.deliver_to(self.links.receive)

    @property
    def deliveries(self) -> list[Delivery]:
        """Everything sent to the bot so far."""
        return self.courier.deliveries

    # Who and what is there.

    def person(  # noqa: PLR0913  Each keyword is one property an account has; all but the name have defaults.
        self,
        name: str,
        *,
        email: str = "",
        groups: Sequence[str] = (),
        guest: bool = False,
        single_channel_guest: bool = False,
        external: bool = False,
        bot: bool = False,
        deactivated: bool = False,
        tz: str = "Europe/Berlin",
    ) -> Person:
        """Let a person in; *groups* are handles of usergroups, made when missing."""
        workspace = self.workspace
        person = Person(
            id=workspace.new_id("U"),
            name=name,
            team_id=workspace.other_team_id if external else workspace.team_id,
            email=email or f"{name}@example.com",
            tz=tz,
            restricted=guest or single_channel_guest,
            ultra_restricted=single_channel_guest,
            bot=bot,
            deactivated=deactivated,
            stranger=external,
        )
        for handle in groups:
            workspace.group(handle).users.append(person.id)
        return workspace.add_person(person)

    def channel(
        self,
        name: str,
        *,
        members: Sequence[Person] = (),
        with_bot: bool = True,
        private: bool = False,
        shared: bool = False,
        archived: bool = False,
    ) -> Channel:
        """Open a channel; *shared* is with another organisation."""
        workspace = self.workspace
        ids = [person.id for person in members]
        bot = [workspace.bot_user.id] if with_bot else []
        place = Channel(workspace.new_id("C"), name, workspace.seconds(), [*ids, *bot])
        place.with_bot, place.private = with_bot, private
        place.shared, place.archived = shared, archived
        place.creator = ids[0] if ids else SLACKBOT
        return workspace.add_channel(place)

    def group(self, handle: str, members: Sequence[Person] = ()) -> Usergroup:
        """Make, or fill, a usergroup."""
        group = self.workspace.group(handle)
        group.users = [person.id for person in members]
        return group

    def direct(self, person: Person) -> Channel:
        """Return the direct messages between *person* and the bot."""
        return self.workspace.direct(person)

    def says(self, person: Person, text: str, channel: Channel) -> Message:
        """Let *person* write a plain message; the bot is not told."""
        if channel.archived:
            raise CannotDo(f"#{channel.name} is archived.")
        return self.workspace.post(Message(channel.id, self.workspace.new_ts(), person.id, text))

    # What people do.

    async def types(
        self, person: Person, line: str, channel: Channel | None = None, *, link_mail: bool = False
    ) -> Reply:
        """Type a slash command in *channel* (None: to the bot directly).

        *link_mail* sends e-mail addresses as mailto links, as some clients' text arrives.
        """
        return await self._hands.types(person, line, channel, link_mail=link_mail)

    async def opens(self, person: Person, title: str | None = None, within: float = 3) -> Modal:
        """Wait up to *within* seconds for a modal (called *title*) in front of *person*."""

        def is_open() -> bool:
            view = top(self.workspace, person.id)
            return view is not None and title in (None, view.body["title"]["text"])

        await self.until(is_open, within)
        return self.modal(person)

    def modal(self, person: Person) -> Modal:
        """Return the modal in front of *person*; raises CannotDo when there is none."""
        return modal_of(self.workspace, self._hands.front(person))

    def fills(self, person: Person, /, **values: Any) -> None:
        """Type or choose in the modal in front, by block id, action id or label.

        Text as str; options by value or text; people and channels as themselves; lists for many;
        dates as `date`, `time` or aware `datetime`; None empties. The bot is not told.
        """
        self._hands.fills(person, values)

    async def chooses(self, person: Person, /, **values: Any) -> Reply:
        """Fill one field that tells the bot at once (`dispatch_action`, or outside an input)."""
        return await self._hands.chooses(person, values)

    async def suggests(self, person: Person, field: str, typed: str) -> list[str]:
        """Type into a type-ahead *field* and return the texts of the options offered."""
        return await self._hands.suggests(person, field, typed)

    async def submits(self, person: Person, clicks: int = 1) -> Reply:
        """Submit the modal in front; *clicks* above 1 sends it that often at the same time.

        Raises CannotDo, and shows the errors at the fields, when the Slack client would refuse.
        """
        return await self._hands.submits(person, clicks)

    async def closes(self, person: Person, *, everything: bool = False) -> Reply | None:
        """Close the view in front, or all; the bot's reply if the view asks to be told."""
        return await self._hands.closes(person, everything=everything)

    async def presses(
        self,
        person: Person,
        button: str,
        message: SeenMessage | Message | None = None,
        clicks: int = 1,
    ) -> Reply:
        """Press the button with this text or action id; *clicks* above 1 come at the same time.

        It is looked for in *message*, or else in the modal in front, or else in the newest message
        that has it, or else in the App Home.
        """
        said = message.said if isinstance(message, SeenMessage) else message
        return await self._hands.presses(person, button, said, clicks)

    async def acts(
        self,
        person: Person,
        place: Message | View,
        ids: tuple[str, str],
        value: Any = None,
        clicks: int = 1,
    ) -> Reply:
        """Press, or choose *value* in, the element with *ids* (block, action) of *place*.

        Raises CannotDo where *place* has no such element, or does not offer *value*.
        """
        return await self._hands.acts(person, place, ids, value, clicks)

    async def shortcut(self, person: Person, callback_id: str) -> Reply:
        """Use a global shortcut."""
        return await self._hands.shortcut(person, callback_id)

    async def message_action(
        self, person: Person, callback_id: str, message: SeenMessage | Message
    ) -> Reply:
        """Use a message shortcut on *message*."""
        said = message.said if isinstance(message, SeenMessage) else message
        return await self._hands.message_action(person, callback_id, said)

    # What people do in channels. The bot is told where it is in there, and subscribed to it.

    async def reacts(
        self, person: Person, emoji: str, message: SeenMessage | Message
    ) -> Reply | None:
        """Let *person* put *emoji* (its name) below *message* (reaction_added)."""
        said = message.said if isinstance(message, SeenMessage) else message
        return await self._in_rooms.reacts(person, emoji, said, there=True)

    async def unreacts(
        self, person: Person, emoji: str, message: SeenMessage | Message
    ) -> Reply | None:
        """Let *person* take *emoji* away again (reaction_removed)."""
        said = message.said if isinstance(message, SeenMessage) else message
        return await self._in_rooms.reacts(person, emoji, said, there=False)

    async def joins_channel(
        self, person: Person, channel: Channel, by: Person | None = None
    ) -> Reply | None:
        """Let *person* come into *channel*, alone or brought *by* another."""
        return await self._in_rooms.joins(person, channel, by)

    async def leaves(self, person: Person, channel: Channel) -> Reply | None:
        """Let *person* go out of *channel* (member_left_channel)."""
        return await self._in_rooms.leaves(person, channel)

    async def archives(self, person: Person, channel: Channel) -> Reply | None:
        """Let *person* archive *channel* (channel_archive; group_archive for a private one)."""
        return await self._in_rooms.archives(person, channel)

    def reopens(self, person: Person, channel: Channel) -> None:
        """Let *person* open an archived *channel* again; the bot is not told."""
        self._in_rooms.reopens(person, channel)

    # What Slack tells the bot.

    async def opens_home(self, person: Person, tab: str = "home") -> Reply:
        """Let *person* open the app's Home."""
        return await self._hands.opens_home(person, tab)

    async def joins(self, person: Person) -> Reply:
        """Tell the bot that *person* is new (team_join)."""
        return await self._hands.person_event("team_join", person)

    async def changes(self, person: Person, **what: Any) -> Reply:
        """Set attributes of *person*, such as `deactivated=True`, and tell the bot."""
        return await self._hands.changes(person, what)

    async def regroups(self, handle: str, members: Sequence[Person]) -> Reply:
        """Change who is in a usergroup and tell the bot (subteam_members_changed)."""
        return await self._hands.regroups(handle, [person.id for person in members])

    async def event(self, event: dict[str, Any], retry: int = 0, reason: str = "") -> Reply:
        """Deliver any event, such as `{"type": "tokens_revoked", ...}`."""
        payload = self._hands.payloads.event(event)
        return await self.courier.event(payload, retry, reason)

    async def retries(
        self, delivery: Delivery, num: int = 1, reason: str = "http_timeout"
    ) -> Reply:
        """Deliver an event again as the Events API does: the same event id, marked as a retry."""
        return await self.courier.event(delivery.payload, num, reason)

    async def verifies_url(self, challenge: str = "challenge") -> Reply:
        """Ask the bot to prove that its URL is its own (url_verification)."""
        token = self.workspace.verification_token
        payload = {"type": "url_verification", "token": token, "challenge": challenge}
        return await self.courier.event(payload)

    async def redelivers(self, delivery: Delivery | None = None) -> Reply:
        """Deliver again the same payload (None: the last), with the same trigger, newly signed."""
        return await self.courier.again(delivery or self.deliveries[-1])

    async def replays(self, delivery: Delivery | None = None) -> Reply:
        """Deliver again the same bytes (None: the last) with the same signature."""
        return await self.courier.replay(delivery or self.deliveries[-1])

    async def deliver_raw(self, body: bytes, headers: dict[str, str]) -> Reply:
        """Deliver any *body* with any *headers*; `courier.signed(body, type)` makes good ones."""
        return await self.courier.raw(body, headers)

    # What can be seen.

    def sees(self, person: Person) -> Screen:
        """Return all that *person* sees now."""
        return screen_of(self.workspace, person)

    async def until(self, seen: Callable[[], object], within: float = 10) -> None:
        """Wait until *seen* is true, asked again at every change of the workspace.

        Raises NeverHappened after *within* seconds.
        """
        try:
            async with asyncio.timeout(within):
                while not seen():
                    await self.workspace.changed()
        except TimeoutError:
            what = describe(self.workspace)
            raise NeverHappened(f"Nothing like it within {within} s.\n{what}") from None


__all__ = ["CannotDo", "NeverHappened", "PretendSlack", "Reply"]
