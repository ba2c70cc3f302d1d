"""Before there are params: never no where some params would be allowed, no where none would."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.actor import Actor, ActorKind
from bot.domain.decision import Channel, Question, TargetFacts
from policies import engine
from policies.engine import CedarRules
from policies.reading import Rule, RuleFile, read_rules
from tests.policies.sample import (
    ADA,
    CATALOGUE,
    DROP,
    FIND,
    HELP,
    IDA,
    LEAD,
    NIGHTLY,
    OPEN_TO_ALL,
    SUSPEND,
    Drop,
    Find,
    Nothing,
    Place,
    may_suspend,
    rules,
)

SMALL = """
@id("leads-small")
@doc("Only `support-leads` may suspend, for at most a week.")
permit (principal, action == Action::"users.suspend", resource)
when { principal in Usergroup::"support-leads" && context.params.days <= 7 };
"""
NO_GUESTS = """
@id("no-guests") @doc("No guests.")
forbid (principal is User, action, resource) when { principal.guest };
"""


def test_whom_no_permit_reaches_is_told_who_may() -> None:
    answer = rules(SMALL).could(IDA, SUSPEND, "slack")

    assert (answer.allowed, answer.code) == (False, "no_rule")
    assert answer.reasons == ("Only `support-leads` may suspend, for at most a week.",)


def test_what_depends_on_params_is_open() -> None:
    in_force = rules(SMALL)

    assert in_force.could(LEAD, SUSPEND, "slack").rules == ("leads-small",)
    assert not in_force.decide(may_suspend(LEAD, days=8)).allowed


def test_another_operation_is_not_reached() -> None:
    assert not rules(SMALL).could(LEAD, DROP, "slack").allowed


def test_a_forbid_about_the_person_alone_is_heard() -> None:
    answer = rules(OPEN_TO_ALL, NO_GUESTS).could(replace(LEAD, guest=True), SUSPEND, "slack")

    assert (answer.code, answer.rules) == ("forbidden", ("no-guests",))
    assert answer.reasons == ("No guests.",)


@pytest.mark.parametrize(
    ("scope", "clause"),
    [
        ("resource", "when { context.params.days > 3 }"),
        ("resource", 'when { principal in Usergroup::"support" && context.params.days > 3 }'),
        ("resource", "when { principal is User } when { context.params.days > 3 }"),
        ("resource", 'when { resource == Target::user::"" }'),
        ('resource == Target::user::""', ""),
        ("resource", "unless { context has channel }"),
        ("resource", "when { [context.minute, 1].contains(1) }"),
        ("resource", "when { {a: context.minute}.a == 3 }"),
        ('resource == Target::user::"eve"', ""),
        ('resource in Target::user::"eve"', ""),
        ('resource is Target::user in Target::user::"eve"', ""),
    ],
)
def test_a_forbid_that_waits_for_more_hides_nothing(scope: str, clause: str) -> None:
    forbid = f"""@id("f") @doc("No.")
    forbid (principal, action == Action::"users.suspend", {scope}) {clause};"""

    assert rules(OPEN_TO_ALL, forbid).could(ADA, SUSPEND, "slack").allowed


def test_a_forbid_without_conditions_is_heard() -> None:
    nobody = '@id("n") @doc("Nobody.") forbid (principal, action == Action::"db.drop", resource);'
    in_force = rules(OPEN_TO_ALL, nobody)

    assert not in_force.could(ADA, DROP, "slack").allowed
    assert in_force.could(ADA, SUSPEND, "slack").allowed


@pytest.mark.parametrize(
    "condition",
    [
        'principal in Usergroup::"support" && context.params.days <= 7',
        'context.params.days <= 7 && principal in Usergroup::"support"',
        'principal in Usergroup::"support" && resource == Target::user::"eve"',
    ],
)
def test_of_a_permit_only_what_is_known_counts(condition: str) -> None:
    permit = f"""@id("p") @doc("Support may.")
    permit (principal, action == Action::"users.suspend", resource) when {{ {condition} }};"""
    in_force = rules(permit)

    assert in_force.could(ADA, SUSPEND, "slack").allowed
    assert not in_force.could(IDA, SUSPEND, "slack").allowed


def test_the_door_is_known_before_there_are_params() -> None:
    not_by_cli = """@id("door") @doc("Not by CLI.")
    forbid (principal, action, resource) when { context.surface == "cli" };"""
    in_force = rules(OPEN_TO_ALL, not_by_cli)

    assert in_force.could(ADA, SUSPEND, "slack").allowed
    assert not in_force.could(ADA, SUSPEND, "cli").allowed


@pytest.mark.parametrize(
    ("scope", "allowed"),
    [
        ('resource == Target::user::"eve"', True),
        ('resource in Target::user::"eve"', True),
        ('resource is Target::user in Target::user::"eve"', True),
        ("resource is Target::user", True),
        ("resource is Target::table", False),
        ('resource == Target::table::"eve"', False),
    ],
)
def test_a_permit_for_some_targets_reaches_operations_on_such_targets(
    scope: str,
    allowed: bool,  # noqa: FBT001  A column of the table above.
) -> None:
    permit = f'@id("p") @doc("Some.") permit (principal, action in Action::"write", {scope});'

    assert rules(permit).could(ADA, SUSPEND, "slack").allowed is allowed


def test_an_operation_without_a_target_is_known_by_name() -> None:
    permit = """@id("p") @doc("Help.")
    permit (principal, action in Action::"read", resource == Operation::"meta.help");"""
    in_force = rules(permit)

    assert in_force.could(ADA, HELP, "slack").allowed
    assert not in_force.could(ADA, FIND, "slack").allowed


def test_a_rule_for_one_person_is_for_that_person() -> None:
    permit = '@id("p") @doc("Ida.") permit (principal == User::"T1/UIDA", action, resource);'
    in_force = rules(permit)
    somebody = replace(IDA, id="UELSE")

    answers = [in_force.could(a, SUSPEND, "slack") for a in (somebody, IDA, somebody)]

    assert [a.allowed for a in answers] == [False, True, False]


def test_a_kept_answer_is_given_with_the_request_of_who_asks() -> None:
    in_force = rules(OPEN_TO_ALL)

    first, second = (in_force.could(a, HELP, "slack") for a in (IDA, replace(IDA, id="UTWO")))

    assert first.request["principal"] == {"type": "User", "id": "T1/UIDA"}
    assert second.request["principal"] == {"type": "User", "id": "T1/UTWO"}
    assert first.request["resource"] == {"type": "Operation", "id": "meta.help"}
    assert first.request["context"] == {"surface": "slack"}


def test_answers_stay_right_when_more_is_asked_than_is_kept() -> None:
    in_force = rules(SMALL)
    doors = [f"door {n}" for n in range(engine.KEPT + 1)]

    first = in_force.could(LEAD, SUSPEND, "slack").allowed
    crowd = [in_force.could(IDA, SUSPEND, door).allowed for door in doors]
    last = in_force.could(LEAD, SUSPEND, "slack").allowed

    assert (first, last) == (True, True)
    assert not any(crowd)


def test_a_schedule_could_do_what_is_permitted_to_schedules() -> None:
    people = '@id("p") @doc("People.") permit (principal is User, action, resource);'
    clocks = """@id("s") @doc("Schedules look.")
    permit (principal is Schedule, action in Action::"read", resource);"""

    assert not rules(people).could(NIGHTLY, HELP, "schedule").allowed
    assert rules(people, clocks).could(NIGHTLY, HELP, "schedule").allowed
    assert not rules(people, clocks).could(NIGHTLY, SUSPEND, "schedule").allowed


ALL = "permit (principal, action, resource);"
PRINCIPALS = [
    "principal",
    "principal is User",
    "principal is Schedule",
    'principal in Usergroup::"support"',
    'principal == User::"T1/UADA"',
    'principal is User in Usergroup::"sre"',
]
ACTIONS = [
    "action",
    'action in Action::"write"',
    'action in Action::"read"',
    'action == Action::"users.suspend"',
    'action in [Action::"db.drop", Action::"users"]',
]
RESOURCES = [
    "resource",
    "resource is Target::user",
    "resource is Operation",
    'resource == Target::user::"eve"',
    'resource == Target::user::""',
    'resource in Target::table::"eve"',
    'resource == Operation::"meta.help"',
    'resource is Target::user in Target::user::"eve"',
]
TERMS = [
    "true",
    "(principal is User && principal.guest)",
    "!(principal is User && principal.bot)",
    'principal in [Usergroup::"support", Usergroup::"sre"]',
    'context.surface == "slack"',
    "context.weekday <= 5",
    "context.minute > 600",
    "(context has channel && context.channel.shared)",
    'action == Action::"meta.help"',
    'resource == Target::user::"eve"',
    "(if context.minute > 9 then principal is User else false)",
]
conditions = st.lists(st.sampled_from(TERMS), min_size=1, max_size=3).flatmap(
    lambda terms: st.sampled_from([" && ", " || "]).map(lambda by: by.join(terms))
)
clauses = st.builds("{} {{ {} }}".format, st.sampled_from(["when", "unless"]), conditions)


@st.composite
def rule_texts(draw: st.DrawFn) -> str:
    scope = ", ".join(draw(st.sampled_from(s)) for s in (PRINCIPALS, ACTIONS, RESOURCES))
    effect = draw(st.sampled_from(["permit", "forbid"]))
    return f"{effect} ({scope}) {' '.join(draw(st.lists(clauses, max_size=2)))};"


def unchecked(texts: list[str]) -> CedarRules:
    """Put *texts* in force, also those that could never apply and that a check refuses."""
    named = [f'@id("r{n}") @doc("Rule {n}.")\n{text}' for n, text in enumerate(texts)]
    read = read_rules(RuleFile("random.cedar", "\n".join(named)))
    return CedarRules([r for r in read if isinstance(r, Rule)], CATALOGUE, "")


actors = st.builds(
    Actor,
    team=st.just("T1"),
    id=st.sampled_from(["UADA", "UBOB"]),
    name=st.just("Somebody"),
    kind=st.sampled_from(ActorKind),
    groups=st.frozensets(st.sampled_from(["support", "sre"])),
    guest=st.booleans(),
    bot=st.booleans(),
)
channels = st.none() | st.builds(Channel, id=st.just("C1"), shared=st.booleans())
targets = st.sampled_from(["eve", "bob", ""])


@st.composite
def questions(draw: st.DrawFn) -> Question:
    surface, channel, target = (
        draw(st.sampled_from(["slack", "cli"])),
        draw(channels),
        draw(targets),
    )
    operation, params = draw(
        st.sampled_from(
            [
                (SUSPEND, may_suspend(ADA, user=target).params),
                (DROP, Drop(table=target)),
                (FIND, Find(email="eve@example.com")),
                (HELP, Nothing()),
            ]
        )
    )
    return Question(draw(actors), operation, params, surface, Place().now, channel)


@settings(max_examples=300, deadline=None)
@given(st.lists(rule_texts() | st.just(ALL), min_size=1, max_size=5), questions())
def test_what_is_allowed_was_never_ruled_out_before(texts: list[str], question: Question) -> None:
    drawn = unchecked(texts)

    allowed = drawn.decide(question).allowed
    could = drawn.could(question.actor, question.operation, question.surface).allowed

    assert could or not allowed


def test_people_are_alike_whom_no_rule_tells_apart() -> None:
    ida = '@id("p") @doc("Ida.") permit (principal == User::"T1/UIDA", action, resource);'
    in_force, by_name = rules(SMALL), rules(SMALL, ida)
    other = replace(IDA, id="UTWO", name="Two", groups=frozenset({"choir"}))

    assert in_force.alike(IDA) == in_force.alike(other)
    assert in_force.alike(IDA) != in_force.alike(LEAD)
    assert in_force.alike(IDA) != in_force.alike(replace(IDA, guest=True))
    assert by_name.alike(IDA) != by_name.alike(other)


def test_nobody_is_alike_who_may_own_what_others_do_not() -> None:
    owners = """
@id("owners") @doc("Whoever owns it may.")
permit (principal, action == Action::"users.suspend", resource)
when { resource has owner && principal in resource.owner };
"""
    in_force = rules(owners)
    asked = may_suspend(replace(IDA, groups=frozenset({"choir"})))
    owned = replace(asked, around=replace(asked.around, target=TargetFacts(owner="choir")))

    assert in_force.decide(owned).allowed
    assert not in_force.decide(replace(owned, actor=IDA)).allowed
    assert in_force.alike(owned.actor) != in_force.alike(IDA)


def test_the_rules_about_an_operation_are_told_in_their_order_with_the_groups_they_name() -> None:
    told = rules(OPEN_TO_ALL, SMALL).about(SUSPEND)

    assert [(r.id, r.permits, r.groups) for r in told] == [
        ("all", True, ()),
        ("leads-small", True, ("support-leads",)),
    ]
    assert rules(SMALL).about(DROP) == ()
