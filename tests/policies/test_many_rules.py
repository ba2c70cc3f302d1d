"""A rule set as large as anybody's."""

from policies.check import check
from policies.engine import CedarRules
from policies.reading import RuleFile
from tests.policies.sample import ADA, CATALOGUE, OPEN_TO_ALL, may_suspend

MANY = 5000
RULE = """\
@id("rule-{n}")
@doc("Only `group-{n}` may suspend.")
permit (principal in Usergroup::"group-{n}", action == Action::"users.suspend", resource)
when {{ context.params.days < {n} && context.params.reason like "*{n}*" }};
"""
TEXT = OPEN_TO_ALL + "\n" + "".join(RULE.format(n=n) for n in range(1, MANY))


def test_five_thousand_rules_are_in_force() -> None:
    in_force = CedarRules.load([RuleFile("many.cedar", TEXT)], CATALOGUE)

    assert len(in_force.ids) == MANY
    assert in_force.decide(may_suspend(ADA)).rules == ("all",)


def test_the_one_mistake_among_five_thousand_rules_is_found_with_its_line() -> None:
    problems = check([RuleFile("many.cedar", TEXT + RULE.format(n=1))], CATALOGUE)

    [problem] = problems
    assert str(problem) == (
        f"many.cedar, line {4 * MANY - 2}: The @id 'rule-1' is taken by many.cedar, line 2. "
        "Give each rule its own."
    )
