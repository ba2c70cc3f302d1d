"""Every rule that comes with the bot is tried, both ways, by the tests beside it."""

from functools import cache, partial

import pytest

from bot.pipeline.values import build
from policies.engine import CedarRules
from policies.lanes import APPROVE, action_of
from policies.loading import rule_files, shipped_cases
from policies.reading import Problem, Rule
from policies.schema import groups_of
from policies.testing import Case, Reader, Verdict, judge
from tests.conventions.house import catalogue, rules

each = pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.id)


@cache
def verdicts() -> tuple[Verdict, ...]:
    """Return what came of every shipped case."""
    known = catalogue()
    in_force = CedarRules.load(rule_files([]), known)
    reader = Reader(known, in_force.ids, partial(build, zone="UTC"), in_force.lane_names)
    read = [one for file in shipped_cases() for one in reader.read(file)]
    assert [str(one) for one in read if isinstance(one, Problem)] == []
    return tuple(judge(one, in_force) for one in read if isinstance(one, Case))


def test_every_case_passes_and_names_the_rules_that_decide() -> None:
    assert [(v.case.name, v.came) for v in verdicts() if not v.passed] == []
    assert [v.case.name for v in verdicts() if v.case.expected.by is None] == []


def covered(case: Case) -> frozenset[str]:
    """Return the actions that *case* is about: those of its operation, or its lane's."""
    if case.approving:
        return frozenset({APPROVE, action_of(case.approving.lane)})
    return groups_of(case.question.operation)


@each
def test_a_case_has_it_decide_or_tells_what_it_wants(rule: Rule) -> None:
    # What needs approval is permitted by another rule than the one that wants it.
    told = [v for v in verdicts() if v.passed and rule.doc in v.decision.reasons]
    decided = [v for v in verdicts() if v.passed and rule.id in (v.case.expected.by or ())]

    assert [*decided, *(v for v in told if v.decision.needs)] != []


@each
def test_a_case_about_what_it_covers_is_decided_without_it(rule: Rule) -> None:
    without = [v for v in verdicts() if v.passed and rule.id not in (v.case.expected.by or ())]

    assert [v for v in without if rule.covers(covered(v.case))] != []
