"""YAML as it is written: every part with its line, and nothing built of it but texts.

Unlike YAML's own loaders this one refuses what makes a small file large (aliases), what makes it
something else than it looks (tags), and keys that are given twice.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from typing_extensions import override
from yaml import MappingNode, Node, SafeLoader, ScalarNode, SequenceNode, YAMLError
from yaml.events import AliasEvent
from yaml.reader import ReaderError

from policies.lint import nearest

MOST_BYTES = 256 * 1024
"""The largest file that is read, which holds a thousand cases; reading it takes two seconds."""

DEEPEST = 12
"""How many levels a file may have; a case has four."""

_CURE = "Indent with spaces alone, and put quotes round a text that holds `: ` or ` #`."
_NULL = "tag:yaml.org,2002:null"
_TAGS = frozenset(
    f"tag:yaml.org,2002:{name}"
    for name in ("str", "int", "float", "bool", "null", "timestamp", "map", "seq", "merge", "value")
)
_LONGEST = 10
_FLAGS = {"true": True, "false": False}


@dataclass(frozen=True)
class Slip:
    """What is wrong on *line*, with its cure."""

    line: int
    message: str


class Wrong(Exception):
    """Some of a file cannot be taken; holds at least one slip."""

    def __init__(self, *slips: Slip) -> None:
        super().__init__(*slips)
        self.slips = slips


@dataclass(frozen=True)
class Entry:
    """What stands under a key, and the line of the key."""

    line: int
    node: Node


def read_yaml(data: bytes) -> Node | None:
    """Read the one document that *data* holds, None where it is empty; raise Wrong."""
    if len(data) > MOST_BYTES:
        raise _wrong(1, f"The file is larger than {MOST_BYTES // 1024} KiB. Split it in two.")
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _wrong(line, "This is no text in UTF-8. Save the file as such.") from error
    try:
        return _Loader(text).get_single_node()
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise _wrong(line, "A character here cannot be shown. Delete it.") from error
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        said = getattr(error, "problem", None) or "it cannot be read"
        line = mark.line + 1 if mark else 1
        raise _wrong(line, f"This is not YAML: {said}. {_CURE}") from error


class _Loader(SafeLoader):
    """Refuses aliases, tags and a depth that nobody writes, while the file is read."""

    _depth = 0

    @override
    def compose_node(self, parent: Node | None, index: Any) -> Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]  # Its stubs leave it out.
        line = event.start_mark.line + 1
        if isinstance(event, AliasEvent):
            cure = "Write out what it stands for."
            raise _wrong(line, f"The alias `*{event.anchor}` is not taken here. {cure}")
        if self._depth >= DEEPEST:
            raise _wrong(line, "This is too deep. A case has four levels.")
        self._depth += 1
        node = super().compose_node(parent, index)
        self._depth -= 1
        if node is not None and node.tag not in _TAGS:
            raise _wrong(line, f"The tag {node.tag!r} means nothing here. Leave it out.")
        return node


def entries(node: Node, what: str, keys: Collection[str] | None) -> dict[str, Entry]:
    """Read *node* as a mapping of *keys*, or of any where that is None; raise Wrong.

    *what* begins the sentence that says what is wrong with it, here and below.
    """
    found: dict[str, Entry] = {}
    for key, value in _pairs(node, what, keys):
        name, line = text(key, "The key"), line_of(key)
        if name in found:
            raise _wrong(line, f"{what} has {name!r} twice. Leave one of them out.")
        if keys is not None and name not in keys:
            raise _wrong(line, f"{what} has no {name!r}. {nearest(name, keys)}")
        found[name] = Entry(line, value)
    return found


def _pairs(node: Node, what: str, keys: Collection[str] | None) -> Iterator[tuple[Node, Node]]:
    if not isinstance(node, MappingNode):
        example = f" like `{next(iter(keys))}: …`" if keys else ""
        raise _wrong(line_of(node), f"{what} is no mapping. Write lines{example}.")
    yield from node.value


def items(node: Node, what: str) -> list[Node]:
    """Read *node* as a list; raise Wrong."""
    if not isinstance(node, SequenceNode):
        raise _wrong(line_of(node), f"{what} is no list. Write `[…]`, or lines of `- …`.")
    return list(node.value)


def texts(node: Node, what: str) -> list[str]:
    """Read *node* as a list of texts; raise Wrong."""
    return [text(item, f"What stands in {what}") for item in items(node, what)]


def text(node: Node, what: str) -> str:
    """Read *node* as it was typed, `~` as nothing; raise Wrong."""
    if not isinstance(node, ScalarNode):
        raise _wrong(line_of(node), f"{what} is no text. Write it on one line.")
    return "" if node.tag == _NULL else str(node.value)


def flag(node: Node, what: str) -> bool:
    """Read *node* as true or false; raise Wrong."""
    typed = text(node, what)
    if typed not in _FLAGS:
        raise _wrong(line_of(node), f"{what} is {typed!r}. Write `true` or `false`.")
    return _FLAGS[typed]


def number(node: Node, what: str) -> int:
    """Read *node* as a whole number that is not negative; raise Wrong."""
    typed = text(node, what)
    if not (typed.isascii() and typed.isdigit() and len(typed) < _LONGEST):
        raise _wrong(line_of(node), f"{what} is {typed!r}. Write a whole number like `2`.")
    return int(typed)


def line_of(node: Node) -> int:
    """Return the line on which *node* begins, from 1."""
    return int(node.start_mark.line) + 1


def _wrong(line: int, message: str) -> Wrong:
    return Wrong(Slip(line, message))
