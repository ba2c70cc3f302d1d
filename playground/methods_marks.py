"""The Web API's methods for what is put onto a channel or a message: bookmarks, pins, reactions."""

import re
from typing import Any

from playground import events, wire
from playground.arguments import Arguments
from playground.errors import SlackError
from playground.methods_people import visible
from playground.model import Bookmark, Channel, Message, Pin
from playground.workspace import Workspace

BOOKMARKS, PINS, REACTIONS = 100, 100, 23
"""How many a channel or a message holds. docs.slack.dev: bookmarks.add, pins.add, reactions.add."""

_LINK = re.compile(r"https?://\S+")
_EMOJI = re.compile(r"[a-z0-9_+'-]{1,100}(::skin-tone-[2-6])?")


def _place(workspace: Workspace, asked: Arguments, name: str = "channel") -> Channel:
    """Return the channel *name*, which the app is in."""
    place = visible(workspace, asked.needed(name))
    if not place.with_bot:
        raise SlackError("not_in_channel")
    return place


def _open_place(workspace: Workspace, asked: Arguments, name: str = "channel") -> Channel:
    place = _place(workspace, asked, name)
    if place.archived:
        raise SlackError("is_archived")
    return place


def list_bookmarks(workspace: Workspace, asked: Arguments) -> dict[str, Any]:
    """Answer bookmarks.list."""
    place = _place(workspace, asked, "channel_id")
    return {"bookmarks": [wire.bookmark(workspace, place, one) for one in place.bookmarks]}


def add_bookmark(workspace: Workspace, asked: Arguments) -> dict[str, Any]:
    """Answer bookmarks.add. Slack takes the same title twice."""
    place, now = _open_place(workspace, asked, "channel_id"), workspace.seconds()
    if asked.needed("type") != "link":
        raise SlackError("invalid_bookmark_type")
    if len(place.bookmarks) >= BOOKMARKS:
        raise SlackError("too_many_bookmarks")
    new = Bookmark(workspace.new_id("Bk"), asked.needed("title"), _link(asked), now, now)
    new.emoji = asked.text("emoji")
    place.bookmarks.append(new)
    workspace.notify()
    return {"bookmark": wire.bookmark(workspace, place, new)}


def edit_bookmark(workspace: Workspace, asked: Arguments) -> dict[str, Any]:
    """Answer bookmarks.edit."""
    place, one = _bookmark(workspace, asked)
    one.title = asked.text("title", one.title)
    one.link = _link(asked) if asked.text("link") else one.link
    one.updated = workspace.seconds()
    workspace.notify()
    return {"bookmark": wire.bookmark(workspace, place, one)}


def remove_bookmark(workspace: Workspace, asked: Arguments) -> dict[str, Any]:
    """Answer bookmarks.remove."""
    place, one = _bookmark(workspace, asked)
    place.bookmarks.remove(one)
    workspace.notify()
    return {}


def _bookmark(workspace: Workspace, asked: Arguments) -> tuple[Channel, Bookmark]:
    place = _open_place(workspace, asked, "channel_id")
    for one in place.bookmarks:
        if one.id == asked.needed("bookmark_id"):
            return place, one
    raise SlackError("not_found")


def _link(asked: Arguments) -> str:
    link = asked.needed("link")
    if not _LINK.fullmatch(link):
        raise SlackError("invalid_link")
    return link


def _message(workspace: Workspace, place: Channel, asked: Arguments) -> Message:
    said = workspace.message(place.id, asked.needed("timestamp"))
    if said is None:
        raise SlackError("message_not_found")
    return said


def add_pin(workspace: Workspace, asked: Arguments) -> dict[str, Any]:
    """Answer pins.add."""
    place = _open_place(workspace, asked)
    said = _message(workspace, place, asked)
    if any(pin.ts == said.ts for pin in place.pins):
        raise SlackError("already_pinned")
    if said.subtype:
        raise SlackError("not_pinnable")
    if len(place.pins) >= PINS:
        raise SlackError("too_many_pins")
    workspace.pin(said, workspace.bot_user.id)
    return {}


def remove_pin(workspace: Workspace, asked: Arguments) -> dict[str, Any]:
    """Answer pins.remove."""
    place = _open_place(workspace, asked)
    said = _message(workspace, place, asked)
    if all(pin.ts != said.ts for pin in place.pins):
        raise SlackError("no_pin")
    workspace.unpin(said)
    return {}


def list_pins(workspace: Workspace, asked: Arguments) -> dict[str, Any]:
    """Answer pins.list."""
    place = _place(workspace, asked)
    found = ((pin, workspace.message(place.id, pin.ts)) for pin in place.pins)
    return {"items": [_pinned(workspace, pin, said) for pin, said in found if said]}


def _pinned(workspace: Workspace, pin: Pin, said: Message) -> dict[str, Any]:
    shown = wire.message(workspace, said) | {"permalink": wire.permalink(workspace, said)}
    about = {"type": "message", "created": pin.at, "created_by": pin.by, "channel": said.channel}
    return about | {"message": shown}


def add_reaction(workspace: Workspace, asked: Arguments) -> dict[str, Any]:
    """Answer reactions.add."""
    return _react(workspace, asked, "reaction_added")


def remove_reaction(workspace: Workspace, asked: Arguments) -> dict[str, Any]:
    """Answer reactions.remove."""
    return _react(workspace, asked, "reaction_removed")


def _react(workspace: Workspace, asked: Arguments, kind: str) -> dict[str, Any]:
    """Put the app's reaction below a message, or take it away; *kind* is the event it makes."""
    place, name = _open_place(workspace, asked), asked.needed("name")
    if not _EMOJI.fullmatch(name):
        raise SlackError("invalid_name")
    said, app = _message(workspace, place, asked), workspace.bot_user.id
    there, adds = app in said.reactions.get(name, []), kind == "reaction_added"
    if there is adds:
        raise SlackError("already_reacted" if there else "no_reaction")
    if len({name, *(one for one, people in said.reactions.items() if people)}) > REACTIONS:
        raise SlackError("too_many_emoji")
    workspace.react(said, app, name)
    workspace.caused(events.reaction(workspace, kind, said, app, name))
    return {}


def get_reactions(workspace: Workspace, asked: Arguments) -> dict[str, Any]:
    """Answer reactions.get, for a message."""
    place = _place(workspace, asked)
    said = _message(workspace, place, asked)
    shown = wire.message(workspace, said) | {"permalink": wire.permalink(workspace, said)}
    return {"type": "message", "channel": place.id, "message": shown}
