"""What the app says: judged, recorded and shown."""

import re
from typing import Any

from playground.blocks import (
    MESSAGE_CHARACTERS,
    MESSAGE_TEXT,
    blocks_problems,
    characters,
    with_ids,
)
from playground.errors import SlackError
from playground.model import Message, Produced
from playground.permits import ResponseAddress
from playground.workspace import Workspace


def judged(
    workspace: Workspace, text: str, blocks: Any, attachments: Any = None
) -> list[dict[str, Any]]:
    """Judge and record a message; return its blocks with all ids, or raise SlackError."""
    body = {"text": text, "blocks": blocks or []}
    problems = blocks_problems(blocks or [])
    error = _first_error(text, blocks, attachments, problems)
    worded = tuple(problems) or ((error,) if error else ())
    workspace.produced.append(Produced("message", body, worded))
    if error == "invalid_blocks":
        raise SlackError(error, errors=problems, response_metadata={"messages": problems})
    if error:
        raise SlackError(error)
    return with_ids(blocks or [])


def _first_error(text: str, blocks: Any, attachments: Any, problems: list[str]) -> str:
    if not (text or blocks or attachments):
        return "no_text"
    if len(text) > MESSAGE_TEXT:
        return "msg_too_long"
    if problems:
        return "invalid_blocks"
    return "msg_blocks_too_long" if characters(blocks) > MESSAGE_CHARACTERS else ""


def metadata_of(given: Any) -> dict[str, Any]:
    """Judge the metadata of a message; raises SlackError."""
    try:
        event_type, payload = given["event_type"], given["event_payload"]
    except (TypeError, LookupError) as bad:
        raise SlackError("invalid_metadata_format") from bad
    if given.keys() - {"event_type", "event_payload"} or not isinstance(payload, dict):
        raise SlackError("invalid_metadata_format")
    if not isinstance(event_type, str) or not re.fullmatch(r"\w+", event_type, re.ASCII):
        raise SlackError("invalid_metadata_format")
    if not all(_is_plain(value) or _is_nested(value) for value in payload.values()):
        raise SlackError("invalid_metadata_schema")
    return {"event_type": event_type, "event_payload": payload}


def _is_plain(value: Any) -> bool:
    return isinstance(value, str | int | float | bool)


def _is_nested(value: Any) -> bool:
    """Say whether *value* is an object of plain values, or a list of such objects."""
    objects = value if isinstance(value, list) else [value]
    return all(isinstance(one, dict) and all(map(_is_plain, one.values())) for one in objects)


def respond(workspace: Workspace, address: ResponseAddress, body: dict[str, Any]) -> None:
    """Do what *body*, sent to a response address or in an ack, asks for."""
    original = address.original
    if body.get("delete_original"):
        if original is not None:
            workspace.delete(original)
        return
    text = str(body.get("text") or "")
    blocks = judged(workspace, text, body.get("blocks"), body.get("attachments"))
    if body.get("replace_original") and original is not None:
        workspace.edit(original, text, blocks)
        return
    in_channel = body.get("response_type") == "in_channel"
    said = Message(
        channel=address.channel,
        ts=workspace.new_ts(),
        author=workspace.bot_user.id,
        text=text,
        blocks=blocks,
        thread_ts=str(body.get("thread_ts") or address.thread_ts),
        only_for="" if in_channel else address.person,
    )
    address.original = original or said
    workspace.post(said)
