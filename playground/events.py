"""The events that tell an app what happened in a channel it is in."""

from typing import Any

from playground.model import Channel, Message
from playground.workspace import Workspace


def reaction(
    workspace: Workspace, kind: str, said: Message, person: str, emoji: str
) -> dict[str, Any]:
    """Return *kind* (reaction_added, reaction_removed) for *emoji* on *said*."""
    return {
        "type": kind,
        "user": person,
        "reaction": emoji,
        "item": {"type": "message", "channel": said.channel, "ts": said.ts},
        "item_user": said.author,
        "event_ts": workspace.new_ts(),
    }


def membership(
    workspace: Workspace, kind: str, place: Channel, person: str, inviter: str = ""
) -> dict[str, Any]:
    """Return *kind* (member_joined_channel, member_left_channel) for *person*."""
    return {
        "type": kind,
        "user": person,
        "channel": place.id,
        "channel_type": "G" if place.private else "C",
        "team": workspace.people[person].team_id,
        "event_ts": workspace.new_ts(),
        **({"inviter": inviter} if inviter else {}),
    }


def archived(workspace: Workspace, place: Channel, person: str) -> dict[str, Any]:
    """Return channel_archive, or group_archive for a private *place*."""
    return {
        "type": "group_archive" if place.private else "channel_archive",
        "channel": place.id,
        "user": person,
        "event_ts": workspace.new_ts(),
    }
