"""What goes over one Socket Mode connection, read into our own shapes and written from them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.slack.front import BODY_LIMIT, Ack, NotTaken, read_json
from bot.slack.payload import kind_of

_OK = 200
_BAD, _TOO_LARGE = 400, 413


@dataclass(frozen=True)
class Hello:
    """Slack has taken the connection; it counts *connections* of this app, ours among them."""

    connections: int


@dataclass(frozen=True)
class Farewell:
    """Slack is about to close the connection; *reason* is its own word."""

    reason: str


@dataclass(frozen=True)
class Envelope:
    """One payload of the kind *kind*, to be acknowledged by *id*.

    *headers* mark a retry as signed HTTP would. *wants_body* is False where no answer is read.
    """

    id: str
    kind: str
    payload: dict[str, Any]
    headers: Mapping[str, str]
    wants_body: bool


Frame = Hello | Farewell | Envelope


def read_frame(text: str) -> Frame:
    """Return what *text* says; raises NotTaken for what Slack would not send."""
    raw = text.encode()
    if len(raw) > BODY_LIMIT:
        raise NotTaken(_TOO_LARGE, "size", "The frame is too large.")
    try:
        frame = read_json(raw)
    except (ValueError, RecursionError) as bad:
        raise NotTaken(_BAD, "malformed", "The frame is no JSON.") from bad
    if not isinstance(frame, dict):
        raise NotTaken(_BAD, "malformed", "The frame is no object.")
    match frame.get("type"):
        case "hello":
            return Hello(_count(frame.get("num_connections")))
        case "disconnect":
            return Farewell(_word(frame.get("reason")))
        case _:
            return _envelope(frame)


def ack_frame(envelope: Envelope, ack: Ack) -> str | None:
    """Return the frame that acknowledges *envelope*; None where *ack* is no success.

    Slack then shows the person a failure, as it does for an HTTP status other than 200.
    """
    if ack.status != _OK:
        return None
    frame: dict[str, Any] = {"envelope_id": envelope.id}
    if ack.body and envelope.wants_body:
        is_json = ack.content_type.startswith("application/json")
        frame["payload"] = json.loads(ack.body) if is_json else {"text": ack.body}
    return json.dumps(frame)


def _envelope(frame: dict[str, Any]) -> Envelope:
    name, payload = frame.get("envelope_id"), frame.get("payload")
    if not (isinstance(name, str) and name and isinstance(payload, dict)):
        raise NotTaken(_BAD, "no_payload", "There is no payload.")
    kind = kind_of(payload)
    if kind is None:
        raise NotTaken(_BAD, "unknown_kind", "This kind of payload is not known here.")
    wants_body = frame.get("accepts_response_payload") is not False
    return Envelope(name, kind, payload, _retry(frame), wants_body)


def _retry(frame: Mapping[str, Any]) -> dict[str, str]:
    """Return the headers that signed HTTP marks the same retry by."""
    attempt = _count(frame.get("retry_attempt"))
    if not attempt:
        return {}
    reason = _word(frame.get("retry_reason"))
    return {
        "x-slack-retry-num": str(attempt),
        **({"x-slack-retry-reason": reason} if reason else {}),
    }


def _count(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


def _word(value: object) -> str:
    """Return *value* if it is a plain word, which may be logged; an empty text otherwise."""
    is_word = isinstance(value, str) and value.isascii() and value.replace("_", "").isalnum()
    return str(value)[:64] if is_word else ""
