"""Tests of the rules, as tables: who asks for what, where and when, and what the rules have to say.

Pure: files in, results out.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo

from yaml import Node, SequenceNode

from bot.domain.actor import Actor, ActorKind
from bot.domain.catalogue import Catalogue
from bot.domain.decision import Decision, Effect, Question
from bot.domain.errors import FieldError
from bot.domain.operation import Operation
from bot.domain.params import Params
from bot.domain.ports import Rules
from policies.cases import (
    AROUND,
    REQUESTER,
    actor_of,
    choice,
    counts_of,
    lane_of,
    moment_of,
    place_of,
    sentences_of,
    situation_of,
)
from policies.lines import Entry, Slip, Wrong, entries, items, line_of, read_yaml, text, texts
from policies.lint import nearest
from policies.reading import Problem

Said = Mapping[str, str | tuple[str, ...]]
"""Params by name, in words."""

Build = Callable[[Operation, Said], Params | tuple[FieldError, ...]]
"""Reads params as they are typed, by the operation's own model; or tells each field's error."""

_PARTS = ("name", "who", "what", "where", "when", *AROUND, "expect", "needs", "by", "says")
_NEEDED = ("name", "who", "what", "expect")
_APPROVING = ("approve", "requester")


@dataclass(frozen=True)
class CaseFile:
    """A file of cases, not read yet."""

    path: str
    data: bytes


@dataclass(frozen=True)
class Approving:
    """Who agrees, and in which lane, to what a case asks for."""

    voter: Actor
    lane: str


@dataclass(frozen=True)
class Wish:
    """What the rules have to answer; a part that is None may be anything.

    *needs*: how many have to agree, by lane. *by*: the rules that decide. *says*: the sentences.
    """

    effect: Effect
    needs: Mapping[str, int] | None = None
    by: frozenset[str] | None = None
    says: tuple[str, ...] | None = None

    def fits(self, decision: Decision) -> bool:
        """Say whether *decision* is what is wished for."""
        return (
            decision.effect is self.effect
            and (self.needs is None or self.needs == decision.needs)
            and self.by in {None, frozenset(decision.rules)}
            and self.says in {None, decision.reasons}
        )


@dataclass(frozen=True)
class Case:
    """One line of the table; with *approving* it is about who agrees to *question*."""

    file: str
    line: int
    name: str
    question: Question
    expected: Wish
    approving: Approving | None = None

    @property
    def wish(self) -> str:
        """Return what is expected, in words."""
        told = self.expected
        by = None if told.by is None else sorted(told.by)
        return _in_words(told.effect, by, told.needs, told.says)


@dataclass(frozen=True)
class Verdict:
    """What came of *case*."""

    case: Case
    decision: Decision

    @property
    def passed(self) -> bool:
        """Say whether the rules answered as expected; what they cannot answer never does."""
        return self.decision.code != "error" and self.case.expected.fits(self.decision)

    @property
    def came(self) -> str:
        """Return what the rules answered, in words."""
        came, wished = self.decision, self.case.expected
        if came.code == "error":
            why = f"because the rules cannot be evaluated: {came.errors[0]}"
            return f"{came.effect.value}, {why}"
        says = None if wished.says is None else came.reasons
        return _in_words(came.effect, came.rules, came.needs or None, says)


def _in_words(
    effect: Effect,
    by: Sequence[str] | None,
    needs: Mapping[str, int] | None,
    says: Sequence[str] | None,
) -> str:
    said = effect.value
    if by is not None:
        said += f" by {', '.join(by)}" if by else " by no rule"
    if needs is not None:
        counts = ", ".join(f"{count} of {lane}" for lane, count in sorted(needs.items()))
        said += f" with {counts or 'no approval'}"
    return said if says is None else f"{said}, saying {' '.join(says)!r}"


def judge(case: Case, rules: Rules) -> Verdict:
    """Put *case* to *rules*, as the road does."""
    if (vote := case.approving) is None:
        return Verdict(case, rules.decide(case.question))
    return Verdict(case, rules.may_approve(vote.voter, vote.lane, case.question))


@dataclass(frozen=True)
class Reader:
    """Reads cases about the operations of *catalogue* and the rules of these *ids* and *lanes*."""

    catalogue: Catalogue
    ids: Collection[str]
    build: Build
    lanes: Collection[str] = ()
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
        who = actor_of(parts["who"].node)
        what = entries(parts["what"].node, "`what`", ("operation", "params", *_APPROVING))
        approving = self._approving(who, what)
        asker = _requester(what) if approving else who
        operation, params = self._what(what, parts["what"].line)
        surface, channel = place_of(parts.get("where"), asker)
        around = situation_of(parts, self.lanes)
        moment = moment_of(parts.get("when"), self.zone)
        asked = Question(asker, operation, params, surface, moment, channel, around)
        return Case(file, line_of(node), name, asked, self._wish(parts), approving)

    def _wish(self, parts: Mapping[str, Entry]) -> Wish:
        effect = Effect(choice(parts["expect"].node, "expect", [e.value for e in Effect]))
        needs = counts_of(parts["needs"], "needs", self.lanes) if "needs" in parts else None
        return Wish(effect, needs, self._by(parts.get("by")), sentences_of(parts.get("says")))

    def _approving(self, who: Actor, what: Mapping[str, Entry]) -> Approving | None:
        """Read in which lane *who* agrees, where the case is about that."""
        if "approve" in what:
            told = what["approve"]
            if who.kind is ActorKind.SCHEDULE:
                raise Wrong(Slip(told.line, "A schedule approves nothing. Name a person."))
            return Approving(who, lane_of(text(told.node, "`approve`"), told.line, self.lanes))
        if "requester" in what:
            said = "`requester` goes with `approve`. Name the lane: `approve: finance`."
            raise Wrong(Slip(what["requester"].line, said))
        return None

    def _what(self, parts: dict[str, Entry], line: int) -> tuple[Operation, Params]:
        _complete(parts, line, "`what`", ("operation",))
        told = parts["operation"]
        name = text(told.node, "`operation`")
        operation = self.catalogue.get(name)
        if operation is None:
            known = self.catalogue.nearest(name) or [o.name for o in self.catalogue]
            raise Wrong(Slip(told.line, f"There is no operation {name!r}. {nearest(name, known)}"))
        return operation, self._params(operation, parts.get("params"), line)

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


def _requester(what: Mapping[str, Entry]) -> Actor:
    """Read who asks for what is approved; somebody else than who approves, if nothing is said."""
    told = what.get("requester")
    return actor_of(told.node if told else None, "requester", REQUESTER)


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
