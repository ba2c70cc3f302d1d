"""Rule files as they are written: cut into rules, each with its place in the file."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from cedarpy import policies_to_pst
from cedarpy.pst import ActionEq, ActionIn, GetAttr, ScopeAny, Template, Var
from typing_extensions import override

from policies.tree import walk

_SKIPPED = re.compile(r"(?:\s|//[^\n]*)*")
_TOKEN = re.compile(r'//[^\n]*|"(?:\\.|[^"\\])*"|;', re.DOTALL)
_NAMED = re.compile(r"[`'](.+?)[`']|(\S+)$")
_GLASS = GetAttr(base=Var(name="context"), attr="break_glass")
_UNFINISHED = "unexpected end of input"


@dataclass(frozen=True)
class RuleFile:
    """A file of rules, already read."""

    path: str
    text: str


@dataclass(frozen=True)
class Problem:
    """Something wrong in a rule file: where, and *message* says what it is and the cure.

    *line* counts from 1; it is 0, and *file* is empty, where a whole rule set is meant. A *warning*
    does not keep the rules from being used.
    """

    file: str
    line: int
    rule: str
    message: str
    warning: bool = False

    @override
    def __str__(self) -> str:
        place = f"{self.file}, line {self.line}: " if self.file else ""
        return f"{place}{self.message}"


@dataclass(frozen=True)
class Rule:
    """One rule: *text* begins on *line* of *file* and means *policy*."""

    file: str
    line: int
    text: str
    policy: Template

    @property
    def id(self) -> str:
        """Return its `@id`, empty where it has none."""
        return self.policy.annotations.get("id", "")

    @property
    def doc(self) -> str:
        """Return its `@doc`, the sentence that people read."""
        return self.policy.annotations.get("doc", "")

    @property
    def permits(self) -> bool:
        """Say whether it allows, rather than forbids."""
        return self.policy.effect == "permit"

    @property
    def wants_broken_glass(self) -> bool:
        """Say whether it looks at whether the glass is broken."""
        return any(node == _GLASS for node in walk(self.policy.clauses))

    def covers(self, names: frozenset[str]) -> bool:
        """Say whether its scope takes in an action that goes by these *names*."""
        actions = actions_of(self.policy)
        return actions is None or not names.isdisjoint(actions)


def actions_of(policy: Template) -> frozenset[str] | None:
    """Return the names of the actions in the scope of *policy*, or None where it is open."""
    match policy.action:
        case ScopeAny():
            return None
        case ActionEq(entity=entity):
            return frozenset({entity.id})
        case ActionIn(entities=entities):
            return frozenset(e.id for e in entities)


def read_rules(file: RuleFile) -> Iterator[Rule | Problem]:
    """Read the rules of *file* in their order, and a Problem for each that Cedar cannot read."""
    for line, text in _statements(file.text):
        try:
            read = policies_to_pst(text)
        except ValueError as error:
            at = line + _lines_before(text, str(error))
            cure = "A rule is written `permit (…) when { … };` and ends with a semicolon."
            yield Problem(file.path, at, "", f"This is not Cedar: {_one_line(error)}. {cure}")
            continue
        for policy in (*read.static_policies.values(), *read.templates.values()):
            yield Rule(file.path, line, text, policy)


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Cut *text* after each semicolon that stands in no string and no comment."""
    ends = [m.end() for m in _TOKEN.finditer(text) if m.group() == ";"]
    line, counted = 1, 0
    for begin, end in zip([0, *ends], [*ends, len(text)], strict=True):
        rule = _SKIPPED.sub("", text[begin:end], count=1)
        if rule:
            line += text.count("\n", counted, end - len(rule))
            counted = end - len(rule)
            yield line, rule


def _lines_before(text: str, error: str) -> int:
    """Count the lines of *text* before the one that *error* means; 0 where that is not known.

    Cedar names no line. But up to a slip in the grammar it only misses the end, and a slip that it
    finds later it names by the word.
    """
    lines = text.splitlines()
    for count in range(1, len(lines)):
        try:
            policies_to_pst("\n".join(lines[:count]))
        except ValueError as found:
            if _UNFINISHED not in str(found):
                return count - 1
    word = _NAMED.search(error)
    at = text.find(word[1] or word[2]) if word else -1
    return text.count("\n", 0, max(at, 0))


def _one_line(error: ValueError) -> str:
    return " ".join(str(error).split()).rstrip(".")
