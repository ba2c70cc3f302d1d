"""Reads what a modal holds, whatever Slack sends: any part may be missing, null or of a wrong type.

Nothing read here is an authority: it was in a person's hands.
"""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from bot.domain.fields import Kind
from bot.domain.operation import Operation
from bot.pipeline.answers import Value
from bot.slack.elements import ACTION

CONFIRM = "confirm"
"""The block_id of the field in which a target's name is typed; no field may be called so."""

CHOSEN = "operation"
"""The block_id of the catalogue's one field."""


def values_of(view: Any, operation: Operation) -> dict[str, Value]:
    """Return *operation*'s fields as people would have typed them; empty ones are left out.

    A field that was shown with its default and was emptied is there, blank: so it was meant.
    """
    values: dict[str, Value] = {}
    carried = _dict(_carried(view).get("in"))
    for spec in operation.fields:
        if spec.hidden:
            if kept := _text(carried.get(spec.name)):
                values[spec.name] = kept
            continue
        element = _element(view, spec.name)
        value = _READ.get(spec.kind, _typed)(element)
        if value or (element and spec.default):
            values[spec.name] = value
    return values


def confirmed_of(view: Any) -> str | None:
    """Return what was typed to confirm, or None."""
    return _typed(_element(view, CONFIRM)) or None


def written_in(view: Any, block: str) -> str:
    """Return what was typed into the field *block*, or nothing."""
    return _typed(_element(view, block))


def person_in(view: Any, block: str) -> str:
    """Return who was chosen in the field *block*, or nothing."""
    return _text(_element(view, block).get("selected_user"))


def chosen_of(view: Any) -> str | None:
    """Return the name of the operation chosen in the catalogue, or None."""
    return _option(_element(view, CHOSEN)) or None


def metadata(
    operation: str | None, channel: str | None, hidden: Mapping[str, Value] | None = None
) -> str:
    """Return the private_metadata of a modal about *operation*, asked for in *channel*.

    *hidden* are the values of fields that it does not show.
    """
    carried = {"in": hidden} if hidden else {}
    return json.dumps({"op": operation, "ch": channel, **carried}, separators=(",", ":"))


def asked_of(view: Any) -> tuple[str | None, str | None]:
    """Return the operation's name and the channel that `metadata` wrote into *view*."""
    read = _carried(view)
    return _text(read.get("op")) or None, _text(read.get("ch")) or None


def carried_of(view: Any) -> dict[str, str]:
    """Return the values that `metadata` wrote into *view* as hidden; texts alone."""
    carried = _dict(_carried(view).get("in"))
    return {name: said for name, said in carried.items() if isinstance(said, str)}


def selected_in(view: Any, block: str) -> str:
    """Return what was chosen in the menu *block*, or nothing."""
    return _option(_element(view, block))


def _carried(view: Any) -> dict[str, Any]:
    written = _dict(view).get("private_metadata")
    try:
        return _dict(json.loads(written)) if isinstance(written, str) else {}
    # Digits without end are a ValueError too; brackets without end are not.
    except (ValueError, RecursionError):
        return {}


def _element(view: Any, block: str) -> dict[str, Any]:
    """Return what *view* holds for *block*, or nothing."""
    values = _dict(_dict(_dict(view).get("state")).get("values"))
    return _dict(_dict(values.get(block)).get(ACTION))


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _typed(element: dict[str, Any]) -> str:
    return _text(element.get("value"))


def _option(element: dict[str, Any]) -> str:
    return _text(_dict(element.get("selected_option")).get("value"))


def _options(element: dict[str, Any]) -> tuple[str, ...]:
    chosen = element.get("selected_options")
    chosen = chosen if isinstance(chosen, list) else []
    return tuple(value for one in chosen if (value := _text(_dict(one).get("value"))))


def _moment(element: dict[str, Any]) -> str:
    seconds = element.get("selected_date_time")
    if not isinstance(seconds, int) or isinstance(seconds, bool):
        return ""
    try:
        return datetime.fromtimestamp(seconds, UTC).isoformat()
    except (OverflowError, ValueError, OSError):
        return ""


def _under(name: str) -> Callable[[dict[str, Any]], Value]:
    return lambda element: _text(element.get(name))


# Every kind that is not here is typed.
_READ: Mapping[Kind, Callable[[dict[str, Any]], Value]] = MappingProxyType(
    {
        Kind.BOOLEAN: _option,
        Kind.CHOICE: _option,
        Kind.CHOICES: _options,
        Kind.DATE: _under("selected_date"),
        Kind.DATETIME: _moment,
        Kind.USER: _under("selected_user"),
        Kind.CHANNEL: _under("selected_conversation"),
        Kind.REFERENCE: _option,
    }
)
