"""What the rules can say before there are params: a looser rule set, derived from the rules.

It must never refuse what the rules would allow with some params. So a permit keeps only what is
already known, and a forbid is kept only where all of it is known.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from cedarpy.pst import (
    BinaryOp,
    Clause,
    EntityType,
    GetAttr,
    PrincipalOrResourceConstraint,
    ScopeIs,
    Template,
    Unless,
    Var,
    When,
    entity_uids,
)

from policies.tree import parts

_KNOWN = frozenset({"principal", "action", "surface"})
_SURFACE = GetAttr(base=Var(name="context"), attr="surface")
_OPERATION = EntityType("Operation")
"""The one type of resource whose id is known before there are params."""


def early_policies(policies: Iterable[Template]) -> Iterator[Template]:
    """Derive from *policies* those that answer before there are params, under the same ids."""
    for policy in policies:
        match policy.effect:
            case "permit":
                yield _loosened(policy)
            case "forbid":
                known = all(_is_known(clause) for clause in policy.clauses)
                if known and policy.resource == _widened(policy.resource):
                    yield policy


def _loosened(policy: Template) -> Template:
    kept = tuple(c for clause in policy.clauses for c in _split(clause) if _is_known(c))
    return replace(policy, resource=_widened(policy.resource), clauses=kept)


def _split(clause: Clause) -> Iterator[Clause]:
    """Cut `when { a && b }` in two, so that what is known of it can be kept."""
    match clause:
        case When(expr=BinaryOp(op="and", left=left, right=right)):
            yield from _split(When(left))
            yield from _split(When(right))
        case When() | Unless():
            yield clause


def _widened(scope: PrincipalOrResourceConstraint) -> PrincipalOrResourceConstraint:
    """Take the id of a target, not known yet, out of *scope*; targets are in no groups."""
    targets = [uid.type for uid in entity_uids(scope) if uid.type != _OPERATION]
    return ScopeIs(targets[0]) if targets else scope


def _is_known(clause: Clause) -> bool:
    return _KNOWN.issuperset(_terms(clause.expr))


def _terms(node: object) -> Iterator[str]:
    """Name what *node* speaks of, at any depth."""
    if node == _SURFACE:
        yield "surface"
    elif isinstance(node, Var):
        yield node.name
    else:
        for part in parts(node):
            yield from _terms(part)
