"""Walking through the parts of a rule."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from functools import cache


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


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind)) if is_dataclass(kind) else ()
