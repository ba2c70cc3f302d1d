"""What the app says: judged, recorded and shown."""

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
