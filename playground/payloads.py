"""Builds what Slack sends an app (commands, interactions, events) with the samples' fields."""

import re
from collections.abc import Mapping
from typing import Any

from playground import wire
from playground.model import Channel, Message, Person, View
from playground.permits import ResponseAddress
from playground.workspace import Workspace

_MENTION = re.compile(r"(?<![\w<@|])@([\w.-]+)")
_CHANNEL = re.compile(r"(?<![\w<#|&])#([\w-]+)")
_LINK = re.compile(r"(?<![<|\w])https?://[^\s<>|]+")
_MAIL = re.compile(r"(?<![<|\w:.+@-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")


def escaped(workspace: Workspace, text: str, *, mail: bool) -> str:
    """Write *text* as a command with `should_escape` gets it; *mail* links e-mail addresses too."""
    people = {person.name: person.id for person in workspace.people.values()}
    places = {place.name: place.id for place in workspace.channels.values() if place.name}

    def person(found: re.Match[str]) -> str:
        known = people.get(found[1])
        return f"<@{known}|{found[1]}>" if known else found[0]

    def place(found: re.Match[str]) -> str:
        known = places.get(found[1])
        return f"<#{known}|{found[1]}>" if known else found[0]

    safe = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    safe = _LINK.sub(lambda found: f"<{found[0]}>", safe)
    safe = _MAIL.sub(r"<mailto:\g<0>|\g<0>>", safe) if mail else safe
    return _CHANNEL.sub(place, _MENTION.sub(person, safe))


class Payloads:
    """Builds payloads of one workspace; *base_url* is where response addresses lead."""

    def __init__(self, workspace: Workspace, base_url: str) -> None:
        self.workspace = workspace
        self.base_url = base_url

    def response_url(self, address: ResponseAddress) -> str:
        """Return the URL at which the app may use *address*."""
        return f"{self.base_url}/response/{self.workspace.permits.address(address)}"

    def trigger(self, person: Person, *, in_modal: bool = False) -> str:
        """Make a trigger id for *person*."""
        return self.workspace.permits.trigger(person.id, self.workspace.now(), in_modal=in_modal)

    def command(
        self, person: Person, place: Channel, line: str, address: ResponseAddress
    ) -> dict[str, str]:
        """Return the form fields of a slash command; *line* is whole and already escaped."""
        command, _, text = line.partition(" ")
        workspace = self.workspace
        return {
            "token": workspace.verification_token,
            "team_id": workspace.team_id,
            "team_domain": workspace.team_domain,
            "channel_id": place.id,
            "channel_name": place.label,
            "user_id": person.id,
            "user_name": person.name,
            "command": command,
            "text": text.strip(),
            "api_app_id": workspace.app_id,
            "is_enterprise_install": "false",
            "response_url": self.response_url(address),
            "trigger_id": self.trigger(person),
        }

    def _interaction(self, kind: str, person: Person) -> dict[str, Any]:
        return {
            "type": kind,
            "team": {"id": self.workspace.team_id, "domain": self.workspace.team_domain},
            "user": {
                "id": person.id,
                "username": person.name,
                "name": person.name,
                "team_id": person.team_id,
            },
            "api_app_id": self.workspace.app_id,
            "token": self.workspace.verification_token,
            "enterprise": None,
            "is_enterprise_install": False,
        }

    def in_message(
        self, person: Person, said: Message, action: Mapping[str, Any], address: ResponseAddress
    ) -> dict[str, Any]:
        """Return block_actions from a message. An ephemeral message itself is not sent back."""
        place = self.workspace.channels[said.channel]
        container = {
            "type": "message",
            "message_ts": said.ts,
            "channel_id": place.id,
            "is_ephemeral": bool(said.only_for),
            **({"thread_ts": said.thread_ts} if said.thread_ts else {}),
        }
        shown = {} if said.only_for else {"message": wire.message(self.workspace, said)}
        return {
            **self._interaction("block_actions", person),
            "container": container,
            "trigger_id": self.trigger(person),
            "channel": {"id": place.id, "name": place.label},
            **shown,
            "state": {"values": {}},
            "response_url": self.response_url(address),
            "actions": [self._acted(action)],
        }

    def in_view(self, person: Person, view: View, action: Mapping[str, Any]) -> dict[str, Any]:
        """Return block_actions from a modal or an App Home."""
        return {
            **self._interaction("block_actions", person),
            "container": {"type": "view", "view_id": view.id},
            "trigger_id": self.trigger(person, in_modal=view.body["type"] == "modal"),
            "view": wire.view(self.workspace, view),
            "actions": [self._acted(action)],
        }

    def _acted(self, action: Mapping[str, Any]) -> dict[str, Any]:
        dropped = ("accessibility_label", "options", "option_groups", "focus_on_load")
        kept = {name: value for name, value in action.items() if name not in dropped}
        return {**kept, "action_ts": self.workspace.new_ts()}

    def suggestion(
        self, person: Person, view: View, ids: tuple[str, str], typed: str
    ) -> dict[str, Any]:
        """Return block_suggestion for the field with *ids* (block, action) of *view*."""
        return {
            **self._interaction("block_suggestion", person),
            "container": {"type": "view", "view_id": view.id},
            "block_id": ids[0],
            "action_id": ids[1],
            "value": typed,
            "view": wire.view(self.workspace, view),
        }

    def submission(self, person: Person, view: View) -> dict[str, Any]:
        """Return view_submission."""
        return {
            **self._interaction("view_submission", person),
            "trigger_id": self.trigger(person, in_modal=True),
            "view": wire.view(self.workspace, view),
        }

    def closed(self, person: Person, view: View, *, cleared: bool) -> dict[str, Any]:
        """Return view_closed; *cleared*: the whole stack was closed."""
        shown = {"view": wire.view(self.workspace, view), "is_cleared": cleared}
        return {**self._interaction("view_closed", person), **shown}

    def shortcut(self, person: Person, callback_id: str) -> dict[str, Any]:
        """Return a global shortcut: no channel, no response address."""
        payload = self._interaction("shortcut", person)
        del payload["api_app_id"], payload["user"]["name"]
        return {
            **payload,
            "callback_id": callback_id,
            "trigger_id": self.trigger(person),
            "action_ts": self.workspace.new_ts(),
        }

    def message_action(
        self, person: Person, callback_id: str, said: Message, address: ResponseAddress
    ) -> dict[str, Any]:
        """Return a message shortcut on *said*."""
        payload = self._interaction("message_action", person)
        del payload["api_app_id"], payload["user"]["username"]
        place = self.workspace.channels[said.channel]
        return {
            **payload,
            "callback_id": callback_id,
            "trigger_id": self.trigger(person),
            "action_ts": self.workspace.new_ts(),
            "response_url": self.response_url(address),
            "channel": {"id": place.id, "name": place.label},
            "message_ts": said.ts,
            "message": wire.message(self.workspace, said),
        }

    def event(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Return the Events API body around *event*."""
        workspace = self.workspace
        event_id = workspace.new_id("Ev")
        seen_by = {
            "enterprise_id": None,
            "team_id": workspace.team_id,
            "user_id": workspace.bot_user.id,
            "is_bot": True,
            "is_enterprise_install": False,
        }
        return {
            "token": workspace.verification_token,
            "team_id": workspace.team_id,
            "api_app_id": workspace.app_id,
            "event": dict(event),
            "type": "event_callback",
            "event_id": event_id,
            "event_time": workspace.seconds(),
            "authorizations": [seen_by],
            "is_ext_shared_channel": False,
            "event_context": f"4-{event_id}",
        }
