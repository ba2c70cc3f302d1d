"""Judges views and messages as strictly as Slack does, and words the faults as Slack does."""

import json
from collections.abc import Iterator
from typing import Any

from playground.elements import (
    ACCESSORY,
    ACTIONS,
    ID,
    IN_CONTEXT,
    INPUTS,
    picture,
)
from playground.errors import SlackError
from playground.schema import (
    Check,
    boolean,
    by_type,
    choice,
    each,
    plain,
    problem,
    shape,
    string,
    text,
)

VIEW_BLOCKS = 100
MESSAGE_BLOCKS = 50
MESSAGE_TEXT = 40_000
"""docs.slack.dev: chat.postMessage, the text is cut above this."""

MESSAGE_CHARACTERS = 13_200
"""Characters over all blocks of a message, above which Slack says `msg_blocks_too_long`."""

MARKDOWN = 12_000
"""docs.slack.dev: markdown block, over all such blocks of a message."""

VIEW_BYTES = 250_000
"""docs.slack.dev: views.push, `view_too_large`."""

_BLOCK = {"block_id": ID}


def _has_words(section: dict[str, Any]) -> str | None:
    return None if section.keys() & {"text", "fields"} else "must provide text or fields"


def _anything(_value: Any, _at: str) -> Iterator[str]:
    """Accept everything: rich text is checked by its outer parts only."""
    yield from ()


_RICH = {
    kind: shape(
        {"elements": each(_anything, 0, 1000)},
        dict.fromkeys(("style", "indent", "border", "offset"), _anything),
    )
    for kind in (
        "rich_text_section",
        "rich_text_list",
        "rich_text_quote",
        "rich_text_preformatted",
    )
}
_RICH_TEXT = shape({"elements": each(by_type(_RICH), 1, 1000)}, _BLOCK)
_CELL = by_type({"raw_text": shape({"text": string(3000)}, {}), "rich_text": _RICH_TEXT})
_COLUMN = shape({}, {"align": choice("left", "center", "right"), "is_wrapped": boolean})

_EVERYWHERE: dict[str, Check] = {
    "section": shape(
        {},
        {
            **_BLOCK,
            "text": text(3000),
            "fields": each(text(2000), 1, 10),
            "accessory": ACCESSORY,
            "expand": boolean,
        },
        _has_words,
    ),
    "header": shape({"text": plain(150)}, _BLOCK),
    "divider": shape({}, _BLOCK),
    "image": picture({**_BLOCK, "title": plain(2000)}),
    "context": shape({"elements": each(IN_CONTEXT, 1, 10)}, _BLOCK),
    "actions": shape({"elements": each(ACTIONS, 1, 25)}, _BLOCK),
    "rich_text": _RICH_TEXT,
    "input": shape(
        {"label": plain(2000), "element": INPUTS},
        {**_BLOCK, "hint": plain(2000), "optional": boolean, "dispatch_action": boolean},
    ),
}


_IN_MODALS = by_type(
    {
        **_EVERYWHERE,
        "alert": shape(
            {"text": text(200)},
            {**_BLOCK, "level": choice("default", "info", "warning", "error", "success")},
        ),
    }
)
_IN_HOMES = by_type(_EVERYWHERE)
_IN_MESSAGES = by_type(
    {
        **_EVERYWHERE,
        "markdown": shape({"text": string(MARKDOWN)}, _BLOCK),
        "table": shape(
            {"rows": each(each(_CELL, 1, 20), 1, 100)},
            {**_BLOCK, "column_settings": each(_COLUMN, 1, 20)},
        ),
    }
)

_VIEW = {
    "private_metadata": string(3000, 0),
    "callback_id": string(255, 0),
    "external_id": string(255, 0),
}


def _submit_is_there(view: dict[str, Any]) -> str | None:
    asks = any(block.get("type") == "input" for block in dicts(view.get("blocks")))
    return (
        "`submit` is required when an input block is used"
        if asks and "submit" not in view
        else None
    )


_VIEWS = by_type(
    {
        "modal": shape(
            {"title": plain(24), "blocks": each(_IN_MODALS, 0, VIEW_BLOCKS)},
            {
                **_VIEW,
                "submit": plain(24),
                "close": plain(24),
                "clear_on_close": boolean,
                "notify_on_close": boolean,
                "submit_disabled": boolean,
            },
            _submit_is_there,
        ),
        "home": shape({"blocks": each(_IN_HOMES, 0, VIEW_BLOCKS)}, _VIEW),
    }
)
_MESSAGE_BLOCKS = each(_IN_MESSAGES, 0, MESSAGE_BLOCKS)


def dicts(value: Any) -> list[dict[str, Any]]:
    """Return the objects in the list *value*; nothing if it is none."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def elements_of(block: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the interactive elements of *block*."""
    inner = [block.get("element"), block.get("accessory"), *dicts(block.get("elements"))]
    texts = ("plain_text", "mrkdwn", "image")
    found = [one for one in dicts(inner) if one.get("type") not in texts]
    return [] if block.get("type") == "rich_text" else found


def _repeated(names: list[str]) -> list[str]:
    return sorted({name for name in names if names.count(name) > 1})


def _unique(blocks: list[dict[str, Any]]) -> Iterator[str]:
    named = [block["block_id"] for block in blocks if isinstance(block.get("block_id"), str)]
    for name in _repeated(named):
        yield problem(f"`block_id` {name} already exists", "/blocks")
    for place, block in enumerate(blocks):
        actions = [
            e["action_id"] for e in elements_of(block) if isinstance(e.get("action_id"), str)
        ]
        for name in _repeated(actions):
            yield problem(f"`action_id` {name} already exists for the block", f"/blocks/{place}")
    focused = [e for block in blocks for e in elements_of(block) if e.get("focus_on_load")]
    if len(focused) > 1:
        yield problem("only one element can have `focus_on_load`", "/blocks")


def view_problems(view: Any) -> list[str]:
    """Return what Slack would find wrong with *view*; nothing: it is good."""
    found = list(_VIEWS(view, "/view"))
    return found + list(_unique(dicts(view.get("blocks")) if isinstance(view, dict) else []))


def blocks_problems(blocks: Any) -> list[str]:
    """Return what Slack would find wrong with the *blocks* of a message."""
    found = list(_MESSAGE_BLOCKS(blocks, "/blocks")) + list(_unique(dicts(blocks)))
    marked = [str(b.get("text", "")) for b in dicts(blocks) if b.get("type") == "markdown"]
    if len("".join(marked)) > MARKDOWN:
        found.append(
            problem(f"markdown blocks hold more than {MARKDOWN} characters together", "/blocks")
        )
    return found


def characters(value: Any) -> int:
    """Count the readable characters in *value*: everything under a `text` that is a string."""
    if isinstance(value, list):
        return sum(characters(one) for one in value)
    if not isinstance(value, dict):
        return 0
    own = len(value["text"]) if isinstance(value.get("text"), str) else 0
    return own + sum(characters(inner) for inner in value.values())


def refuse_view(view: Any, kind: str) -> list[str]:
    """Return the faults of *view* for a surface of *kind*; raises SlackError if it is too large."""
    if len(json.dumps(view)) > VIEW_BYTES:
        raise SlackError("view_too_large")
    found = view_problems(view)
    if isinstance(view, dict) and view.get("type") != kind:
        found.append(problem(f"must be of type {kind}", "/view/type"))
    return found


def with_ids(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give blocks and elements the ids that Slack makes up where the app gave none."""
    named = []
    for place, block in enumerate(blocks):
        whole = {**block, "block_id": block.get("block_id") or f"b{place:03d}"}
        if "elements" in block and block["type"] == "actions":
            whole["elements"] = [_with_action(e, n) for n, e in enumerate(block["elements"])]
        for slot in ("element", "accessory"):
            if slot in block:
                whole[slot] = _with_action(block[slot], 0)
        named.append(whole)
    return named


def _with_action(element: dict[str, Any], place: int) -> dict[str, Any]:
    if element["type"] == "image":
        return element
    return {**element, "action_id": element.get("action_id") or f"a{place:03d}"}
