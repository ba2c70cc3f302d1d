"""What the rules answer, and with which reasons."""

import json
from dataclasses import replace

import pytest

from bot.domain.decision import Channel, Effect
from policies.engine import CedarRules
from tests.policies.sample import (
    ADA,
    IDA,
    LEAD,
    NIGHTLY,
    OPEN_TO_ALL,
    SUSPEND,
    Place,
    may_find,
    may_look,
    may_suspend,
    rules,
)

LEADS = """
@id("leads-suspend")
@doc("Only `support-leads` may suspend.")
permit (principal in Usergroup::"support-leads", action == Action::"users.suspend", resource);
"""
NOT_LONG = """
@id("not-long")
@doc("Nobody is suspended for more than 30 days.")
forbid (principal, action == Action::"users.suspend", resource)
when { context.params.days > 30 };
"""
SEEN = """
@id("not-where-others-read")
@doc("Not in a shared channel.")
forbid (principal, action in Action::"write", resource)
when { context has channel && context.channel.shared };
"""


def test_what_no_rule_permits_is_denied_and_says_who_may() -> None:
    answer = rules(LEADS, NOT_LONG).decide(may_suspend(IDA))

    assert not answer.allowed
    assert (answer.effect, answer.code, answer.rules) == (Effect.DENY, "no_rule", ())
    assert answer.reasons == ("Only `support-leads` may suspend.",)


def test_a_rule_set_without_permits_gives_no_names() -> None:
    answer = rules(NOT_LONG).decide(may_suspend(LEAD))

    assert (answer.code, answer.reasons) == ("no_rule", ())


def test_what_a_rule_permits_is_allowed_with_its_sentence() -> None:
    in_force = rules(LEADS, NOT_LONG)

    answer = in_force.decide(may_suspend(LEAD))

    assert answer.allowed
    assert (answer.code, answer.rules) == ("allowed", ("leads-suspend",))
    assert answer.reasons == ("Only `support-leads` may suspend.",)
    assert answer.rules_digest == in_force.digest


def test_a_forbid_beats_every_permit() -> None:
    answer = rules(LEADS, NOT_LONG, OPEN_TO_ALL).decide(may_suspend(LEAD, days=31))

    assert not answer.allowed
    assert (answer.code, answer.rules) == ("forbidden", ("not-long",))
    assert answer.reasons == ("Nobody is suspended for more than 30 days.",)


def test_all_deciding_rules_are_named_in_the_order_of_the_files() -> None:
    answer = rules(OPEN_TO_ALL, LEADS).decide(may_suspend(LEAD))

    assert answer.rules == ("all", "leads-suspend")


@pytest.mark.parametrize(
    ("channel", "code"),
    [
        (None, "allowed"),
        (Channel("C1"), "allowed"),
        (Channel("C1", shared=True), "forbidden"),
    ],
)
def test_a_guarded_rule_about_the_channel_holds_where_there_is_one(
    channel: Channel | None, code: str
) -> None:
    answer = rules(LEADS, SEEN).decide(may_suspend(LEAD, Place(surface="cli", channel=channel)))

    assert (answer.code, answer.errors) == (code, ())


def test_a_channels_group_can_be_asked_for() -> None:
    ops_only = """
    @id("ops-only") @doc("In ops only.") permit (principal, action, resource)
    when { context has channel && context.channel in ChannelGroup::"ops" };
    """
    ops = Place(channel=Channel("C1", groups=frozenset({"ops"})))
    pub = Place(channel=Channel("C1"))
    in_force = rules(ops_only)

    assert in_force.decide(may_suspend(ADA, ops)).allowed
    assert not in_force.decide(may_suspend(ADA, pub)).allowed


def test_the_hour_the_weekday_and_the_door_are_known() -> None:
    office = """
    @id("office") @doc("On Fridays at 10:30 in Slack.") permit (principal, action, resource)
    when { context.weekday == 5 && context.minute == 630 && context.surface == "slack"
           && context.now > datetime("2026-11-20") };
    """
    in_force = rules(office)

    assert in_force.decide(may_suspend(ADA)).allowed
    assert not in_force.decide(may_suspend(ADA, Place(surface="cli"))).allowed


def test_a_target_can_be_named() -> None:
    not_eve = """
    @id("not-eve") @doc("Eve stays.") forbid (principal, action,
    resource == Target::user::"eve@example.com");
    """
    in_force = rules(OPEN_TO_ALL, not_eve)

    assert in_force.decide(may_suspend(ADA)).rules == ("not-eve",)
    assert in_force.decide(may_suspend(ADA, user="bob")).allowed


def test_a_schedule_is_a_principal_of_its_own() -> None:
    people = '@id("p") @doc("People.") permit (principal is User, action, resource);'
    nightly = """
    @id("n") @doc("The nightly schedule may look.")
    permit (principal == Schedule::"T1/nightly", action in Action::"read", resource);
    """
    person_of_that_name = replace(IDA, id="nightly")

    assert not rules(people).decide(may_look(NIGHTLY)).allowed
    assert rules(people, nightly).decide(may_look(NIGHTLY)).allowed
    assert not rules(nightly).decide(may_look(person_of_that_name)).allowed
    assert not rules(nightly).decide(may_suspend(NIGHTLY)).allowed


def test_a_schedule_gains_nothing_from_groups() -> None:
    answer = rules(LEADS).decide(may_suspend(replace(NIGHTLY, groups=LEAD.groups)))

    assert answer.code == "no_rule"


def test_the_request_holds_what_the_rules_saw_and_nothing_secret() -> None:
    place = Place(channel=Channel("C1", groups=frozenset({"ops"}), shared=True))

    answer = rules(OPEN_TO_ALL).decide(may_suspend(LEAD, place, code="123456"))

    assert json.loads(json.dumps(answer.request)) == {
        "principal": {"type": "User", "id": "T1/ULEA"},
        "groups": ["support-leads"],
        "attributes": {"guest": False, "external": False, "bot": False},
        "action": "users.suspend",
        "resource": {"type": "Target::user", "id": "eve@example.com"},
        "zone": "UTC",
        "context": {
            "now": "2026-11-20T10:30:05.123Z",
            "weekday": 5,
            "minute": 630,
            "surface": "slack",
            "freeze": False,
            "break_glass": False,
            "recent": 0,
            "recent_target": 0,
            "approvals": {},
            "params": {"user": "eve@example.com", "reason": "card testing", "days": 1},
            "channel": {"type": "Channel", "id": "C1"},
        },
        "channel": {"groups": ["ops"], "shared": True},
    }


def test_a_target_without_a_name_is_still_the_resource() -> None:
    answer = rules(OPEN_TO_ALL).decide(may_suspend(ADA, user=""))

    assert answer.request["resource"] == {"type": "Target::user", "id": ""}


def test_an_operation_without_a_target_is_its_own_resource() -> None:
    answer = rules(OPEN_TO_ALL).decide(may_find(ADA))

    assert answer.request["resource"] == {"type": "Operation", "id": "users.find"}


def test_a_recorded_request_can_be_decided_again_by_other_rules() -> None:
    first = rules(OPEN_TO_ALL).decide(may_suspend(LEAD, days=31))
    recorded = json.loads(json.dumps(first.request))

    again = rules(OPEN_TO_ALL, NOT_LONG).decide_again(recorded, SUSPEND)

    assert (first.code, again.code) == ("allowed", "forbidden")
    assert again.request == first.request


def test_the_digest_names_the_words_of_the_rules() -> None:
    texts: list[CedarRules] = [rules(LEADS), rules(LEADS + " "), rules(LEADS, " "), rules(LEADS)]

    digests = [r.digest for r in texts]

    assert len(set(digests)) == 3
    assert digests[0] == digests[3]
    assert len(digests[0]) == 64


def test_who_left_a_group_is_no_longer_taken_for_a_member() -> None:
    in_force = rules(LEADS)

    answers = [
        in_force.decide(may_suspend(replace(LEAD, groups=g))) for g in (LEAD.groups, frozenset())
    ]

    assert [a.code for a in answers] == ["allowed", "no_rule"]
