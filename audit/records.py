"""The exact bytes of an event: canonical JSON, from which the search columns are read back."""

import hashlib
import json
import unicodedata
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from typing import Any

from bot.domain.decision import Decision
from bot.domain.record import Event

VERSION = 1
"""The shape of a body. A reader that meets a higher one knows that it is too old."""

Body = dict[str, Any]


def body_of(event: Event) -> Body:
    """Return *event* as a body, still in clear; absent parts are left out."""
    body = {
        "id": event.id,
        "at": utc(event.at),
        "stage": event.stage.value,
        "team": event.team,
        "invocation": event.invocation,
        "actor": event.actor,
        "surface": event.surface,
        "channel": event.channel,
        "operation": event.operation,
        "target": event.target,
        "params": event.params,
        "decision": event.decision and _decision(event.decision),
        "detail": event.detail,
    }
    return {"v": VERSION} | _present(body)


def canonical(value: object) -> str:
    """Return the one JSON text of *value*: sorted keys, no spaces, every string as by `nfc`.

    Raises ValueError or TypeError for what has no JSON form, not-a-number among it.
    """
    return _settled(value)[1]


def row_of(body: Body) -> dict[str, Any]:
    """Return the row of *body*: its canonical text, the leaf and the search columns."""
    body, text = _settled(body)
    return columns_of(body) | {"body": text, "leaf": leaf_of(text)}


def columns_of(body: Body) -> dict[str, Any]:
    """Return the search columns that *body* must have; a sealed target shows as its pseudonym."""
    columns = {name: body.get(name) for name in _COPIED}
    target, decision = body.get("target"), body.get("decision", {})
    return columns | {
        "target": target["subject"] if isinstance(target, dict) else target,
        "decision": decision.get("effect"),
        "rules": ",".join(decision["rules"]) if decision.get("rules") else None,
        "rules_digest": decision.get("rules_digest"),
    }


def leaf_of(text: str) -> bytes:
    """Return the leaf hash of a body's *text* (RFC 9162: SHA-256 over 0x00 and the bytes)."""
    return hashlib.sha256(b"\x00" + text.encode()).digest()


def utc(at: datetime) -> str:
    """Write *at* in UTC with microseconds. Raises ValueError where it has no zone."""
    if at.tzinfo is None:
        raise ValueError(f"The time {at.isoformat()!r} has no zone. Ask the Clock for one in UTC.")
    return at.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def nfc(text: str) -> str:
    """Return *text* in Unicode's form NFC; what no database takes becomes U+FFFD."""
    if text.isascii() and "\0" not in text:
        return text
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return unicodedata.normalize("NFC", whole.replace("\0", "\ufffd"))


_COPIED = ("id", "at", "team", "invocation", "stage", "actor", "surface", "channel", "operation")


def _decision(decision: Decision) -> Body:
    return _present(
        {
            "effect": decision.effect.value,
            "code": decision.code,
            "rules": decision.rules,
            "needs": decision.needs,
            "reasons": decision.reasons,
            "errors": decision.errors,
            "rules_digest": decision.rules_digest,
            "request": decision.request,
        }
    )


def _present(parts: Body) -> Body:
    return {name: part for name, part in parts.items() if part}


def _plain(value: object) -> object:
    """Return what JSON knows in place of *value*; called only for what it does not know."""
    match value:
        case datetime():
            return utc(value) if value.tzinfo else value.isoformat()
        case date():
            return value.isoformat()
        case timedelta():
            return value.total_seconds()
        case Enum():
            return value.value
        case set() | frozenset():
            return sorted(value, key=str)
        case Mapping():
            return dict(value)
        case _:
            raise TypeError(f"A {type(value).__name__} has no place in the record. Make it text.")


_write = json.JSONEncoder(
    ensure_ascii=False,
    allow_nan=False,
    sort_keys=True,
    separators=(",", ":"),
    default=_plain,
).encode


def _settled(value: Any) -> tuple[Any, str]:
    text = _write(value)
    if _is_tidy(text):
        return value, text
    value = _tidied(json.loads(text))
    return value, _write(value)


def _is_tidy(text: str) -> bool:
    if "\\u0000" in text:
        return False
    return nfc(text) == text


def _tidied(value: Any) -> Any:
    match value:
        case str():
            return nfc(value)
        case dict():
            return {nfc(name): _tidied(part) for name, part in value.items()}
        case list():
            return [_tidied(part) for part in value]
        case _:
            return value
