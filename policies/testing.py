"""Tests of the rules, as tables: who asks for what, where and when, and what the rules have to say.

Pure: files in, results out.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from yaml import Node, SequenceNode

from bot.domain.actor import Actor, ActorKind
from bot.domain.catalogue import Catalogue
from bot.domain.decision import Channel, Decision, Effect, Question
from bot.domain.errors import FieldError
from bot.domain.invocation import Surface
from bot.domain.operation import Operation
from bot.domain.params import Params
from bot.domain.ports import Rules
from policies.lines import (
    Entry,
    Slip,
    Wrong,
    entries,
    flag,
    items,
    line_of,
    read_yaml,
    text,
    texts,
)
from policies.lint import nearest
from policies.reading import Problem
from policies.situations import situation

MONDAY_NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
"""When a case that says nothing of it is asked: at that hour in whatever zone the rules count."""

Said = Mapping[str, str | tuple[str, ...]]
"""Params by name, in words."""

Build = Callable[[Operation, Said], Params | tuple[FieldError, ...]]
"""Reads params as they are typed, by the operation's own model; or tells each field's error."""

_PARTS = ("name", "who", "what", "where", "when", "while", "expect", "by")
_NEEDED = ("name", "who", "what", "expect")
_KEY = re.compile(r"([^/\s]+)/([^/\s]+)")
_FLAGS = ("guest", "external", "bot")


@dataclass(frozen=True)
class CaseFile:
    """A file of cases, not read yet."""

    path: str
    data: bytes


@dataclass(frozen=True)
class Case:
    """One line of the table. *by*: the rules that have to decide, where that is said."""

    file: str
    line: int
    name: str
    question: Question
    expected: Effect
    by: frozenset[str] | None

    @property
    def wish(self) -> str:
        """Return what is expected, in words."""
        return self.expected.value + ("" if self.by is None else f" {_by(sorted(self.by))}")


@dataclass(frozen=True)
class Verdict:
    """What came of *case*."""

    case: Case
    decision: Decision

    @property
    def passed(self) -> bool:
        """Say whether the rules answered as expected; what they cannot answer never does."""
        expected, by = self.case.expected, self.case.by
        decided = self.decision.code != "error" and self.decision.effect is expected
        return decided and by in {None, frozenset(self.decision.rules)}

    @property
    def came(self) -> str:
        """Return what the rules answered, in words."""
        said = self.decision.effect.value
        if self.decision.code == "error":
            return f"{said}, because the rules cannot be evaluated: {self.decision.errors[0]}"
        return f"{said} {_by(self.decision.rules)}"


def _by(rules: Sequence[str]) -> str:
    return f"by {', '.join(rules)}" if rules else "by no rule"


def judge(case: Case, rules: Rules) -> Verdict:
    """Put *case* to *rules*, as the road does."""
    return Verdict(case, rules.decide(case.question))


@dataclass(frozen=True)
class Reader:
    """Reads cases about the operations of *catalogue* and the rules of these *ids*.

    Whatever zone an instant is written in, weekdays and hours are counted in *zone*, as for every
    question.
    """

    catalogue: Catalogue
    ids: Collection[str]
    build: Build
    zone: tzinfo = UTC

    def read(self, file: CaseFile) -> Iterator[Case | Problem]:
        """Read the cases of *file* in their order, and a Problem for each mistake."""
        names: dict[str, int] = {}
        try:
            listed = _cases(read_yaml(file.data))
        except Wrong as wrong:
            yield from (Problem(file.path, s.line, "", s.message) for s in wrong.slips)
            return
        for node in listed:
            try:
                case = self._case(file.path, node)
            except Wrong as wrong:
                yield from (Problem(file.path, s.line, "", s.message) for s in wrong.slips)
                continue
            if case.name in names:
                taken = f"The name {case.name!r} is taken by line {names[case.name]}."
                yield Problem(file.path, case.line, "", f"{taken} Give each case its own.")
                continue
            names[case.name] = case.line
            yield case

    def _case(self, file: str, node: Node) -> Case:
        parts = _complete(entries(node, "A case", _PARTS), line_of(node), "The case", _NEEDED)
        name = text(parts["name"].node, "`name`")
        if not name.strip():
            raise Wrong(Slip(parts["name"].line, "The name is empty. Say what is tried."))
        actor = _actor(parts["who"].node)
        operation, params = self._what(parts["what"])
        surface, channel = _place(parts.get("where"), actor)
        now, around = _moment(parts.get("when"), self.zone), situation(parts.get("while"))
        asked = Question(actor, operation, params, surface, now, channel, around)
        expected = _choice(parts["expect"].node, "expect", [e.value for e in Effect])
        by = self._by(parts.get("by"))
        return Case(file, line_of(node), name, asked, Effect(expected), by)

    def _what(self, what: Entry) -> tuple[Operation, Params]:
        parts = entries(what.node, "`what`", ("operation", "params"))
        _complete(parts, what.line, "`what`", ("operation",))
        told = parts["operation"]
        name = text(told.node, "`operation`")
        operation = self.catalogue.get(name)
        if operation is None:
            known = self.catalogue.nearest(name) or [o.name for o in self.catalogue]
            raise Wrong(Slip(told.line, f"There is no operation {name!r}. {nearest(name, known)}"))
        return operation, self._params(operation, parts.get("params"), what.line)

    def _params(self, operation: Operation, given: Entry | None, line: int) -> Params:
        names = [f.name for f in operation.fields]
        params = {} if given is None else entries(given.node, "`params`", None)
        strangers = sorted(params.keys() - set(names))
        if strangers:
            raise Wrong(
                *(
                    Slip(
                        params[n].line, f"{operation.name} has no field {n!r}. {nearest(n, names)}"
                    )
                    for n in strangers
                )
            )
        said = {name: _typed(entry.node, name) for name, entry in params.items()}
        built = self.build(operation, said)
        if isinstance(built, Params):
            return built
        places = {name: entry.line for name, entry in params.items() if said[name]}
        raise Wrong(*(_slip(operation, error, places, line) for error in built))

    def _by(self, told: Entry | None) -> frozenset[str] | None:
        if told is None:
            return None
        named = {text(node, "`by`"): line_of(node) for node in items(told.node, "`by`")}
        for name, line in named.items():
            if name not in self.ids:
                raise Wrong(Slip(line, f"There is no rule {name!r}. {nearest(name, self.ids)}"))
        return frozenset(named)


def _cases(node: Node | None) -> list[Node]:
    found = [] if node is None else items(node, "The file")
    if not found:
        raise Wrong(Slip(1, "The file holds no case. Begin one with `- name: …`, or delete it."))
    return found


def _complete(
    parts: dict[str, Entry], line: int, what: str, needed: Sequence[str]
) -> dict[str, Entry]:
    lacking = [f"`{name}`" for name in needed if name not in parts]
    if lacking:
        said = f"{what} lacks {' and '.join(lacking)}. Add it."
        raise Wrong(Slip(line, said))
    return parts


def _actor(node: Node) -> Actor:
    parts = entries(node, "`who`", ("groups", "on_call", *_FLAGS, "id", "schedule"))
    if "schedule" in parts:
        if len(parts) > 1:
            raise Wrong(
                Slip(line_of(node), "A schedule has no groups and no flags. Leave them out.")
            )
        team, name = _key(parts["schedule"], "T0123/nightly")
        return Actor(team, name, name, ActorKind.SCHEDULE)
    team, name = _key(parts["id"], "T0123/U0123ABCD") if "id" in parts else ("T0TEST", "U0TEST")
    groups = texts(parts["groups"].node, "`groups`") if "groups" in parts else []
    on_call = texts(parts["on_call"].node, "`on_call`") if "on_call" in parts else []
    guest, external, bot = (n in parts and flag(parts[n].node, f"`{n}`") for n in _FLAGS)
    return Actor(
        team,
        name,
        name,
        groups=frozenset(groups),
        on_call=frozenset(on_call),
        guest=guest,
        external=external,
        bot=bot,
    )


def _key(entry: Entry, example: str) -> tuple[str, str]:
    """Read an id as rules name it: without its workspace it would be nobody's."""
    typed = text(entry.node, "The id")
    found = _KEY.fullmatch(typed)
    if found is None:
        said = f"The id {typed!r} lacks its workspace. Write it as rules do: `{example}`."
        raise Wrong(Slip(entry.line, said))
    return found[1], found[2]


def _place(entry: Entry | None, actor: Actor) -> tuple[str, Channel | None]:
    parts = {} if entry is None else entries(entry.node, "`where`", ("surface", "channel"))
    by_itself = actor.kind is ActorKind.SCHEDULE
    surface = (Surface.SCHEDULE if by_itself else Surface.SLACK).value
    if "surface" in parts:
        surface = _choice(parts["surface"].node, "surface", [s.value for s in Surface])
    if "channel" not in parts:
        return surface, None
    told = entries(parts["channel"].node, "`channel`", ("groups", "shared", "id"))
    groups = texts(told["groups"].node, "`groups`") if "groups" in told else []
    shared = "shared" in told and flag(told["shared"].node, "`shared`")
    name = text(told["id"].node, "`id`") if "id" in told else "C0TEST"
    return surface, Channel(name, frozenset(groups), shared)


def _moment(entry: Entry | None, zone: tzinfo) -> datetime:
    if entry is None:
        return MONDAY_NOON.replace(tzinfo=zone)
    typed = text(entry.node, "`when`")
    try:
        moment = datetime.fromisoformat(typed)
        if moment.tzinfo is not None:
            return moment.astimezone(zone)
    except (ValueError, OverflowError):
        pass
    cure = "Write `2026-01-05T12:00:00Z`, or another zone's offset in place of Z."
    raise Wrong(Slip(entry.line, f"{typed!r} is no instant with its zone. {cure}"))


def _choice(node: Node, what: str, values: Sequence[str]) -> str:
    typed = text(node, f"`{what}`")
    if typed not in values:
        raise Wrong(Slip(line_of(node), f"`{what}` is {typed!r}. {nearest(typed, values)}"))
    return typed


def _typed(node: Node, name: str) -> str | tuple[str, ...]:
    """Return what one would type: a list where a field holds several choices."""
    if isinstance(node, SequenceNode):
        return tuple(texts(node, f"`{name}`"))
    return text(node, f"`{name}`")


def _slip(operation: Operation, error: FieldError, places: Mapping[str, int], line: int) -> Slip:
    """Tell the *error* of a field at its place, or at *line* where it was not given."""
    if error.field in places:
        return Slip(places[error.field], f"`{error.field}` of {operation.name}: {error.message}")
    if error.field:
        return Slip(line, f"{operation.name} needs {error.field!r}. Give it under `params`.")
    return Slip(line, f"{operation.name}: {error.message}")
