"""Cedar skips a rule that it cannot evaluate, a forbid too; here such a request is denied."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.catalogue import Catalogue
from policies.engine import CedarRules
from policies.facts import request_of
from policies.reading import RuleFile
from tests.policies.sample import (
    ADA,
    DROP,
    FIND,
    OPEN_TO_ALL,
    SUSPEND,
    Place,
    may_find,
    may_suspend,
    rules,
)

MAX = 2**63 - 1
OVERFLOWS = """
@id("not-long") @doc("Not for long.")
forbid (principal, action == Action::"users.suspend", resource)
when { context.params.days + 1 > 30 };
"""
NO_GUESTS = """
@id("no-guests") @doc("No guests.")
forbid (principal is User, action, resource) when { principal.guest };
"""
NAMED = """
@id("named") @doc("Not like that.")
forbid (principal, action == Action::"users.suspend", resource)
when { context.params.days + 9223372036854775807 > 0 && context.params.user == "x" };
"""


def test_a_forbid_that_overflows_denies() -> None:
    answer = rules(OPEN_TO_ALL, OVERFLOWS).decide(may_suspend(ADA, days=MAX))

    assert not answer.allowed
    assert (answer.code, answer.rules) == ("error", ("not-long",))
    assert answer.reasons == ("What the rules cannot answer is denied.",)
    assert "not-long" in answer.errors[0]
    assert str(MAX) not in answer.errors[0]


def test_a_permit_that_overflows_denies_although_another_permits() -> None:
    permit = OVERFLOWS.replace("forbid", "permit")

    answer = rules(OPEN_TO_ALL, permit).decide(may_suspend(ADA, days=MAX))

    assert (answer.code, answer.rules) == ("error", ("not-long",))


def test_a_number_that_cedar_cannot_hold_denies() -> None:
    answer = rules(OPEN_TO_ALL).decide(may_suspend(ADA, days=MAX + 1))

    assert (answer.code, answer.rules) == ("error", ())


@pytest.mark.parametrize(
    "change",
    [
        {"action": "users.nothing"},
        {"attributes": {}},
        {"attributes": {"guest": "no", "external": False, "bot": False}},
        {"principal": {"type": "Visitor", "id": "T1/UADA"}},
        {"resource": {"type": "Target::table", "id": "eve"}},
        {"context": {}},
        {"context": {"surface": "slack"}},
    ],
)
def test_a_request_off_the_schema_denies(change: dict[str, Any]) -> None:
    request = {**request_of(may_suspend(ADA)), **change}

    answer = rules(OPEN_TO_ALL).decide_again(request, SUSPEND)

    assert (answer.allowed, answer.code) == (False, "error")


def test_a_missing_param_denies() -> None:
    request = request_of(may_suspend(ADA))
    del request["context"]["params"]["days"]

    answer = rules(OPEN_TO_ALL, OVERFLOWS).decide_again(request, SUSPEND)

    assert (answer.allowed, answer.code) == (False, "error")


def test_a_channel_that_is_not_described_denies_where_a_forbid_asks_for_it() -> None:
    shared = """
    @id("shared") @doc("Not in shared channels.") forbid (principal, action, resource)
    when { context has channel && context.channel.shared };
    """
    request = request_of(may_suspend(ADA))
    request["context"]["channel"] = {"type": "Channel", "id": "C1"}

    answer = rules(OPEN_TO_ALL, shared).decide_again(request, SUSPEND)

    assert (answer.code, answer.rules) == ("error", ("shared",))


def test_an_operation_that_the_rules_do_not_know_is_denied() -> None:
    in_force = CedarRules.load([RuleFile("all.cedar", OPEN_TO_ALL)], Catalogue([DROP]))

    assert in_force.decide(may_find(ADA)).code == "error"
    assert in_force.could(ADA, FIND, "slack").code == "error"


@pytest.mark.parametrize("text", ["\ud800", "a\udfffb"])
def test_text_that_is_no_unicode_denies(text: str) -> None:
    in_force = rules(OPEN_TO_ALL)
    who = replace(ADA, id=text)

    target = {**request_of(may_suspend(ADA)), "resource": {"type": "Target::user", "id": text}}

    assert in_force.decide_again(target, SUSPEND).code == "error"
    assert in_force.decide(may_suspend(ADA, Place(surface=text))).code == "error"
    assert in_force.decide(may_suspend(who)).code == "error"
    assert in_force.could(who, SUSPEND, "slack").allowed
    assert in_force.could(ADA, SUSPEND, "slack").allowed


def test_a_time_outside_the_calendar_denies() -> None:
    first = datetime.min.replace(tzinfo=timezone(timedelta(hours=14)))
    request = request_of(may_suspend(ADA))
    request["context"]["now"] = first.isoformat()

    answer = rules(OPEN_TO_ALL).decide_again(request, SUSPEND)

    assert answer.code == "error"


@pytest.mark.parametrize("now", [datetime.min, datetime(9999, 12, 31, 23, 59, 59, 999999)])  # noqa: DTZ001, DTZ901  The zone is put on below.
def test_every_time_of_the_calendar_is_understood(now: datetime) -> None:
    answer = rules(OPEN_TO_ALL).decide(may_suspend(ADA, Place(now=now.replace(tzinfo=UTC))))

    assert answer.allowed


@settings(deadline=None)
@given(user=st.text(min_size=1).map(lambda text: f"<{text}|{text}>"))
def test_no_error_carries_a_value(user: str) -> None:
    answer = RULES.decide(may_suspend(ADA, user=user))
    off = RULES.decide_again({**answer.request, "action": "users.find"}, SUSPEND)

    assert (answer.code, off.code) == ("error", "error")
    assert not any(user in e for e in (*answer.errors, *off.errors))


RULES = rules(OPEN_TO_ALL, NO_GUESTS, NAMED)
