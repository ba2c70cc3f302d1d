"""Walking through the parts of a rule."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any


def parts(node: object) -> Iterable[object]:
    """Return what *node* of a rule is directly made of."""
    if isinstance(node, tuple):
        return node
    if names := _names(type(node)):
        return [getattr(node, name) for name in names]
    return node.values() if isinstance(node, Mapping) else ()


def walk(node: object) -> Iterator[object]:
    """Return *node* and all that it is made of, at any depth."""
    waiting = [node]
    while waiting:
        here = waiting.pop()
        yield here
        waiting.extend(reversed(tuple(parts(here))))


def _names(kind: type[Any]) -> tuple[str, ...]:
    names = _KNOWN.get(kind)
    if names is None:
        names = tuple(field.name for field in fields(kind)) if is_dataclass(kind) else ()
        _KNOWN[kind] = names
    return names


_KNOWN: dict[type[Any], tuple[str, ...]] = {}
"""The fields of each kind of part: they are few, and their parts are many."""
