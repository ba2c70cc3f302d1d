"""How a person's doing becomes payloads, and the app's answers become what the person sees."""

import asyncio
from collections.abc import Awaitable, Mapping
from typing import Any

from playground import answers, form, views
from playground.blocks import elements_of
from playground.delivery import Courier, Reply
from playground.errors import CannotDo
from playground.model import Channel, Message, Person, View
from playground.payloads import Payloads, escaped
from playground.permits import ResponseAddress
from playground.screen import buttons_of
from playground.wire import user, usergroup, view
from playground.workspace import Workspace

QUERY_LENGTH = 3
"""Characters before a type-ahead field asks, unless it says otherwise (docs.slack.dev: select)."""


class Hands:
    """Acts for all people of one workspace."""

    def __init__(self, workspace: Workspace, courier: Courier, payloads: Payloads) -> None:
        self.workspace = workspace
        self.courier = courier
        self.payloads = payloads

    def front(self, person: Person) -> View:
        """Return the view in front of *person*; raises CannotDo when there is none."""
        front = views.top(self.workspace, person.id)
        if front is None:
            raise CannotDo(f"No modal is open in front of {person.name}.")
        return front

    async def types(
        self, person: Person, line: str, channel: Channel | None, *, link_mail: bool
    ) -> Reply:
        """See `PretendSlack.types`."""
        place = channel or self.workspace.direct(person)
        if person.id not in place.members:
            raise CannotDo(f"{person.name} is not in #{place.name} and cannot type there.")
        address = ResponseAddress(person.id, place.id, self.workspace.now())
        words = escaped(self.workspace, line, mail=link_mail)
        fields = self.payloads.command(person, place, words, address)
        reply = await self.courier.form(fields)
        answers.to_command(self.workspace, fields["command"], reply, address)
        return reply

    def fills(self, person: Person, values: Mapping[str, Any]) -> None:
        """See `PretendSlack.fills`."""
        front = self.front(person)
        for name, value in values.items():
            form.fill(front, name, value)
        self.workspace.notify()

    async def chooses(self, person: Person, values: Mapping[str, Any]) -> Reply:
        """See `PretendSlack.chooses`."""
        ((name, value),) = values.items()
        front = self.front(person)
        block, element = form.find(front, name)
        if block["type"] == "input" and not block.get("dispatch_action"):
            raise CannotDo(f"{name!r} does not tell the app. Use `fills`.")
        state = form.fill(front, name, value)
        action = {"block_id": block["block_id"], "action_id": element["action_id"], **state}
        reply = await self.courier.interaction(self.payloads.in_view(person, front, action))
        answers.to_interaction(self.workspace, person.id, reply)
        return reply

    async def suggests(self, person: Person, name: str, typed: str) -> list[str]:
        """See `PretendSlack.suggests`."""
        front = self.front(person)
        block, element = form.find(front, name)
        if not element["type"].endswith("external_select"):
            raise CannotDo(f"{name!r} is no type-ahead field.")
        if len(typed) < element.get("min_query_length", QUERY_LENGTH):
            return []
        ids = block["block_id"], element["action_id"]
        payload = self.payloads.suggestion(person, front, ids, typed)
        reply = await self.courier.interaction(payload)
        answers.to_suggestion(self.workspace, front, ids[0], reply)
        return [option["text"]["text"] for option in front.offered[ids[0]]]

    async def submits(self, person: Person, clicks: int) -> Reply:
        """See `PretendSlack.submits`."""
        front = self.front(person)
        if "submit" not in front.body:
            raise CannotDo("This modal has nothing to submit.")
        front.errors = form.client_errors(front)
        self.workspace.notify()
        if front.errors:
            raise CannotDo(f"The Slack client refuses to submit: {front.errors}")

        async def once() -> Reply:
            reply = await self.courier.interaction(self.payloads.submission(person, front))
            answers.to_submission(self.workspace, front, reply)
            return reply

        return await _together([once() for _ in range(clicks)])

    async def closes(self, person: Person, *, everything: bool) -> Reply | None:
        """See `PretendSlack.closes`."""
        front = self.front(person)
        stack = list(reversed(self.workspace.stacks[person.id]))
        everything = everything or bool(front.body.get("clear_on_close"))
        reply = None
        for shown in stack if everything else [front]:
            views.close(self.workspace, shown)
            if shown.body.get("notify_on_close"):
                payload = self.payloads.closed(person, shown, cleared=everything)
                reply = await self.courier.interaction(payload)
        return reply

    async def presses(self, person: Person, label: str, said: Message | None, clicks: int) -> Reply:
        """See `PretendSlack.presses`."""
        place, button = self._find(person, label, said)
        ids = button["block_id"], button["action_id"]
        return await self.acts(person, place, ids, None, clicks)

    async def acts(
        self, person: Person, place: Message | View, ids: tuple[str, str], value: Any, clicks: int
    ) -> Reply:
        """See `PretendSlack.acts`."""
        element = self._element(place, ids)
        action: dict[str, Any] = {**element, "block_id": ids[0]}
        if element["type"] != "button":
            offered = place.offered.get(ids[0], []) if isinstance(place, View) else []
            state = form.state_of(ids[0], element, value, offered)
            action = {"block_id": ids[0], "action_id": ids[1], **state}
            if isinstance(place, View) and ids[1] in place.values.get(ids[0], {}):
                place.values[ids[0]][ids[1]] = state

        async def once() -> Reply:
            reply = await self.courier.interaction(self._pressed(person, place, action))
            answers.to_interaction(self.workspace, person.id, reply)
            return reply

        return await _together([once() for _ in range(clicks)])

    def _element(self, place: Message | View, ids: tuple[str, str]) -> dict[str, Any]:
        blocks = place.blocks if isinstance(place, Message) else place.body["blocks"]
        for block in blocks:
            for element in elements_of(block):
                if (block["block_id"], element.get("action_id")) == ids:
                    return element
        raise CannotDo("That is not there any more: the message has changed.")

    def _pressed(
        self, person: Person, place: Message | View, button: dict[str, Any]
    ) -> dict[str, Any]:
        if isinstance(place, View):
            return self.payloads.in_view(person, place, button)
        address = ResponseAddress(
            person.id, place.channel, self.workspace.now(), place, place.thread_ts
        )
        return self.payloads.in_message(person, place, button, address)

    def _find(
        self, person: Person, label: str, said: Message | None
    ) -> tuple[Message | View, dict[str, Any]]:
        for place in self._places(person, said):
            blocks = place.blocks if isinstance(place, Message) else place.body["blocks"]
            for block_id, button in buttons_of(blocks):
                if label in (button["text"]["text"], button["action_id"]):
                    return place, {**button, "block_id": block_id}
        raise CannotDo(f"{person.name} sees no button {label!r}.")

    def _places(self, person: Person, said: Message | None) -> list[Message | View]:
        if said is not None:
            return [said]
        front = views.top(self.workspace, person.id)
        if front is not None:
            return [front]
        home = self.workspace.homes.get(person.id)
        newest_first = reversed(self.workspace.seen_by(person))
        return [*newest_first, *([home] if home else [])]

    async def shortcut(self, person: Person, callback_id: str) -> Reply:
        """See `PretendSlack.shortcut`."""
        reply = await self.courier.interaction(self.payloads.shortcut(person, callback_id))
        answers.to_interaction(self.workspace, person.id, reply)
        return reply

    async def message_action(self, person: Person, callback_id: str, said: Message) -> Reply:
        """See `PretendSlack.message_action`."""
        if said.only_for:
            raise CannotDo("Message shortcuts are not offered on ephemeral messages.")
        address = ResponseAddress(
            person.id, said.channel, self.workspace.now(), thread_ts=said.thread_ts
        )
        payload = self.payloads.message_action(person, callback_id, said, address)
        reply = await self.courier.interaction(payload)
        answers.to_interaction(self.workspace, person.id, reply)
        return reply

    async def opens_home(self, person: Person, tab: str) -> Reply:
        """See `PretendSlack.opens_home`."""
        event: dict[str, Any] = {
            "type": "app_home_opened",
            "user": person.id,
            "channel": self.workspace.direct(person).id,
            "tab": tab,
            "event_ts": self.workspace.new_ts(),
        }
        if (home := self.workspace.homes.get(person.id)) is not None:
            event["view"] = view(self.workspace, home)
        return await self._tell(event)

    async def person_event(self, kind: str, person: Person) -> Reply:
        """Tell the app about *person*: team_join, user_change."""
        return await self._tell({"type": kind, "user": user(self.workspace, person)})

    async def changes(self, person: Person, what: Mapping[str, Any]) -> Reply:
        """See `PretendSlack.changes`."""
        for name, value in what.items():
            if not hasattr(person, name):
                raise CannotDo(f"A person has no {name!r}.")
            setattr(person, name, value)
        person.updated = self.workspace.seconds()
        return await self.person_event("user_change", person)

    async def regroups(self, handle: str, ids: list[str]) -> Reply:
        """See `PretendSlack.regroups`."""
        group = self.workspace.group(handle)
        before, group.users = set(group.users), ids
        added, removed = sorted(set(ids) - before), sorted(before - set(ids))
        previous, group.updated = group.updated, self.workspace.seconds()
        await self._tell(
            {
                "type": "subteam_updated",
                "subteam": usergroup(self.workspace, group, users=True),
                "event_ts": self.workspace.new_ts(),
            }
        )
        return await self._tell(
            {
                "type": "subteam_members_changed",
                "subteam_id": group.id,
                "team_id": self.workspace.team_id,
                "date_previous_update": previous,
                "date_update": group.updated,
                "added_users": added,
                "added_users_count": len(added),
                "removed_users": removed,
                "removed_users_count": len(removed),
                "event_ts": self.workspace.new_ts(),
            }
        )

    async def _tell(self, event: dict[str, Any]) -> Reply:
        return await self.courier.event(self.payloads.event(event))


async def _together(clicks: list[Awaitable[Reply]]) -> Reply:
    return (await asyncio.gather(*clicks))[-1]
