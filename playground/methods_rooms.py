"""The Web API's methods that open, change and close channels, and bring people in."""

import re
from typing import Any

from playground import events, rooms, wire
from playground.arguments import Arguments
from playground.errors import SlackError
from playground.methods_people import visible
from playground.model import Canvas, Channel
from playground.workspace import Workspace

NAME, LABEL, INVITED = 80, 250, 100
"""docs.slack.dev: conversations.create, .setTopic and .invite."""

_ALLOWED = re.compile(r"[a-z0-9_-]+")
_BY_NAME = {"🔥": ":fire:", "🔴": ":red_circle:", "🚨": ":rotating_light:"}
"""Emoji come back by their names, as in messages; these few stand for all."""

_LETTER = re.compile(r"[a-z0-9]")


def _name(workspace: Workspace, asked: Arguments) -> str:
    """Return the name that is asked for; raises SlackError as Slack words it."""
    name = asked.text("name")
    if not name:
        raise SlackError("invalid_name_required")
    if len(name) > NAME:
        raise SlackError("invalid_name_maxlength")
    if not _ALLOWED.fullmatch(name):
        raise SlackError("invalid_name_specials")
    if not _LETTER.search(name):
        raise SlackError("invalid_name_punctuation")
    # Archived and private channels keep their names, too.
    if any(place.name == name for place in workspace.channels.values()):
        raise SlackError("name_taken")
    return name


def _ours(workspace: Workspace, asked: Arguments, name: str = "channel") -> Channel:
    """Return the channel that is to be changed, which the app is in and which is open."""
    place = visible(workspace, asked.needed(name))
    if place.direct:
        raise SlackError("method_not_supported_for_channel_type")
    if place.archived:
        raise SlackError("is_archived")
    if not place.with_bot:
        raise SlackError("not_in_channel")
    return place


def create(workspace: Workspace, asked: Arguments) -> dict[str, Any]:
    """Answer conversations.create: the app is the only one inside."""
    name, app = _name(workspace, asked), workspace.bot_user.id
    place = Channel(workspace.new_id("C"), name, workspace.seconds())
    place.private, place.creator = asked.flag("is_private"), app
    workspace.add_channel(place)
    _enter(workspace, place, app)
    return {"channel": _shown(workspace, place)}


def _enter(workspace: Workspace, place: Channel, person: str, inviter: str = "") -> None:
    if person not in place.members:
        rooms.enter(workspace, place, person, inviter)
        kind = "member_joined_channel"
        workspace.caused(events.membership(workspace, kind, place, person, inviter))


def _shown(workspace: Workspace, place: Channel) -> dict[str, Any]:
    """Return *place* as the methods do that change it: without its canvas and its numbers."""
    shown = wire.channel(workspace, place)
    for omitted in shown.keys() & {"num_members", "properties"}:
        del shown[omitted]
    return shown


def invite(workspace: Workspace, asked: Arguments) -> dict[str, Any]:
    """Answer conversations.invite: all or nobody, unless it is forced."""
    place = _ours(workspace, asked)
    people = [one.strip() for one in asked.needed("users").split(",") if one.strip()]
    if len(people) > INVITED:
        raise SlackError("too_many_users")
    wrong = [(one, no) for one in people if (no := _why_not(workspace, place, one))]
    told = [{"user": one, "ok": False, "error": no} for one, no in wrong]
    forced = asked.flag("force")
    if wrong and (not forced or len(wrong) == len(people)):
        raise SlackError(wrong[0][1], **({"errors": told} if len(people) > 1 else {}))
    refused = {one for one, _ in wrong}
    for one in people:
        if one not in refused:
            _enter(workspace, place, one, workspace.bot_user.id)
    return {"channel": _shown(workspace, place), **({"errors": told} if told else {})}


def _why_not(workspace: Workspace, place: Channel, one: str) -> str:
    """Return why *one* cannot be brought into *place*, in Slack's word; empty: they can."""
    person = workspace.people.get(one)
    if person is None:
        return "user_not_found"
    if one == workspace.bot_user.id:
        return "cant_invite_self"
    if one in place.members:
        return "already_in_channel"
    if person.ultra_restricted:
        return "ura_max_channels"
    if person.restricted:
        return "user_is_restricted"
    return "cant_invite" if person.deactivated or person.stranger else ""


def join(workspace: Workspace, asked: Arguments) -> dict[str, Any]:
    """Answer conversations.join."""
    place = visible(workspace, asked.needed("channel"))
    if place.direct or place.private:
        raise SlackError("method_not_supported_for_channel_type")
    if place.archived:
        raise SlackError("is_archived")
    _enter(workspace, place, workspace.bot_user.id)
    return {"channel": _shown(workspace, place)}


def set_topic(workspace: Workspace, asked: Arguments) -> dict[str, Any]:
    """Answer conversations.setTopic."""
    return _set(workspace, asked, "topic")


def set_purpose(workspace: Workspace, asked: Arguments) -> dict[str, Any]:
    """Answer conversations.setPurpose."""
    return _set(workspace, asked, "purpose")


def _set(workspace: Workspace, asked: Arguments, what: str) -> dict[str, Any]:
    place, text = _ours(workspace, asked), asked.text(what)
    if len(text) > LABEL:
        raise SlackError("too_long")
    # Slack gives back what was set with these three signs written as entities.
    safe = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    for sign, name in _BY_NAME.items():
        safe = safe.replace(sign, name)
    rooms.label(workspace, place, workspace.bot_user.id, what, safe)
    return {"channel": _shown(workspace, place)}


def rename(workspace: Workspace, asked: Arguments) -> dict[str, Any]:
    """Answer conversations.rename."""
    place, app = _ours(workspace, asked), workspace.bot_user.id
    name = _name(workspace, asked)
    if place.creator != app:
        raise SlackError("not_authorized")
    rooms.rename(workspace, place, app, name)
    return {"channel": _shown(workspace, place)}


def archive(workspace: Workspace, asked: Arguments) -> dict[str, Any]:
    """Answer conversations.archive."""
    place = visible(workspace, asked.needed("channel"))
    if place.archived:
        raise SlackError("already_archived")
    place = _ours(workspace, asked)
    rooms.archive(workspace, place, workspace.bot_user.id)
    workspace.caused(events.archived(workspace, place, workspace.bot_user.id))
    return {}


def unarchive(workspace: Workspace, asked: Arguments) -> dict[str, Any]:
    """Answer conversations.unarchive as it does a bot's token (docs.slack.dev: "bug alert")."""
    if not visible(workspace, asked.needed("channel")).archived:
        raise SlackError("not_archived")
    raise SlackError("not_in_channel")


def create_canvas(workspace: Workspace, asked: Arguments) -> dict[str, Any]:
    """Answer conversations.canvases.create: a channel has at most one."""
    place = _ours(workspace, asked, "channel_id")
    if place.canvas is not None:
        raise SlackError("channel_canvas_already_exists")
    markdown = _markdown(asked.json("document_content") or {"type": "markdown", "markdown": ""})
    place.canvas = Canvas(workspace.new_id("F"), asked.text("title"), markdown)
    workspace.notify()
    return {"canvas_id": place.canvas.id}


def edit_canvas(workspace: Workspace, asked: Arguments) -> dict[str, Any]:
    """Answer canvases.edit, for one change that replaces the whole."""
    found = (place.canvas for place in workspace.channels.values() if place.with_bot)
    canvas = next((one for one in found if one and one.id == asked.needed("canvas_id")), None)
    if canvas is None:
        raise SlackError("canvas_not_found")
    changes = asked.json("changes")
    if not isinstance(changes, list) or len(changes) != 1:
        raise SlackError("invalid_arguments")
    if changes[0].get("operation") != "replace" or "section_id" in changes[0]:
        raise SlackError("canvas_editing_failed")
    canvas.markdown = _markdown(changes[0].get("document_content"))
    workspace.notify()
    return {}


def _markdown(content: Any) -> str:
    text = content.get("markdown") if isinstance(content, dict) else None
    if not isinstance(text, str) or content.get("type") != "markdown":
        raise SlackError("invalid_arguments")
    return text
