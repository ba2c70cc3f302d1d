"""Which rule files are in force, and what the shipped ones say."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.actor import Actor
from bot.domain.decision import Channel, Question
from bot.domain.errors import Misconfigured
from bot.domain.ports import Rules
from policies.check import check
from policies.loading import load_rules, rule_files
from tests.policies.sample import (
    ADA,
    CATALOGUE,
    DROP,
    FRIDAY,
    HELP,
    IDA,
    LEAD,
    NIGHTLY,
    OPEN_TO_ALL,
    SUSPEND,
    Drop,
    Place,
    may_find,
    may_look,
    may_suspend,
    may_suspend_domain,
)

SRE = replace(IDA, groups=frozenset({"sre"}))
MANAGES = ("users.resume", "users.suspend", "users.suspend_domain")


@pytest.fixture(scope="module")
def shipped() -> Rules:
    return load_rules([], CATALOGUE)


def test_the_shipped_rules_have_no_mistakes() -> None:
    groups = ["admins", "comms", "support", "support-leads", "sre"]
    problems = check(rule_files([]), CATALOGUE, groups)

    assert [p.message for p in problems if "db.drop" not in p.message] == []


@pytest.mark.parametrize(
    ("question", "code", "ruled"),
    [
        (may_find(ADA), "allowed", ("support-finds-users",)),
        (may_find(SRE), "allowed", ("support-finds-users",)),
        (may_find(IDA), "no_rule", ()),
        (may_suspend(LEAD), "allowed", ("leads-suspend-users",)),
        (may_suspend(ADA), "no_rule", ()),
        (may_suspend(LEAD, Place(channel=Channel("C1"))), "allowed", ("leads-suspend-users",)),
        (
            may_suspend(LEAD, Place(channel=Channel("C1", shared=True))),
            "forbidden",
            ("users-not-in-shared-channels",),
        ),
        (may_suspend_domain(LEAD), "allowed", ("leads-suspend-domains",)),
        (may_suspend_domain(ADA), "no_rule", ()),
        (
            may_suspend_domain(LEAD, Place(channel=Channel("C1", shared=True))),
            "forbidden",
            ("users-not-in-shared-channels",),
        ),
        (may_look(IDA), "allowed", ("everybody-finds-their-way",)),
        (may_look(replace(IDA, guest=True)), "forbidden", ("no-outsiders",)),
        (may_look(replace(IDA, external=True)), "forbidden", ("no-outsiders",)),
        (may_look(replace(IDA, bot=True)), "forbidden", ("no-outsiders",)),
        (may_look(NIGHTLY), "no_rule", ()),
        (may_suspend(NIGHTLY), "no_rule", ()),
        (Question(LEAD, DROP, Drop(table="t"), "slack", FRIDAY), "no_rule", ()),
    ],
)
def test_the_shipped_rules_decide(
    shipped: Rules, question: Question, code: str, ruled: tuple[str, ...]
) -> None:
    answer = shipped.decide(question)

    assert (answer.code, answer.rules, answer.errors) == (code, ruled, ())


FOR_ALL = (
    "approval.give",
    "approval.list",
    "approval.refuse",
    "freeze.list",
    "glass.list",
    "meta.help",
    "meta.whoami",
    "tickets.comment",
    "tickets.create",
    "tickets.find",
    "policy.mine",
    "policy.who_may",
    "policy.why",
)
"""What every full member may run, of these groups."""

GROUPS = frozenset({"approval", "db", "freeze", "glass", "meta", "policy", "tickets", "users"})


@pytest.mark.parametrize(
    ("actor", "sees"),
    [
        (IDA, [*FOR_ALL]),
        (ADA, [*FOR_ALL, "tickets.move", "users.find"]),
        (LEAD, [*FOR_ALL, "glass.review", "tickets.move", "users.find", *MANAGES]),
        (replace(LEAD, guest=True), []),
        (NIGHTLY, ["freeze.list", "glass.list"]),
    ],
)
def test_the_shipped_rules_hide_what_nobody_may_do_for_me(
    shipped: Rules, actor: Actor, sees: list[str]
) -> None:
    told = (o for o in CATALOGUE if o.group in GROUPS)
    offered = [o.name for o in told if shipped.could(actor, o, "slack").allowed]

    assert offered == sorted(sees)


def test_a_refused_person_reads_who_may(shipped: Rules) -> None:
    who = ("Only `support-leads` may suspend or resume a user.",)

    assert shipped.decide(may_suspend(ADA)).reasons == who
    assert shipped.could(ADA, SUSPEND, "slack").reasons == who


def test_rules_of_the_settings_join_the_shipped_ones(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "own.cedar").write_text(OPEN_TO_ALL, encoding="utf-8")
    (tmp_path / "notes.txt").write_text("No rule.", encoding="utf-8")

    joined = load_rules([tmp_path], CATALOGUE)

    assert joined.decide(may_suspend(IDA)).rules == ("all",)
    assert joined.decide(may_look(replace(IDA, guest=True))).rules == ("no-outsiders",)


def test_rules_of_the_settings_can_replace_the_shipped_ones(tmp_path: Path) -> None:
    own = tmp_path / "own.cedar"
    own.write_text(OPEN_TO_ALL, encoding="utf-8")

    alone = load_rules([str(own)], CATALOGUE, replace=True)

    assert alone.could(replace(IDA, guest=True), HELP, "slack").allowed


def test_a_mistake_is_told_with_file_and_line(tmp_path: Path) -> None:
    own = tmp_path / "own.cedar"
    own.write_text("\n\npermit (everybody);", encoding="utf-8")

    with pytest.raises(Misconfigured) as raised:
        load_rules([own], CATALOGUE)

    assert f"{own}, line 3: This is not Cedar" in raised.value.message


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match=r"nowhere\.cedar' in `policy\.paths` cannot be read"):
        rule_files([tmp_path / "nowhere.cedar"])


def test_a_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    own = tmp_path / "own.cedar"
    own.write_bytes(b"\xff\xfe")

    with pytest.raises(Misconfigured, match="cannot be read"):
        rule_files([own])


def test_a_folder_without_rules_is_told(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="in which there is no rule"):
        rule_files([tmp_path])


def test_no_rules_at_all_are_told() -> None:
    with pytest.raises(Misconfigured, match=r"`policy\.replace` is true"):
        rule_files([], replace=True)
