"""What people do to channels and to messages in them, by hand; the app is told of it."""

import re
from typing import Any

from playground import events, rooms
from playground.delivery import Courier, Reply
from playground.errors import CannotDo
from playground.model import Channel, Message, Person
from playground.payloads import Payloads
from playground.workspace import Workspace

EMOJI = re.compile(r"[a-z0-9_+'-]{1,100}")
"""The name of an emoji, without colons."""


class RoomHands:
    """Acts for all people of one workspace, in its channels."""

    def __init__(self, workspace: Workspace, courier: Courier, payloads: Payloads) -> None:
        self.workspace = workspace
        self.courier = courier
        self.payloads = payloads

    async def reacts(
        self, person: Person, emoji: str, said: Message, *, there: bool
    ) -> Reply | None:
        """Put *emoji* below *said*, or take it away where it shall not be *there*."""
        place = self._place(person, self.workspace.channels[said.channel])
        name = emoji.strip(":")
        if said.only_for or said.subtype or not EMOJI.fullmatch(name):
            raise CannotDo(f"{person.name} cannot react to that with {emoji!r}.")
        if (person.id in said.reactions.get(name, [])) is there:
            raise CannotDo(f"{person.name} has {'already' if there else 'not'} reacted {name!r}.")
        self.workspace.react(said, person.id, name)
        kind = "reaction_added" if there else "reaction_removed"
        told = events.reaction(self.workspace, kind, said, person.id, name)
        return await self._tell(place, told)

    async def joins(self, person: Person, place: Channel, by: Person | None) -> Reply | None:
        """Let *person* come into *place*, brought *by* somebody or alone."""
        if place.archived or (by is None and (place.private or person.restricted)):
            raise CannotDo(f"{person.name} cannot join #{place.name}.")
        if person.id in place.members:
            raise CannotDo(f"{person.name} is in #{place.name} already.")
        inviter = by.id if by else ""
        rooms.enter(self.workspace, place, person.id, inviter)
        kind = "member_joined_channel"
        told = events.membership(self.workspace, kind, place, person.id, inviter)
        return await self._tell(place, told)

    async def leaves(self, person: Person, place: Channel) -> Reply | None:
        """Let *person* go out of *place*."""
        place = self._place(person, place)
        rooms.leave(self.workspace, place, person.id)
        told = events.membership(self.workspace, "member_left_channel", place, person.id)
        return await self._tell(place, told)

    async def archives(self, person: Person, place: Channel) -> Reply | None:
        """Let *person* close *place*."""
        place = self._place(person, place)
        if person.restricted:
            raise CannotDo(f"{person.name} is a guest and cannot archive #{place.name}.")
        rooms.archive(self.workspace, place, person.id)
        return await self._tell(place, events.archived(self.workspace, place, person.id))

    def reopens(self, person: Person, place: Channel) -> None:
        """Let *person* open *place* again; the app is not told."""
        if not place.archived or person.id not in place.members:
            raise CannotDo(f"{person.name} cannot open #{place.name} again.")
        rooms.reopen(self.workspace, place, person.id)

    def _place(self, person: Person, place: Channel) -> Channel:
        """Return *place* where *person* can do something there; raises CannotDo."""
        if person.id not in place.members:
            raise CannotDo(f"{person.name} is not in #{place.name}.")
        if place.archived:
            raise CannotDo(f"#{place.name} is archived.")
        return place

    async def _tell(self, place: Channel, event: dict[str, Any]) -> Reply | None:
        """Tell the app, where it is there and wants to know."""
        if not (place.with_bot and self.workspace.subscribed(event["type"])):
            return None
        return await self.courier.event(self.payloads.event(event))
