"""Walking through the parts of a rule."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass


def parts(node: object) -> Iterable[object]:
    """Return what *node* of a rule is directly made of."""
    if isinstance(node, Mapping):
        return node.values()
    if isinstance(node, tuple):
        return node
    return [getattr(node, f.name) for f in fields(node)] if is_dataclass(node) else ()


def walk(node: object) -> Iterator[object]:
    """Return *node* and all that it is made of, at any depth."""
    yield node
    for part in parts(node):
        yield from walk(part)
