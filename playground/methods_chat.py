"""The Web API's methods that say, change and take back."""

from typing import Any

from playground import wire
from playground.arguments import Arguments
from playground.errors import SlackError
from playground.methods_people import visible
from playground.model import Channel, Message
from playground.posting import judged, metadata_of
from playground.workspace import Workspace


class TooFast(Exception):
    """More than one message a second in one channel, with the limit switched on."""


def _place(workspace: Workspace, asked: Arguments) -> Channel:
    """Return where to post: a channel by id, or a person's direct messages by the person's id."""
    wanted = asked.text("channel")
    person = workspace.people.get(wanted)
    if person is None:
        place = visible(workspace, wanted)
    elif person.bot or person.deactivated:
        raise SlackError("cannot_dm_bot" if person.bot else "channel_not_found")
    else:
        place = workspace.direct(person)
    if place.archived:
        raise SlackError("is_archived")
    if not place.with_bot:
        raise SlackError("not_in_channel")
    return place


def _said(workspace: Workspace, asked: Arguments, place: Channel, only_for: str = "") -> Message:
    metadata = asked.json("metadata")
    known = None if metadata is None else metadata_of(metadata)
    blocks = judged(workspace, asked.text("text"), asked.json("blocks"), asked.json("attachments"))
    if workspace.faults.posting_too_fast(place.id, workspace.now()):
        raise TooFast
    return workspace.post(
        Message(
            channel=place.id,
            ts=workspace.new_ts(),
            author=workspace.bot_user.id,
            text=asked.text("text"),
            blocks=blocks,
            attachments=asked.json("attachments") or [],
            thread_ts=asked.text("thread_ts"),
            metadata=known,
            only_for=only_for,
        )
    )


def post_message(workspace: Workspace, asked: Arguments) -> dict[str, Any]:
    """Answer chat.postMessage."""
    place = _place(workspace, asked)
    said = _said(workspace, asked, place)
    return {"channel": place.id, "ts": said.ts, "message": wire.message(workspace, said)}


def post_ephemeral(workspace: Workspace, asked: Arguments) -> dict[str, Any]:
    """Answer chat.postEphemeral."""
    place = _place(workspace, asked)
    person = asked.needed("user")
    if person not in place.members:
        raise SlackError("user_not_in_channel")
    return {"message_ts": _said(workspace, asked, place, only_for=person).ts}


def _own(workspace: Workspace, asked: Arguments, refusal: str) -> Message:
    place = visible(workspace, asked.needed("channel"))
    said = workspace.message(place.id, asked.needed("ts"))
    if said is None:
        raise SlackError("message_not_found")
    if said.author != workspace.bot_user.id:
        raise SlackError(refusal)
    return said


def update(workspace: Workspace, asked: Arguments) -> dict[str, Any]:
    """Answer chat.update (docs.slack.dev: chat.update).

    New text alone removes the blocks; metadata stays unless new is given, and `{}` removes it.
    """
    said = _own(workspace, asked, "cant_update_message")
    given = asked.json("blocks")
    if given is None and not asked.text("text"):
        given = said.blocks
    metadata = asked.json("metadata")
    known = said.metadata if metadata is None else metadata and metadata_of(metadata)
    text = asked.text("text", said.text)
    workspace.edit(said, text, judged(workspace, text, given))
    said.metadata = known or None
    shown = wire.message(workspace, said)
    for absent in shown.keys() & {"ts", "thread_ts"}:
        del shown[absent]
    return {"channel": said.channel, "ts": said.ts, "text": text, "message": shown}


def delete(workspace: Workspace, asked: Arguments) -> dict[str, Any]:
    """Answer chat.delete."""
    said = _own(workspace, asked, "cant_delete_message")
    workspace.delete(said)
    return {"channel": said.channel, "ts": said.ts}


def get_permalink(workspace: Workspace, asked: Arguments) -> dict[str, Any]:
    """Answer chat.getPermalink."""
    place = visible(workspace, asked.needed("channel"))
    said = workspace.message(place.id, asked.needed("message_ts"))
    if said is None:
        raise SlackError("message_not_found")
    return {"channel": place.id, "permalink": wire.permalink(workspace, said)}
