"""What a person types into a view: the values, and what the Slack client itself would refuse."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any

from playground.blocks import elements_of
from playground.elements import options_of
from playground.errors import CannotDo
from playground.model import Channel, Person, Values, View

_TEXTS = ("plain_text_input", "number_input", "email_text_input", "url_text_input")
_ONE_OPTION = ("static_select", "external_select", "radio_buttons", "overflow")
_MORE_OPTIONS = ("multi_static_select", "multi_external_select", "checkboxes")

_KINDS: dict[str, tuple[str, str, Any]] = {
    **dict.fromkeys(_TEXTS, ("value", "initial_value", None)),
    **dict.fromkeys(_ONE_OPTION, ("selected_option", "initial_option", None)),
    **dict.fromkeys(_MORE_OPTIONS, ("selected_options", "initial_options", [])),
    "users_select": ("selected_user", "initial_user", None),
    "channels_select": ("selected_channel", "initial_channel", None),
    "conversations_select": ("selected_conversation", "initial_conversation", None),
    "multi_users_select": ("selected_users", "initial_users", []),
    "multi_channels_select": ("selected_channels", "initial_channels", []),
    "multi_conversations_select": ("selected_conversations", "initial_conversations", []),
    "datepicker": ("selected_date", "initial_date", None),
    "timepicker": ("selected_time", "initial_time", None),
    "datetimepicker": ("selected_date_time", "initial_date_time", None),
    "file_input": ("files", "", []),
    "overflow": ("selected_option", "", None),
}
"""By element type: the key in the state, the key of the initial value, what empty looks like."""


@dataclass(frozen=True)
class Field:
    """One thing to fill in, as a person sees it."""

    block_id: str
    action_id: str
    label: str
    kind: str
    """The element's type, as Block Kit calls it: `plain_text_input`, `static_select`."""

    value: Any
    """What is typed: text; the option's value; an id; a list of those. None: nothing."""

    error: str
    options: tuple[str, ...]
    """The texts of what can be chosen, for type-ahead what was last suggested."""

    optional: bool
    hint: str


def fillable(body: dict[str, Any]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Yield each block of a view's *body* that holds a value, with its element."""
    for block in body["blocks"]:
        for element in elements_of(block):
            if element["type"] in _KINDS and element["type"] != "overflow":
                yield block, element


def initial_values(body: dict[str, Any]) -> Values:
    """Return the state of a view that nobody has typed into yet."""
    values: Values = {}
    for block, element in fillable(body):
        key, initial, empty = _KINDS[element["type"]]
        state = {"type": element["type"], key: element.get(initial, empty)}
        values.setdefault(block["block_id"], {})[element["action_id"]] = state
    return values


def kept_values(before: Values, new: dict[str, Any]) -> Values:
    """Return the state after an update to *new*: what has the same ids and type stays as it was.

    Also what nobody touched stays: Slack reads an initial value when a field first appears, so a
    new one needs a new block id or action id.
    """
    values = initial_values(new)
    for block_id, actions in values.items():
        for action_id, state in actions.items():
            kept = before.get(block_id, {}).get(action_id)
            if kept is not None and kept["type"] == state["type"]:
                actions[action_id] = kept
    return values


def field_of(view: View, block: dict[str, Any], element: dict[str, Any]) -> Field:
    """Return *element* as a person sees it."""
    key = _KINDS[element["type"]][0]
    block_id = block["block_id"]
    offered = options_of(element) or view.offered.get(block_id, [])
    label = block.get("label") or block.get("text") or element.get("placeholder") or {}
    return Field(
        block_id=block_id,
        action_id=element["action_id"],
        label=label.get("text", ""),
        kind=element["type"],
        value=_readable(view.values[block_id][element["action_id"]][key]),
        error=view.errors.get(block_id, ""),
        options=tuple(option["text"]["text"] for option in offered),
        optional=block.get("optional", False) or block["type"] != "input",
        hint=(block.get("hint") or {}).get("text", ""),
    )


def _readable(value: Any) -> Any:
    if isinstance(value, list):
        return [_readable(one) for one in value]
    return value["value"] if isinstance(value, dict) else value


def find(view: View, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the block and element with *name*: block id, else action id, else label."""
    pairs = list(fillable(view.body))
    ways: tuple[Callable[[dict[str, Any], dict[str, Any]], bool], ...] = (
        lambda block, _: block["block_id"] == name,
        lambda _, element: element["action_id"] == name,
        lambda block, element: field_of(view, block, element).label == name,
    )
    for way in ways:
        for block, element in pairs:
            if way(block, element):
                return block, element
    there = ", ".join(block["block_id"] for block, _ in pairs)
    raise CannotDo(f"There is no field {name!r} in this view. There are: {there}.")


def fill(view: View, name: str, value: Any) -> dict[str, Any]:
    """Type or choose *value* in the field *name*, and return its new state."""
    block, element = find(view, name)
    block_id = block["block_id"]
    state = state_of(block_id, element, value, view.offered.get(block_id, []))
    view.values[block_id][element["action_id"]] = state
    return state


def state_of(
    block_id: str, element: dict[str, Any], value: Any, offered: list[dict[str, Any]]
) -> dict[str, Any]:
    """Return the state of *element* once *value* is typed or chosen; None empties it.

    *offered* is what a type-ahead field has suggested. Raises CannotDo for what is not offered.
    """
    key, _, empty = _KINDS[element["type"]]
    new = empty if value is None else _entered(block_id, element, value, offered)
    return {"type": element["type"], key: new}


def _entered(
    block_id: str, element: dict[str, Any], value: Any, suggested: list[dict[str, Any]]
) -> Any:
    kind = element["type"]
    if kind in _TEXTS:
        return str(value) or None
    offered = options_of(element) or suggested
    if kind in _ONE_OPTION:
        return _option(block_id, offered, value)
    if kind in _MORE_OPTIONS:
        wanted = (offered if value else []) if isinstance(value, bool) else value
        return [_option(block_id, offered, one) for one in wanted]
    if kind.startswith("multi_"):
        return [_plain(one) for one in value]
    return _plain(value)


def _option(block_id: str, offered: list[dict[str, Any]], wanted: Any) -> dict[str, Any]:
    if wanted in offered:
        return dict(wanted)
    by_text = {option["text"]["text"]: option for option in offered}
    by_value = {option["value"]: option for option in offered}
    found = by_value.get(wanted) or by_text.get(wanted)
    if found is not None:
        return found
    there = (
        ", ".join(option["text"]["text"] for option in offered) or "nothing; ask `suggests` first"
    )
    raise CannotDo(f"{wanted!r} is not offered in {block_id!r}. There is: {there}.")


def _plain(value: Any) -> Any:
    if isinstance(value, Person | Channel):
        return value.id
    if isinstance(value, datetime):
        return int(value.timestamp())
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.strftime("%H:%M")
    return value


def client_errors(view: View) -> dict[str, str]:
    """Return what the Slack client refuses to submit, by block id."""
    found = {}
    for block, element in fillable(view.body):
        if block["type"] != "input":
            continue
        key = _KINDS[element["type"]][0]
        value = view.values[block["block_id"]][element["action_id"]][key]
        if not value and value != 0:
            if not block.get("optional", False):
                found[block["block_id"]] = "Please complete this required field."
        elif (wrong := _wrong(element, value)) is not None:
            found[block["block_id"]] = wrong
    return found


def _wrong(element: dict[str, Any], value: Any) -> str | None:
    match element["type"]:
        case "plain_text_input":
            return _wrong_length(element, value)
        case "number_input":
            return _wrong_number(element, value)
        case "email_text_input" if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", value):
            return "Enter a valid email address."
        case "url_text_input" if not re.fullmatch(r"[a-z]+://\S+", value):
            return "Enter a valid URL."
        case _:
            return None


def _wrong_length(element: dict[str, Any], value: str) -> str | None:
    if len(value) < element.get("min_length", 0):
        return f"Enter at least {element['min_length']} characters."
    if len(value) > element.get("max_length", 3000):
        return f"Enter at most {element.get('max_length', 3000)} characters."
    return None


def _wrong_number(element: dict[str, Any], value: str) -> str | None:
    try:
        number = Decimal(value)
    except InvalidOperation:
        return "Enter a number."
    if not element["is_decimal_allowed"] and number != number.to_integral_value():
        return "Enter a whole number."
    low, high = element.get("min_value"), element.get("max_value")
    if low is not None and number < Decimal(low):
        return f"Enter a number of at least {low}."
    if high is not None and number > Decimal(high):
        return f"Enter a number of at most {high}."
    return None
