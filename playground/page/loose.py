"""Reads JSON of which nothing is promised: what is missing or of another type counts as empty."""

import re
from typing import Any

from playground.blocks import dicts

_LONE = re.compile(r"[\ud800-\udfff]")
"""Halves of a surrogate pair: JSON may hold them, UTF-8 may not."""


def whole_characters(text: str) -> str:
    """Return *text* so that it can be sent as UTF-8."""
    return _LONE.sub("\ufffd", text)


def under(value: Any, key: str) -> Any:
    """Return what stands under *key*; None where *value* is no object."""
    return value.get(key) if isinstance(value, dict) else None


def string(value: Any, key: str) -> str:
    """Return the text under *key*."""
    found = under(value, key)
    return whole_characters(found) if isinstance(found, str) else ""


def thing(value: Any, key: str) -> dict[str, Any]:
    """Return the object under *key*."""
    found = under(value, key)
    return found if isinstance(found, dict) else {}


def things(value: Any, key: str) -> list[dict[str, Any]]:
    """Return the objects in the list under *key*."""
    return dicts(under(value, key))


def yes(value: Any, key: str) -> bool:
    """Answer whether `true` stands under *key*."""
    return under(value, key) is True


def number(value: Any, key: str, default: int, most: int) -> int:
    """Return the whole number under *key*, from 0 to *most*; *default* where there is none."""
    found = under(value, key)
    if isinstance(found, bool) or not isinstance(found, int):
        return default
    return min(max(found, 0), most)
