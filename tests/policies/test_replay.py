"""Rules asked anew about recorded requests: alike ones are answered alike."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.actor import Actor
from bot.domain.catalogue import Catalogue
from bot.domain.decision import Channel, Effect, Question, Situation, TargetFacts
from policies.engine import CedarRules
from policies.facts import request_of
from policies.reading import RuleFile
from policies.replay import Answer, Replay, Unasked
from tests.policies.sample import (
    ADA,
    CATALOGUE,
    FIND,
    LEAD,
    OPEN_TO_ALL,
    SUSPEND,
    Suspend,
    may_find,
    may_suspend,
    rules,
)
from tests.policies.test_lanes import APPROVERS, TWO_LANES

LOOKING = """
@id("owners") @doc("Owners may suspend.")
permit (principal, action == Action::"users.suspend", resource)
when { resource has owner && principal in resource.owner };
@id("leads") @doc("Leads may suspend.")
permit (principal in Usergroup::"support-leads", action == Action::"users.suspend", resource)
when { context.params.days < 10 };
@id("not-eve") @doc("Nobody may suspend Eve.")
forbid (principal, action, resource == Target::user::"eve");
@id("in-ops") @doc("Only in ops.")
forbid (principal, action in Action::"write", resource)
unless { context has channel && context.channel in ChannelGroup::"ops" };
@id("calm") @doc("Not too often.")
forbid (principal, action in Action::"write", resource) when { context.recent >= 5 };
"""


def recorded(question: Question) -> dict[str, Any]:
    """Return the request of *question* as it comes back from the record."""
    return dict(json.loads(json.dumps(request_of(question, ("finance", "dba")))))


def asked(in_force: CedarRules, request: dict[str, Any]) -> Answer | Unasked:
    return Replay(in_force, CATALOGUE).ask("users.suspend", request)


people = st.builds(
    Actor,
    team=st.just("T1"),
    id=st.sampled_from(["U1", "U2"]),
    name=st.just("x"),
    groups=st.frozensets(st.sampled_from(["support-leads", "support", "dba"])),
    guest=st.booleans(),
)
questions = st.builds(
    Question,
    actor=people,
    operation=st.just(SUSPEND),
    params=st.builds(
        Suspend, user=st.sampled_from(["eve", "ann"]), reason=st.text(), days=st.integers(1, 40)
    ),
    surface=st.sampled_from(["slack", "cli"]),
    now=st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 1), timezones=st.just(UTC)),  # noqa: DTZ001  The zone is put on beside it.
    channel=st.none()
    | st.builds(
        Channel,
        id=st.sampled_from(["C1", "C2"]),
        groups=st.frozensets(st.sampled_from(["ops", "x"])),
    ),
    around=st.builds(
        Situation,
        recent=st.integers(0, 9),
        freeze=st.booleans(),
        approvals=st.dictionaries(st.sampled_from(["finance", "dba"]), st.integers(0, 3)),
        target=st.builds(
            TargetFacts,
            environment=st.just("prod"),
            owner=st.sampled_from(["dba", "x"]) | st.none(),
        ),
    ),
)


@settings(deadline=None, max_examples=40)
@pytest.mark.parametrize("texts", [(LOOKING,), (TWO_LANES, APPROVERS), (OPEN_TO_ALL,)])
@given(several=st.lists(questions, min_size=2, max_size=20))
def test_requests_that_are_alike_to_the_rules_are_answered_as_each_would_be(
    texts: tuple[str, ...], several: list[Question]
) -> None:
    in_force = rules(*texts)
    replay = Replay(in_force, CATALOGUE)

    answers = [replay.ask("users.suspend", recorded(one)) for one in several]

    each = [in_force.decide(one) for one in several]
    assert answers == [Answer(one.effect, one.rules, one.needs) for one in each]


def test_what_no_rule_looks_at_makes_no_difference() -> None:
    in_force = rules(OPEN_TO_ALL)
    one = may_suspend(ADA, user="eve", reason="a", days=1)
    other = may_suspend(LEAD, user="ann", reason="b", days=2)

    keys = {in_force.sight("users.suspend").key(request_of(q, ())) for q in (one, other)}

    assert len(keys) == 1


def test_an_older_request_is_asked_with_nothing_being_the_matter() -> None:
    old = recorded(may_suspend(ADA))
    for name in ("freeze", "break_glass", "recent", "recent_target", "approvals"):
        del old["context"][name]

    answer = asked(rules(TWO_LANES, APPROVERS), old)

    assert answer == Answer(Effect.NEEDS_APPROVAL, ("support-may",), {"finance": 2})


def test_approvals_in_lanes_that_there_are_no_more_are_left_out() -> None:
    assert asked(rules(OPEN_TO_ALL), recorded(may_suspend(ADA))) == Answer(Effect.ALLOW, ("all",))


def test_an_operation_that_is_gone_is_not_asked_about() -> None:
    replay = Replay(rules(OPEN_TO_ALL), Catalogue([FIND]))

    assert replay.ask("users.suspend", recorded(may_suspend(ADA))) is Unasked.GONE


@pytest.mark.parametrize(
    "params",
    [{"user": "eve"}, {"user": "eve", "reason": "x", "days": "two"}, {"usr": "eve"}, {}],
)
def test_params_that_no_longer_fit_are_not_asked_about(params: dict[str, object]) -> None:
    request = recorded(may_suspend(ADA))
    request["context"]["params"] = params
    replay = Replay(rules(OPEN_TO_ALL), CATALOGUE)

    before = replay.ask("users.suspend", recorded(may_suspend(ADA)))

    assert before == Answer(Effect.ALLOW, ("all",))
    assert replay.ask("users.suspend", request) is Unasked.UNFIT


@pytest.mark.parametrize(
    ("hidden", "why"),
    [
        ({"erased": True}, Unasked.ERASED),
        ({"erased": True, "subject": "p_1"}, Unasked.ERASED),
        ({"sealed": "x", "subject": "p_1"}, Unasked.SEALED),
    ],
)
def test_a_hidden_value_is_asked_about_unless_the_rules_look_at_it(
    hidden: dict[str, object], why: Unasked
) -> None:
    request = recorded(may_suspend(ADA))
    request["context"]["params"]["user"] = hidden
    request["resource"]["id"] = hidden
    looks = OPEN_TO_ALL.replace("resource);", 'resource) when { context.surface == "slack" };')
    at_param = '@id("x") @doc("X.") forbid (principal, action == Action::"users.suspend", resource)'

    assert asked(rules(looks), request) == Answer(Effect.ALLOW, ("all",))
    assert asked(rules(LOOKING), request) is why
    assert asked(rules(at_param + 'when { context.params.user == "x" };'), request) is why


def test_answers_are_kept_in_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("policies.replay.KEPT", 2)
    replay = Replay(rules(LOOKING), CATALOGUE)

    many = [replay.ask("users.suspend", recorded(may_suspend(LEAD, days=n))) for n in range(1, 30)]

    assert {type(one) for one in many} == {Answer}


@pytest.mark.parametrize(
    ("condition", "count"),
    [
        ("true", 1),
        ("context.weekday < 6", 1),
        ("context.weekday == 5", 2),
        ("context.minute < 631 && context.weekday < 6", 1),
        ('context.now < datetime("2030-01-01")', 2),
        ("context.weekday + 1 < 9", 2),
    ],
)
def test_moments_are_alike_unless_a_rule_tells_them_apart(condition: str, count: int) -> None:
    rule = f'@id("w") @doc("W.") permit (principal, action, resource) when {{ {condition} }};'
    in_force = CedarRules.load([RuleFile("x", rule)], CATALOGUE)
    later = may_find(ADA)
    sooner = Question(ADA, FIND, later.params, "slack", later.now - timedelta(days=1))

    keys = {in_force.sight("users.find").key(request_of(q, ())) for q in (later, sooner)}

    assert len(keys) == count
