"""Only what some rule asks about is counted."""

import pytest

from policies.standing import StandingRules
from tests.policies.sample import FIND, OPEN_TO_ALL, RESUME, SUSPEND, SUSPEND_DOMAIN, rules

LIMIT = '@id("limit") @doc("Not too often.") forbid (principal, action {}, resource) {};'


@pytest.mark.parametrize(
    "condition",
    [
        "when { context.recent >= 5 }",
        'unless { context["recent_target"] < 5 }',
        "when { context.params.days > 3 && !(1 + context.recent < 5) }",
        "when { if context.freeze then context.recent > 1 else false }",
    ],
)
def test_a_rule_that_asks_for_a_count_has_its_operations_counted(condition: str) -> None:
    one = rules(OPEN_TO_ALL, LIMIT.format('== Action::"users.suspend"', condition))

    assert [o.name for o in (SUSPEND, RESUME, FIND) if one.counts(o)] == ["users.suspend"]


def test_a_rule_about_a_risk_has_all_of_that_risk_counted() -> None:
    text = LIMIT.format('in Action::"write"', "when { context.recent > 9 }")

    standing = StandingRules(rules(OPEN_TO_ALL, text))

    counted = [o for o in (SUSPEND, SUSPEND_DOMAIN, FIND) if standing.counts(o)]
    assert counted == [SUSPEND, SUSPEND_DOMAIN]


def test_an_approvers_rule_that_asks_for_a_count_has_what_needs_that_approval_counted() -> None:
    lead = """
    @id("leads") @doc("Leads agree, twice an hour.")
    permit (principal in Usergroup::"leads", action == Action::"approve.lead", resource)
    when { context.recent < 2 };

    @id("with-a-lead") @doc("Only with a lead's approval.")
    forbid (principal, action == Action::"users.suspend", resource)
    when { context.approvals.lead < 1 };
    """

    one = rules(OPEN_TO_ALL, lead)

    assert [o for o in (SUSPEND, RESUME) if one.counts(o)] == [SUSPEND]


def test_without_such_a_rule_nothing_is_counted() -> None:
    text = LIMIT.format('in Action::"write"', 'when { context has incident && "recent" == "x" }')

    assert not rules(OPEN_TO_ALL, text).counts(SUSPEND)
