"""What Cedar's validator lets pass in a rule, and a reader would not."""

import difflib
import re
from collections.abc import Collection, Iterable, Iterator

from cedarpy.pst import BinaryOp, EntityLit, GetAttr, Slot, Var, entity_uids

from bot.domain.catalogue import Catalogue
from policies.bounds import never
from policies.reading import Problem, Rule
from policies.schema import groups_of, resource_type
from policies.tree import walk

_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_ANNOTATIONS = frozenset({"id", "doc"})
_CHANNEL = GetAttr(base=Var(name="context"), attr="channel")


Names = Collection[str] | None
"""The names that there are, or None where they are not known."""


def lint_rule(rule: Rule, catalogue: Catalogue) -> Iterator[Problem]:
    """Find what is wrong with *rule* by itself."""
    found = (*_words(rule), *_comparisons(rule, catalogue), *_contradictions(rule))
    return (problem(rule, message) for message in found)


def lint_set(
    rules: Collection[Rule], catalogue: Catalogue, groups: Names = None, rosters: Names = None
) -> Iterator[Problem]:
    """Find what is wrong with *rules* together, by the *groups* and *rosters* that exist."""
    yield from _twice(rules)
    yield from _unreached(rules, catalogue)
    for what, kind, names in (("group", "Usergroup", groups), ("roster", "OnCall", rosters)):
        if names is not None:
            for rule in rules:
                yield from _strangers(rule, what, kind, names)


def problem(rule: Rule, message: str, *, warning: bool = False) -> Problem:
    """Say *message* about *rule*."""
    return Problem(rule.file, rule.line, rule.id, message, warning=warning)


def nearest(name: str, known: Iterable[str]) -> str:
    """Return the cure for an unknown *name*: what may have been meant, or all that is known."""
    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=3) or names
    return f"Did you mean {' or '.join(f'`{n}`' for n in near)}?" if near else "There are none."


def _words(rule: Rule) -> Iterator[str]:
    """Check the annotations, which Cedar does not look at."""
    if not _ID.fullmatch(rule.id):
        yield (
            f"The rule's @id is {rule.id!r}. Begin it with `@id("
            '"support-may-find")`: small letters, digits and hyphens, which the record names.'
        )
    if not rule.doc.endswith("."):
        yield (
            f"The rule's @doc is {rule.doc!r}. Write `@doc("
            '"Only … may … .")`: a sentence with its full stop, which a refused person reads.'
        )
    for key in sorted(rule.policy.annotations.keys() - _ANNOTATIONS):
        yield f"The annotation '@{key}' means nothing here. {nearest(key, _ANNOTATIONS)}"
    if any(isinstance(node, Slot) for node in walk(rule.policy)):
        yield (
            "The rule has a slot, '?principal' or '?resource', and so would never be asked. "
            "Write out whom or what it is about."
        )


def _comparisons(rule: Rule, catalogue: Catalogue) -> Iterator[str]:
    """Find `==` and `!=` between things that can never be the same, which Cedar takes for false."""
    resources = frozenset(resource_type(o) for o in catalogue)
    for node in walk(rule.policy.clauses):
        if isinstance(node, BinaryOp) and node.op in {"eq", "not_eq"}:
            left, right = _types(node.left, resources), _types(node.right, resources)
            if left and right and left.isdisjoint(right):
                yield (
                    f"A {_any_of(left)} is compared with a {_any_of(right)}, which is never the "
                    'same. Ask for membership with `in`: `principal in Usergroup::"support"`.'
                )


def _contradictions(rule: Rule) -> Iterator[str]:
    for words in never(rule.policy.clauses):
        yield f"`{words}` can never be true. Mend the numbers, or leave the condition out."


def _types(node: object, resources: frozenset[str]) -> frozenset[str]:
    """Return the entity types that *node* can have, none where that is not known."""
    match node:
        case Var(name="principal"):
            return frozenset({"User", "Schedule"})
        case Var(name="resource"):
            return resources
        case EntityLit(value=uid):
            return frozenset({str(uid.type)})
        case _:
            return frozenset({"Channel"} if node == _CHANNEL else ())


def _any_of(types: frozenset[str]) -> str:
    return " or ".join(sorted(types))


def _twice(rules: Collection[Rule]) -> Iterator[Problem]:
    first: dict[str, Rule] = {}
    for rule in rules:
        other = first.setdefault(rule.id, rule)
        if rule.id and other is not rule:
            place = f"{other.file}, line {other.line}"
            yield problem(rule, f"The @id {rule.id!r} is taken by {place}. Give each rule its own.")


def _unreached(rules: Collection[Rule], catalogue: Catalogue) -> Iterator[Problem]:
    permits = [r for r in rules if r.permits and not r.wants_broken_glass]
    for operation in catalogue:
        if not any(rule.covers(groups_of(operation)) for rule in permits):
            cure = f'Permit it to somebody: `action == Action::"{operation.name}"`.'
            message = f"Nobody may run {operation.name!r}. {cure}"
            yield Problem("", 0, "", message, warning=True)


def _strangers(rule: Rule, what: str, kind: str, names: Collection[str]) -> Iterator[Problem]:
    named = {u.id for u in entity_uids(rule.policy) if u.type.basename == kind}
    for name in sorted(named.difference(names)):
        yield problem(rule, f"There is no {what} {name!r}. {nearest(name, names)}", warning=True)
