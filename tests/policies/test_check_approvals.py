"""What is found in rules that can never be met, or that are met too easily."""

import pytest

from policies.check import check
from policies.reading import Problem, RuleFile
from tests.policies.sample import CATALOGUE, OPEN_TO_ALL

APPROVES = """
@id("finance-approves") @doc("Finance may approve.")
permit (principal in Usergroup::"finance", action == Action::"approve.finance", resource);
"""
NAMED = '@id("a") @doc("A sentence.")\n'
SUSPENDING = f'{NAMED}permit (principal, action == Action::"users.suspend", resource)'
OTHERS = f"{OPEN_TO_ALL}\n"


def found(*texts: str) -> list[Problem]:
    return check([RuleFile(f"{n}.cedar", t) for n, t in enumerate(texts)], CATALOGUE)


@pytest.mark.parametrize(
    ("count", "told"),
    [
        ("context.approvals.finance >= 4", "`context.approvals.finance >= 4` is never true"),
        ("context.approvals.finance > 3", "`context.approvals.finance > 3` is never true"),
        ("context.approvals.finance == 5", "`context.approvals.finance == 5` is never true"),
        ("4 <= context.approvals.finance", "`context.approvals.finance >= 4` is never true"),
        ("!(context.approvals.finance < 4)", "`context.approvals.finance >= 4` is never true"),
        ("context.approvals.finance >= 0", "`context.approvals.finance >= 0` is always true"),
        ("context.approvals.finance != 7", "`context.approvals.finance != 7` is always true"),
    ],
)
def test_a_count_of_approvals_that_is_never_asked_for_is_a_mistake(count: str, told: str) -> None:
    problems = found(OTHERS, APPROVES, f"\n{SUSPENDING} when {{ {count} }};")

    [problem] = {str(p) for p in problems if not p.warning}
    assert problem.startswith(f"2.cedar, line 2: {told}, because a lane is asked for at most 3")
    assert problem.endswith("Count from 1 to 3: `context.approvals.finance >= 1`.")


def test_a_forbid_that_waits_for_too_many_is_a_mistake_too() -> None:
    forbid = f"{SUSPENDING.replace('permit', 'forbid')} when {{ context.approvals.finance < 4 }};"

    [problem] = found(OTHERS, APPROVES, forbid)

    assert "`context.approvals.finance < 4` is always true" in problem.message


@pytest.mark.parametrize("count", [">= 1", ">= 3", "> 2", "== 2", "< 1", "!= 0"])
def test_a_count_that_can_be_met_is_fine(count: str) -> None:
    rule = f"{SUSPENDING} when {{ context.approvals.finance {count} }};"

    assert found(OTHERS, APPROVES, rule) == []


@pytest.mark.parametrize(
    ("others", "said"),
    [
        (APPROVES, "Nobody may approve in the lane 'finanse'. Did you mean `finance`? Permit it"),
        ("", "Nobody may approve in the lane 'finanse'. Permit it to somebody: `action == "),
    ],
)
def test_a_lane_in_which_nobody_may_approve_is_told_with_the_nearest(
    others: str, said: str
) -> None:
    problems = found(OTHERS, others, f"\n\n{SUSPENDING} when {{ context.approvals.finanse >= 2 }};")

    [problem] = [str(p) for p in problems if not p.warning]
    assert problem.startswith(f"2.cedar, line 3: {said}")


def test_approving_in_a_lane_that_there_is_not_is_told_with_the_nearest() -> None:
    forbid = 'forbid (principal, action == Action::"approve.finanse", resource);'

    problems = found(OTHERS, APPROVES, NAMED + forbid)

    [problem] = [p.message for p in problems if not p.warning]
    assert problem.startswith("Nobody may approve in the lane 'finanse'. Did you mean `finance`?")


def test_a_lane_that_no_rule_counts_is_a_warning() -> None:
    [problem] = found(OTHERS, APPROVES)

    assert problem.warning
    assert str(problem) == (
        "1.cedar, line 2: No rule counts the approvals of the lane 'finance'. "
        "Ask for them where they are needed: `context.approvals.finance >= 1`."
    )


GLASS = f"{SUSPENDING} when {{ context.break_glass }};"
FORBIDDEN = SUSPENDING.replace("permit", "forbid")
WAIVED = f"{FORBIDDEN} when {{ context.freeze }} unless {{ context.break_glass }};"
TERMS = """
@id("terms") @doc("Only with an incident.") forbid (principal, action, resource)
when { context.break_glass } unless { context has incident };
"""


@pytest.mark.parametrize("rule", [GLASS, WAIVED])
def test_broken_glass_that_is_enough_by_itself_is_a_warning(rule: str) -> None:
    [problem] = found(OTHERS, rule)

    assert (problem.warning, problem.rule) == (True, "a")
    assert problem.message == (
        "Breaking the glass is enough here, with no incident open. "
        "Add `&& context has incident`, or forbid broken glass without one."
    )


@pytest.mark.parametrize(
    "texts",
    [
        (GLASS.replace("glass }", "glass && context has incident }"),),
        (GLASS, TERMS),
        (WAIVED, TERMS),
        (WAIVED.replace("glass }", "glass && context has incident }"),),
    ],
)
def test_broken_glass_that_needs_an_incident_is_fine(texts: tuple[str, ...]) -> None:
    assert found(OTHERS, *texts) == []


def test_terms_that_are_about_something_else_are_none() -> None:
    elsewhere = TERMS.replace("action,", 'action == Action::"db.drop",')

    problems = found(OTHERS, GLASS, elsewhere)

    assert [p.rule for p in problems] == ["a"]


def test_what_waives_a_freeze_with_an_incident_is_no_terms_for_others() -> None:
    waived = WAIVED.replace("glass }", "glass && context has incident }").replace('"a"', '"b"')

    problems = found(OTHERS, GLASS, waived)

    assert [p.rule for p in problems] == ["a"]


def test_a_roster_that_does_not_exist_is_a_warning_where_rosters_are_known() -> None:
    rule = 'permit (principal, action, resource) when { principal in OnCall::"platfrom" };'
    files = [RuleFile("x.cedar", NAMED + rule)]

    [problem] = check(files, CATALOGUE, rosters=["platform", "payments"])

    assert problem.warning
    assert str(problem) == (
        "x.cedar, line 1: There is no roster 'platfrom'. Did you mean `platform`?"
    )
    assert check(files, CATALOGUE, rosters=["platfrom"]) == check(files, CATALOGUE) == []


@pytest.mark.parametrize(
    ("condition", "told"),
    [
        ("context.params.days > 500 && context.params.days < 500", "context.params.days > 500 && "),
        ("context.params.days == 3 && context.params.days == 4", "context.params.days == 3 && "),
        ("context.params.days > 3 && context.params.days < 4", "context.params.days > 3 && "),
        ("context.params.days == 3 && context.params.days != 3", "context.params.days == 3 && "),
        ("3 > context.params.days && !(context.params.days < 3)", "context.params.days < 3 && "),
        ('context.surface == "slack" || context.weekday == 0', "context.weekday == 0"),
        ("context.minute > 1439", "context.minute > 1439"),
        ("context.recent < 0", "context.recent < 0"),
        ("true } when { context.weekday > 5 } when { context.weekday < 6", "context.weekday > 5 &"),
        ("true } unless { context.weekday == 0", "context.weekday == 0"),
        ("if context.weekday == 0 then true else false", "context.weekday == 0"),
    ],
)
def test_what_can_never_be_true_is_a_mistake(condition: str, told: str) -> None:
    [problem] = found(OTHERS, f"\n{SUSPENDING} when {{ {condition} }};")

    assert not problem.warning
    assert str(problem).startswith(f"1.cedar, line 2: `{told}")
    assert problem.message.endswith(
        "can never be true. Mend the numbers, or leave the condition out."
    )


@pytest.mark.parametrize(
    "condition",
    [
        "context.params.days > 499 && context.params.days < 501",
        "context.params.days < 500 || context.params.days > 500",
        "context.params.days > 500 } unless { context.params.days < 400",
        "context.weekday > 5 && context.minute < 5",
        "context.params.days + 1 > 5 && context.params.days < 5",
    ],
)
def test_what_can_be_true_is_fine(condition: str) -> None:
    assert found(OTHERS, f"{SUSPENDING} when {{ {condition} }};") == []
