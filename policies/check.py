"""Checking rules against the operations, before anything is decided by them."""

import re
from collections.abc import Iterator, Sequence

from cedarpy import Schema, validate_policies
from cedarpy.pst import entity_uids

from bot.domain.catalogue import Catalogue
from policies.lanes import APPROVE, action_of, is_lane, lanes_in, lanes_wanted
from policies.lint import Names, lint_rule, lint_set, nearest, problem
from policies.lint_approvals import lint_approvals, nobody_approves
from policies.reading import Problem, Rule, RuleFile, read_rules
from policies.schema import RESERVED, groups_of, read_schema, schema_text

_CURES = (
    ("optional attribute", "Ask first whether it is there: `context has channel && …`."),
    ("on entity type `Schedule`", "Let the rule be about people: `principal is User`."),
    ("unrecognized entity type", "Rules know User, Schedule, Usergroup, Channel and Target::…."),
    ("unable to find", 'Groups are asked for with `in`: `principal in Usergroup::"support"`.'),
    ("not compatible", "Compare values of one type; money is an integer of minor units."),
)
_CURE = "`redbutton operations` lists the operations and their fields."
_WHERE = re.compile(r'^for policy `policy0`, | in context for Action::"[^"]*"')
"""What Cedar adds to an error, and repeats the error for; the rule's name says enough."""
_FOLLOWS = "unable to find an applicable action"


def check(
    files: Sequence[RuleFile], catalogue: Catalogue, groups: Names = None, rosters: Names = None
) -> list[Problem]:
    """Find what is wrong in *files*, in their order.

    Names of *groups*, and of *rosters* that people are on call for, are checked where given. Raises
    Misconfigured where the operations themselves make no schema.
    """
    return examine(files, catalogue, groups, rosters)[1]


def examine(
    files: Sequence[RuleFile], catalogue: Catalogue, groups: Names = None, rosters: Names = None
) -> tuple[list[Rule], list[Problem]]:
    """Read *files* into rules, beside what `check` finds in them."""
    read = [r for file in files for r in read_rules(file)]
    rules = [r for r in read if isinstance(r, Rule)]
    problems = [r for r in read if isinstance(r, Problem)]
    lanes = lanes_in(rules)
    # A lane in which nobody may approve is told by us, so Cedar need not find it out.
    wanted = frozenset(lanes).union(*(lanes_wanted(rule.policy) for rule in rules))
    schema = read_schema(schema_text(catalogue, sorted(filter(is_lane, wanted))))
    actions = RESERVED.union(map(action_of, lanes), *(groups_of(o) for o in catalogue))
    # All at once takes a quarter of the time, but does not say which of them has the fault.
    fit = not validate_policies("\n".join(rule.text for rule in rules), schema).errors
    for rule in rules:
        problems += [] if fit else _validate(rule, schema, catalogue, actions)
        problems += lint_rule(rule, catalogue)
    problems += lint_set(rules, catalogue, groups, rosters)
    problems += lint_approvals(rules, catalogue)
    places = {file.path: place for place, file in enumerate(files)}
    problems.sort(key=lambda p: (places.get(p.file, len(files)), p.line))
    return rules, problems


def _validate(
    rule: Rule, schema: Schema, catalogue: Catalogue, known: frozenset[str]
) -> Iterator[Problem]:
    """Have Cedar check *rule*; an action that is not *known* is said in our own words."""
    unknown = list(_unknown_actions(rule, catalogue, known))
    if unknown:
        yield from (problem(rule, message) for message in unknown)
        return
    errors = [e.error for e in validate_policies(rule.text, schema).errors]
    telling = [e for e in errors if _FOLLOWS not in e] or errors
    for said in dict.fromkeys(_WHERE.sub("", error) for error in telling):
        cure = next((cure for sign, cure in _CURES if sign in said), _CURE)
        yield problem(rule, f"The rule does not fit the operations: {said}. {cure}")


def _unknown_actions(rule: Rule, catalogue: Catalogue, known: frozenset[str]) -> Iterator[str]:
    named = {u.id for u in entity_uids(rule.policy) if str(u.type) == "Action"}
    for name in sorted(named - known):
        if name.startswith(f"{APPROVE}."):
            lanes = [n.removeprefix(f"{APPROVE}.") for n in known if n.startswith(f"{APPROVE}.")]
            yield nobody_approves(name.removeprefix(f"{APPROVE}."), lanes)
            continue
        near = catalogue.nearest(name)
        yield f"There is no operation {name!r}. {nearest(name, near or known)}"
