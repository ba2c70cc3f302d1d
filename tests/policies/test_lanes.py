"""What needs approval, how much of it, and who may give it: found by asking the rules."""

from dataclasses import replace

import pytest

from bot.domain.actor import Actor
from bot.domain.decision import Decision, Effect, Situation
from bot.domain.errors import Misconfigured
from tests.policies.sample import ADA, IDA, LEAD, SUSPEND, may_find, may_suspend, rules

APPROVERS = """
@id("finance-approves") @doc("Finance may approve.")
permit (principal in Usergroup::"finance", action == Action::"approve.finance", resource);
@id("dba-approves") @doc("DBAs may approve.")
permit (principal in Usergroup::"dba", action == Action::"approve.dba", resource);
@id("not-ones-own") @doc("Nobody approves their own request.")
forbid (principal, action in Action::"approve", resource)
when { principal == context.requester };
"""
TWO_LANES = """
@id("support-may") @doc("Support may suspend once 2 of finance agree.")
permit (principal in Usergroup::"support", action == Action::"users.suspend", resource)
when { context.approvals.finance >= 2 };
@id("with-a-dba") @doc("Suspending for long needs a DBA.")
forbid (principal, action == Action::"users.suspend", resource)
when { context.params.days > 7 && context.approvals.dba < 1 };
@id("not-in-a-freeze") @doc("Nothing changes in a freeze.")
forbid (principal, action in Action::"write", resource)
when { context.freeze };
"""


def asked(days: int = 1, situation: Situation | None = None) -> Decision:
    """Ask whether Ada, of support, may suspend somebody for *days*."""
    question = replace(may_suspend(ADA, days=days), around=situation or Situation())
    return rules(TWO_LANES, APPROVERS).decide(question)


def test_what_a_rule_permits_once_some_agree_needs_so_many() -> None:
    answer = asked()

    assert (answer.effect, answer.code) == (Effect.NEEDS_APPROVAL, "needs_approval")
    assert answer.needs == {"finance": 2}
    assert answer.rules == ("support-may",)
    assert answer.reasons == ("Support may suspend once 2 of finance agree.",)


def test_what_a_rule_forbids_until_somebody_agrees_needs_them_too() -> None:
    answer = asked(days=30)

    assert answer.needs == {"finance": 2, "dba": 1}
    assert answer.reasons == ("Suspending for long needs a DBA.",)


def test_with_enough_of_them_it_is_allowed() -> None:
    answer = asked(30, Situation(approvals={"finance": 2, "dba": 1}))

    assert answer.allowed
    assert answer.rules == ("support-may",)


def test_with_some_of_them_it_needs_as_many_in_all() -> None:
    assert asked(30, Situation(approvals={"finance": 1, "dba": 1})).needs == {
        "finance": 2,
        "dba": 1,
    }


def test_what_no_approval_cures_is_denied_and_only_that_is_told() -> None:
    answer = asked(30, Situation(freeze=True))

    assert (answer.effect, answer.rules) == (Effect.DENY, ("not-in-a-freeze",))
    assert answer.reasons == ("Nothing changes in a freeze.",)


def test_who_is_permitted_by_nothing_is_offered_no_approval() -> None:
    answer = rules(TWO_LANES, APPROVERS).decide(may_suspend(IDA))

    assert (answer.effect, answer.code) == (Effect.DENY, "no_rule")


def test_an_operation_is_told_by_the_lanes_its_rules_count() -> None:
    in_force = rules(TWO_LANES, APPROVERS)

    assert in_force.lanes(SUSPEND) == ("dba", "finance")
    assert in_force.lanes(may_find(ADA).operation) == ()


@pytest.mark.parametrize(
    ("voter", "lane", "rule"),
    [
        (replace(IDA, groups=frozenset({"finance"})), "finance", "finance-approves"),
        (replace(ADA, groups=frozenset({"finance"})), "finance", "not-ones-own"),
    ],
)
def test_who_may_approve_is_asked_of_the_rules(voter: Actor, lane: str, rule: str) -> None:
    answer = rules(TWO_LANES, APPROVERS).may_approve(voter, lane, may_suspend(ADA))

    assert answer.rules == (rule,)


def test_who_is_of_no_lane_may_not_approve() -> None:
    assert not rules(TWO_LANES, APPROVERS).may_approve(LEAD, "dba", may_suspend(ADA)).allowed


def test_a_lane_in_which_nobody_may_approve_is_refused_when_the_rules_are_read() -> None:
    with pytest.raises(Misconfigured, match="finance"):
        rules(TWO_LANES)
