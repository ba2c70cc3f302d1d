"""What travels over Socket Mode: Slack's frames, and what the app's acks say."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import parse_qsl

Reason = Literal["warning", "refresh_requested", "link_disabled", "too_many_websockets"]
"""Why Slack ends a connection. The last stands only in issues: slackapi/node-slack-sdk 1654."""

HOST = "applink-1"
LIFE = 18_060
"""Seconds that a connection may live, as `hello` says (docs.slack.dev: using-socket-mode)."""

_ANSWERED_IN_ACK = ("view_submission", "block_suggestion")


class NoAck(ValueError):
    """A frame from the app that acknowledges nothing; the words say why."""


@dataclass(frozen=True)
class Ack:
    """One acknowledgement: which connection (1 is the first ever opened) sent it for what."""

    link: int
    envelope_id: str
    payload: dict[str, Any] | None


def hello(app_id: str, connections: int) -> dict[str, Any]:
    """Return the first frame on a connection; *connections* counts this one."""
    return {
        "type": "hello",
        "num_connections": connections,
        "debug_info": {
            "host": HOST,
            "build_number": 1,
            "approximate_connection_time": LIFE,
        },
        "connection_info": {"app_id": app_id},
    }


def disconnect(reason: Reason) -> dict[str, Any]:
    """Return the frame that announces the end of a connection."""
    return {"type": "disconnect", "reason": reason, "debug_info": {"host": HOST}}


def envelope(envelope_id: str, body: bytes, headers: Mapping[str, str]) -> dict[str, Any]:
    """Return the envelope for what HTTP would carry as *body* under *headers*."""
    given = {name.lower(): value for name, value in headers.items()}
    if given["content-type"].startswith("application/json"):
        retry = {
            "retry_attempt": int(given.get("x-slack-retry-num", "0")),
            "retry_reason": given.get("x-slack-retry-reason", ""),
        }
        return _envelope(envelope_id, "events_api", json.loads(body)) | retry
    fields = dict(parse_qsl(body.decode(), keep_blank_values=True))
    if "payload" not in fields:
        return _envelope(envelope_id, "slash_commands", fields, answered=True)
    payload = json.loads(fields["payload"])
    answered = payload["type"] in _ANSWERED_IN_ACK
    return _envelope(envelope_id, "interactive", payload, answered=answered)


def _envelope(
    envelope_id: str, kind: str, payload: dict[str, Any], *, answered: bool = False
) -> dict[str, Any]:
    return {
        "envelope_id": envelope_id,
        "payload": payload,
        "type": kind,
        "accepts_response_payload": answered,
    }


def acked(frame: str) -> tuple[str, dict[str, Any] | None]:
    """Return the envelope id and the payload of the ack in *frame*; raises NoAck."""
    try:
        said = json.loads(frame)
    except ValueError as bad:
        raise NoAck(f"a frame is no JSON: {frame[:100]}") from bad
    if not isinstance(said, dict) or not isinstance(said.get("envelope_id"), str):
        raise NoAck(f"a frame has no envelope_id: {frame[:100]}")
    payload = said.get("payload")
    if payload is not None and not isinstance(payload, dict):
        raise NoAck(f"the payload of an ack is no object: {frame[:100]}")
    return said["envelope_id"], payload
