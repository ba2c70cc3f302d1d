"""Tests of the rules as somebody writes them, and what is said of a mistake in one."""

from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.domain.decision import Channel, Decision, Effect
from bot.domain.errors import BadRequest
from bot.pipeline.values import build
from policies.cases import MONDAY_NOON
from policies.lines import DEEPEST, MOST_BYTES
from policies.loading import cases_at, cases_beside, shipped_cases
from policies.reading import Problem
from policies.testing import Case, CaseFile, Reader, Wish, judge
from tests.policies.sample import CATALOGUE, LEAD, may_suspend, rules

RULES = rules(
    '@id("leads") @doc("Only `support-leads` may suspend.")\n'
    'permit (principal in Usergroup::"support-leads", action == Action::"users.suspend", resource);'
    '@id("no-guests") @doc("Guests may not.")\n'
    "forbid (principal is User, action, resource) when { principal.guest };"
)
READER = Reader(CATALOGUE, RULES.ids, partial(build, zone="UTC"))

WHAT = "what: {operation: users.suspend, params: {user: eve, reason: card testing}}"
PLAIN = f"""\
- name: A lead suspends.
  who: {{groups: [support-leads]}}
  {WHAT}
  expect: allow
"""


def read(text: str | bytes) -> list[Case | Problem]:
    data = text.encode() if isinstance(text, str) else text
    return list(READER.read(CaseFile("x.test.yaml", data)))


def case(text: str) -> Case:
    """Return the one case of *text*."""
    [found] = read(text)
    assert isinstance(found, Case), found
    return found


def told(text: str | bytes) -> list[str]:
    """Return what is said of *text*, which holds no good case."""
    return [str(found) for found in read(text)]


def with_line(line: str, of: str = PLAIN) -> str:
    """Return *of* with *line* in place of the one that has its key, or at its end."""
    key = line.strip().partition(":")[0]
    kept = [one for one in of.splitlines() if one.strip(" -").partition(":")[0] != key]
    return "\n".join([*kept, f"  {line}"])


def test_a_case_is_the_question_that_the_road_would_ask() -> None:
    whole = case(
        PLAIN.replace("reason: card testing", "reason: card testing, days: 3")
        + "  where: {surface: cli, channel: {id: C0OPS, groups: [ops], shared: true}}\n"
        + "  when: 2026-11-21T09:30:00+01:00\n"
        + "  by: [leads]\n"
    )

    asked = whole.question
    assert asked.params == may_suspend(LEAD, user="eve", reason="card testing", days=3).params
    assert (asked.operation.name, asked.surface) == ("users.suspend", "cli")
    assert asked.channel == Channel("C0OPS", frozenset({"ops"}), shared=True)
    assert asked.now == datetime(2026, 11, 21, 8, 30, tzinfo=UTC)
    assert asked.actor.groups == {"support-leads"}
    assert (whole.expected, whole.line) == (Wish(Effect.ALLOW, by=frozenset({"leads"})), 1)


def test_an_instant_is_told_to_the_rules_in_their_own_zone() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    reader = Reader(CATALOGUE, RULES.ids, partial(build, zone="UTC"), zone=berlin)
    late = f"{PLAIN}  when: 2026-11-22T23:30:00Z\n"

    told = [one for text in (PLAIN, late) for one in reader.read(CaseFile("x", text.encode()))]

    [noon, night] = [one.question.now for one in told if isinstance(one, Case)]
    assert (noon.isoformat(), night.isoformat()) == (
        "2026-01-05T12:00:00+01:00",
        "2026-11-23T00:30:00+01:00",
    )


def test_what_is_left_out_is_a_full_member_in_slack_on_a_monday_noon() -> None:
    asked = case(PLAIN.replace("{groups: [support-leads]}", "{}")).question

    assert (asked.surface, asked.channel, asked.now) == ("slack", None, MONDAY_NOON)
    assert (asked.now.isoweekday(), asked.now.hour, asked.now.utcoffset()) == (
        1,
        12,
        UTC.utcoffset(None),
    )
    flags = (asked.actor.guest, asked.actor.external, asked.actor.bot)
    assert (flags, asked.actor.groups) == ((False, False, False), frozenset())


@pytest.mark.parametrize(
    ("who", "key", "surface"),
    [
        ("{id: T0123/U0ADA}", "T0123/U0ADA", "slack"),
        ("{schedule: T0123/nightly}", "T0123/nightly", "schedule"),
    ],
)
def test_somebody_is_named_as_rules_name_them(who: str, key: str, surface: str) -> None:
    asked = case(with_line(f"who: {who}")).question

    assert (asked.actor.key, asked.actor.kind.value == "schedule", asked.surface) == (
        key,
        surface == "schedule",
        surface,
    )


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("expect: alow", "line 4: `expect` is 'alow'. Did you mean `allow`?"),
        ("wen: 2026-01-05T12:00:00Z", "line 5: A case has no 'wen'. Did you mean `when`"),
        ("when: 2026-01-05T12:00:00", "line 5: '2026-01-05T12:00:00' is no instant with its zone."),
        ("when: 0001-01-01T00:00:00+02:00", "line 5: '0001-01-01T00:00:00+02:00' is no instant"),
        ("when: monday", "line 5: 'monday' is no instant with its zone. Write `2026-01-05T12:00"),
        ("who: {group: [a]}", "line 4: `who` has no 'group'. Did you mean `groups`?"),
        ("who: {groups: a}", "line 4: `groups` is no list. Write `[…]`"),
        ("who: {groups: [[a]]}", "line 4: What stands in `groups` is no text."),
        ("who: {guest: maybe}", "line 4: `guest` is 'maybe'. Write `true` or `false`."),
        ("who: ada", "line 4: `who` is no mapping. Write lines like `groups: …`."),
        ("who: {id: U0ADA}", "line 4: The id 'U0ADA' lacks its workspace. Write it as rules do"),
        ("who: {schedule: T1/x, guest: true}", "line 4: A schedule has no groups and no flags."),
        ("what: {operation: users.suspnd}", "line 4: There is no operation 'users.suspnd'. Did"),
        ("what: {params: {}}", "line 4: `what` lacks `operation`. Add it."),
        ("where: {surface: slak}", "line 5: `surface` is 'slak'. Did you mean `slack`?"),
        ("where: {chanel: {}}", "line 5: `where` has no 'chanel'. Did you mean `channel`?"),
        ("by: [led]", "line 5: There is no rule 'led'. Did you mean `leads`?"),
        ("by: leads", "line 5: `by` is no list. Write `[…]`, or lines of `- …`."),
    ],
)
def test_a_mistake_is_told_with_its_line_and_its_cure(line: str, said: str) -> None:
    [found] = told(with_line(line))

    assert found.startswith(f"x.test.yaml, {said}")
    assert found.endswith((".", "?"))


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ("usr: eve", ["line 6: users.suspend has no field 'usr'. Did you mean `user`?"]),
        ("reason: ~", ["line 3: users.suspend needs 'user'.", "line 3: users.suspend needs 'reas"]),
        ("days: many", ["line 6: `days` of users.suspend: 'many' is not a whole number; write"]),
        ("days: [1, 2]", ["line 6: `days` of users.suspend: '1 2' is not a whole number; write"]),
        ("days: {a: 1}", ["line 6: `days` is no text. Write it on one line."]),
        ('"": x', ["line 6: users.suspend has no field ''. Did you mean"]),
    ],
)
def test_a_wrong_param_is_told_with_its_field_and_line(params: str, said: list[str]) -> None:
    whole = "user: eve, reason: card testing" if params.startswith(("days", '"')) else ""
    told_whole = [f"      {one}" for one in whole.split(", ") if one]
    head = "- name: Somebody.\n  who: {}\n  what:\n    operation: users.suspend\n    params:\n"

    found = told("\n".join([f"{head}      {params}", *told_whole, "  expect: deny"]))

    assert len(found) >= len(said)
    for one, begin in zip(found, said, strict=False):
        assert one.startswith(f"x.test.yaml, {begin}"), found


def test_params_are_read_as_one_types_them() -> None:
    typed = PLAIN.replace("eve", "007").replace("card testing", "yes, days: 1_0")

    assert told(typed)[0].startswith("x.test.yaml, line 3: `days` of users.suspend: '1_0' is not")
    asked = case(PLAIN.replace("eve", "007").replace("card testing", "yes")).question
    assert asked.params.model_dump(include={"user", "reason"}) == {"user": "007", "reason": "yes"}


LAUGHS = "- a: &a [x]\n" + "".join(f"- {b}: &{b} [*{a}, *{a}]\n" for a, b in ("ab", "bc", "cd"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "line 1: The file holds no case. Begin one with `- name: …`, or delete it."),
        ("# Nothing.\n", "line 1: The file holds no case."),
        ("[]", "line 1: The file holds no case."),
        ("name: x", "line 1: The file is no list. Write `[…]`, or lines of `- …`."),
        ("- name: x", "line 1: The case lacks `who` and `what` and `expect`. Add it."),
        ("-\n- {}", "line 1: A case is no mapping. Write lines like `name: …`."),
        ("\n- name: 'x", "line 2: This is not YAML: found unexpected end of stream. Indent"),
        ("- name: a: b", "line 1: This is not YAML: mapping values are not allowed here. Indent"),
        ("- a\n---\n- b", "line 2: This is not YAML: but found another document."),
        (b"- name: \xff", "line 1: This is no text in UTF-8. Save the file as such."),
        ("\n- name: \x07", "line 2: A character here cannot be shown. Delete it."),
        (LAUGHS, "line 2: The alias `*a` is not taken here. Write out what it stands for."),
        ("- &a [*a]", "line 1: The alias `*a` is not taken here."),
        ("- !!python/object/apply:os.getcwd []", "line 1: The tag 'tag:yaml.org,2002:python/obj"),
        ("[" * 100_000, "line 1: This is too deep. A case has four levels."),
        ("- " * 50_000, "line 1: This is too deep. A case has four levels."),
        ("- {name: a, name: b}", "line 1: A case has 'name' twice. Leave one of them out."),
        (PLAIN.replace("A lead suspends.", "~"), "line 1: The name is empty. Say what is tried."),
        (PLAIN.replace("A lead suspends.", "[a]"), "line 1: `name` is no text. Write it on one"),
        ("- {[a]: b}", "line 1: The key is no text. Write it on one line."),
        (b"#" * 5_000_000, "line 1: The file is larger than 256 KiB. Split it in two."),
    ],
    ids=range(21),
)
def test_a_file_that_is_none_is_told_with_its_line_and_its_cure(
    text: str | bytes, said: str
) -> None:
    found = told(text)

    assert found[0].startswith(f"x.test.yaml, {said}")


def test_a_file_may_be_as_deep_and_as_large_as_is_said() -> None:
    large = f"{PLAIN}{'#' * MOST_BYTES}"[:MOST_BYTES]
    deep = f"{'[' * DEEPEST}{']' * DEEPEST}"

    assert case(large).name == "A lead suspends."
    assert "deep" not in told(deep)[0]
    assert "deep" in told(f"[{deep}]")[0]


def test_a_name_is_given_once_and_the_other_cases_are_read_all_the_same() -> None:
    first, again, other = read(f"{PLAIN}{PLAIN}{PLAIN.replace('A lead', 'Another')}")

    assert isinstance(first, Case)
    assert str(again) == (
        "x.test.yaml, line 5: The name 'A lead suspends.' is taken by line 1. "
        "Give each case its own."
    )
    assert isinstance(other, Case)


@pytest.mark.parametrize(
    ("who", "expect", "passed", "came"),
    [
        ("{groups: [support-leads]}", "allow", True, "allow by leads"),
        ("{groups: [support-leads]}", "deny", False, "allow by leads"),
        ("{groups: [support-leads]}", "allow\n  by: [leads]", True, "allow by leads"),
        ("{groups: [support-leads]}", "allow\n  by: [no-guests]", False, "allow by leads"),
        ("{groups: [support-leads]}", "allow\n  by: [leads, no-guests]", False, "allow by leads"),
        ("{}", "deny", True, "deny by no rule"),
        ("{}", "deny\n  by: []", True, "deny by no rule"),
        ("{}", "deny\n  by: [no-guests]", False, "deny by no rule"),
        ("{guest: true}", "deny\n  by: [no-guests]", True, "deny by no-guests"),
        ("{guest: true}", "deny\n  by: []", False, "deny by no-guests"),
    ],
)
def test_a_case_passes_by_its_answer_and_by_exactly_the_rules_it_names(
    who: str, expect: str, came: str, *, passed: bool
) -> None:
    tried = case(with_line(f"expect: {expect}", with_line(f"who: {who}")))

    verdict = judge(tried, RULES)

    assert (verdict.passed, verdict.came) == (passed, came)


def test_what_the_rules_cannot_answer_is_never_what_was_expected() -> None:
    tried = case(with_line("expect: deny"))
    overflow = rules(
        '@id("sum") @doc("None.") permit (principal, action == Action::"users.suspend", resource)'
        "when { context.params.days + 9223372036854775807 > 0 };"
    )

    verdict = judge(tried, overflow)

    assert (verdict.decision.effect, verdict.passed) == (Effect.DENY, False)
    assert verdict.came.startswith("deny, because the rules cannot be evaluated: ")


def test_what_is_expected_is_said_in_words() -> None:
    plain = case(PLAIN)

    said = [
        replace(plain, expected=Wish(Effect.ALLOW, by=by)).wish
        for by in (None, frozenset(), frozenset({"b", "a"}))
    ]

    assert said == ["allow", "allow by no rule", "allow by a, b"]


def test_a_decision_is_the_very_one_that_the_road_gets() -> None:
    tried = case(PLAIN)

    verdict = judge(tried, RULES)

    assert isinstance(verdict.decision, Decision)
    assert verdict.decision == RULES.decide(tried.question)


def test_tests_lie_beside_the_rules_or_where_one_says(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / ".hidden").mkdir()
    for name in ("deep/a.test.yaml", "b.test.yaml", "other.yaml", ".hidden/c.test.yaml"):
        (tmp_path / name).write_text(PLAIN)
    (tmp_path / "b.cedar").write_text("")

    beside = [Path(f.path).name for f in cases_beside([tmp_path, tmp_path / "b.cedar"])]
    at = [Path(f.path).name for f in cases_at([tmp_path / "other.yaml", tmp_path / "deep"])]

    assert beside == ["b.test.yaml", "a.test.yaml"]
    assert at == ["other.yaml", "a.test.yaml"]
    assert cases_beside([tmp_path / "nowhere.cedar"]) == []
    assert next(f.path for f in shipped_cases()) == "policies/rules/approval.test.yaml"


def test_a_test_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadRequest, match=r"nowhere\.test\.yaml' cannot be read: No such file"):
        cases_at([tmp_path / "nowhere.test.yaml"])
    with pytest.raises(BadRequest, match="There is no test in the folder"):
        cases_at([tmp_path])


def test_of_a_large_file_no_more_is_read_than_tells_that_it_is_large(tmp_path: Path) -> None:
    large = tmp_path / "large.test.yaml"
    large.write_bytes(b"#" * 5_000_000)

    [file] = cases_at([large])

    assert len(file.data) == MOST_BYTES + 1
