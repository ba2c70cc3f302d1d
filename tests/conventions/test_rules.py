"""Every rule that comes with the bot is tried, both ways, by the tests beside it."""

from functools import cache, partial

import pytest

from bot.pipeline.values import build
from policies.engine import CedarRules
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


@each
def test_a_case_has_it_decide(rule: Rule) -> None:
    assert [v for v in verdicts() if v.passed and rule.id in (v.case.expected.by or ())] != []


@each
def test_a_case_about_what_it_covers_is_decided_without_it(rule: Rule) -> None:
    without = [v for v in verdicts() if v.passed and rule.id not in (v.case.expected.by or ())]

    assert [v for v in without if rule.covers(groups_of(v.case.question.operation))] != []
