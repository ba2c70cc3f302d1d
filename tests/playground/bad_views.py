"""One good view, and 26 that have one fault each."""

from copy import deepcopy
from typing import Any


def plain(words: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": words}


def field(block_id: str, element: dict[str, Any], **more: Any) -> dict[str, Any]:
    named = {"action_id": "value", **element}
    return {"type": "input", "block_id": block_id, "label": plain("A"), "element": named, **more}


def option(number: int) -> dict[str, Any]:
    return {"text": plain(f"Option {number}"), "value": f"{number}"}


def button(number: int = 1) -> dict[str, Any]:
    return {"type": "button", "action_id": f"b{number}", "text": plain("Go"), "value": "1"}


def section(number: int, words: str = "Words") -> dict[str, Any]:
    text = {"type": "mrkdwn", "text": words}
    return {"type": "section", "block_id": f"s{number}", "text": text}


SELECT, ACTIONS, CONTEXT, NUMBER, TEXT = 1, 2, 3, 4, 5
"""Where things stand in the good view's blocks."""

GOOD: dict[str, Any] = {
    "type": "modal",
    "callback_id": "suspend",
    "private_metadata": "m",
    "title": plain("Suspend a user"),
    "submit": plain("Suspend"),
    "close": plain("Cancel"),
    "blocks": [
        section(0),
        field("choice", {"type": "static_select", "options": [option(1), option(2)]}),
        {"type": "actions", "block_id": "actions", "elements": [button()]},
        {"type": "context", "block_id": "c", "elements": [{"type": "mrkdwn", "text": "Fine"}]},
        field("count", {"type": "number_input", "is_decimal_allowed": False, "min_value": "1"}),
        field("reason", {"type": "plain_text_input", "max_length": 200}, hint=plain("Why")),
    ],
}


def _with(path: tuple[str | int, ...], value: Any) -> dict[str, Any]:
    view = deepcopy(GOOD)
    place: Any = view
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return view


def _without(*path: str | int) -> dict[str, Any]:
    view = deepcopy(GOOD)
    place: Any = view
    for step in path[:-1]:
        place = place[step]
    del place[path[-1]]
    return view


_OPTIONS = ("blocks", SELECT, "element", "options")
_BUTTON = ("blocks", ACTIONS, "elements", 0)
_ELEMENT = "element"

BAD: dict[str, dict[str, Any]] = {
    "title of 30": _with(("title",), plain("x" * 30)),
    "101 options": _with(_OPTIONS, [option(n) for n in range(101)]),
    "option text of 76": _with((*_OPTIONS, 0, "text"), plain("x" * 76)),
    "option value of 151": _with((*_OPTIONS, 0, "value"), "x" * 151),
    "101 blocks": _with(("blocks",), [section(n) for n in range(101)]),
    "metadata of 3001": _with(("private_metadata",), "x" * 3001),
    "section of 3001": _with(("blocks", 0), section(0, "x" * 3001)),
    "button text of 76": _with((*_BUTTON, "text"), plain("x" * 76)),
    "button value of 2001": _with((*_BUTTON, "value"), "x" * 2001),
    "block_id of 256": _with(("blocks", 0, "block_id"), "x" * 256),
    "duplicate block_id": _with(("blocks", 0, "block_id"), "choice"),
    "no submit": _without("submit"),
    "no title": _without("title"),
    "mrkdwn title": _with(("title",), {"type": "mrkdwn", "text": "Title"}),
    "unknown block": _with(("blocks", 0), {"type": "sparkles", "block_id": "s0"}),
    "unknown property": _with((*_BUTTON, "colour"), "red"),
    "bad style": _with((*_BUTTON, "style"), "sparkling"),
    "no label": _without("blocks", TEXT, "label"),
    "label of 2001": _with(("blocks", TEXT, "label"), plain("x" * 2001)),
    "no options": _with(_OPTIONS, []),
    "26 actions": _with(("blocks", ACTIONS, "elements"), [button(n) for n in range(26)]),
    "11 context elements": _with(
        ("blocks", CONTEXT, "elements"), [{"type": "mrkdwn", "text": f"{n}"} for n in range(11)]
    ),
    "numeric min_value": _with(("blocks", NUMBER, _ELEMENT, "min_value"), 1),
    "max_length of 3001": _with(("blocks", TEXT, _ELEMENT, "max_length"), 3001),
    "empty text": _with(("blocks", 0), section(0, "")),
    "number_input without is_decimal_allowed": _without(
        "blocks", NUMBER, _ELEMENT, "is_decimal_allowed"
    ),
}

ALSO_BAD: dict[str, dict[str, Any]] = {
    "duplicate action_id": _with(("blocks", ACTIONS, "elements"), [button(), button()]),
    "duplicate option value": _with(_OPTIONS, [option(1), option(1)]),
    "initial option not offered": _with(("blocks", SELECT, _ELEMENT, "initial_option"), option(3)),
    "header of 151": _with(("blocks", 0), {"type": "header", "text": plain("x" * 151)}),
    "minimum above maximum": _with(("blocks", NUMBER, _ELEMENT, "max_value"), "0"),
    "two with focus": _with(
        ("blocks",),
        [field(f"f{n}", {"type": "plain_text_input", "focus_on_load": True}) for n in range(2)],
    ),
    "block that is no object": _with(("blocks", 0), "words"),
    "button in an input": _with(("blocks", TEXT, _ELEMENT), button()),
    "markdown block in a modal": _with(("blocks", 0), {"type": "markdown", "text": "x"}),
}
