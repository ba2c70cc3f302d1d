"""Block Kit as plain text, the way a person would read it aloud."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from playground.blocks import dicts

_NAMED = re.compile(r"<([@#!])([^|>]*)(?:\|([^>]*))?>")
_LINK = re.compile(r"<([^@#!|>][^|>]*)\|([^>]*)>")
_BARE = re.compile(r"<([^@#!|>][^|>]*)>")

Names = Callable[[str], str]
"""Turns a person's, channel's or group's id into its name."""


def readable(mrkdwn: str, names: Names) -> str:
    """Return *mrkdwn* with mentions as names, links as their words, and entities undone."""

    def named(found: re.Match[str]) -> str:
        sign, target, label = found.groups()
        if sign != "!":
            return sign + (label or names(target))
        if target.startswith("date^"):
            return label or target
        return "@" + (label or names(target.removeprefix("subteam^")))

    words = _BARE.sub(r"\1", _LINK.sub(r"\2 (\1)", _NAMED.sub(named, mrkdwn)))
    return words.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def text_of(value: dict[str, Any] | None, names: Names) -> str:
    """Return the words of a text object; empty for none."""
    if not value:
        return ""
    words = str(value.get("text", ""))
    return readable(words, names) if value.get("type") == "mrkdwn" else words


def lines(blocks: list[dict[str, Any]], names: Names) -> list[str]:
    """Return what is readable in *blocks*, line by line."""
    return [line for block in blocks for line in _BLOCKS[block["type"]](block, names) if line]


def _section(block: dict[str, Any], names: Names) -> Iterator[str]:
    yield text_of(block.get("text"), names)
    yield from (text_of(one, names) for one in block.get("fields", []))
    yield from _element(block.get("accessory"), names)


def _input(block: dict[str, Any], names: Names) -> Iterator[str]:
    yield text_of(block["label"], names)
    yield text_of(block.get("hint"), names)


def _actions(block: dict[str, Any], names: Names) -> Iterator[str]:
    yield " ".join(words for one in block["elements"] for words in _element(one, names))


def _context(block: dict[str, Any], names: Names) -> Iterator[str]:
    yield " ".join(_in_context(one, names) for one in block["elements"])


def _header(block: dict[str, Any], names: Names) -> Iterator[str]:
    yield text_of(block["text"], names)


def _table(block: dict[str, Any], _names: Names) -> Iterator[str]:
    yield from (" | ".join(_rich(cell) for cell in row) for row in block["rows"])


def _image(block: dict[str, Any], _names: Names) -> Iterator[str]:
    yield f"[image: {block['alt_text']}]"


def _divider(_block: dict[str, Any], _names: Names) -> Iterator[str]:
    yield "----"


def _words(block: dict[str, Any], _names: Names) -> Iterator[str]:
    yield _rich(block)


_BLOCKS: dict[str, Callable[[dict[str, Any], Names], Iterator[str]]] = {
    "section": _section,
    "header": _header,
    "alert": _header,
    "markdown": _words,
    "divider": _divider,
    "image": _image,
    "context": _context,
    "actions": _actions,
    "input": _input,
    "table": _table,
    "rich_text": _words,
}


def _in_context(one: dict[str, Any], names: Names) -> str:
    return f"[{one['alt_text']}]" if one["type"] == "image" else text_of(one, names)


def _element(element: dict[str, Any] | None, names: Names) -> Iterator[str]:
    if element is None:
        return
    if element["type"] == "button":
        yield f"[{text_of(element['text'], names)}]"
    elif element["type"] == "image":
        yield f"[image: {element['alt_text']}]"
    else:
        words = text_of(element.get("placeholder"), names)
        yield f"[{words or element['type']} v]"


def _rich(value: dict[str, Any]) -> str:
    if isinstance(value.get("text"), str):
        return str(value["text"])
    return "".join(_rich(one) for one in dicts(value.get("elements")))
