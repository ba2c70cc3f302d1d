"""Tests of the rules that say what is so around an asking, or who agrees to it."""

from functools import partial

import pytest

from bot.domain.decision import Effect, TargetFacts
from bot.pipeline.values import build
from policies.reading import Problem
from policies.testing import Case, CaseFile, Reader, judge
from tests.policies.sample import CATALOGUE, rules
from tests.policies.test_lanes import APPROVERS, TWO_LANES

RULES = rules(TWO_LANES, APPROVERS)
READER = Reader(CATALOGUE, RULES.ids, partial(build, zone="UTC"), RULES.lane_names)
SAID = (
    "needs_approval by support-may with 2 of finance, "
    "saying 'Support may suspend once 2 of finance agree.'"
)
WHAT = "operation: users.suspend, params: {user: eve, reason: card testing}"
PLAIN = f"""\
- name: Support suspends.
  who: {{groups: [support]}}
  what: {{{WHAT}}}
  expect: needs_approval
"""


def read(*lines: str, of: str = PLAIN) -> list[Case | Problem]:
    text = of + "".join(f"  {line}\n" for line in lines)
    return list(READER.read(CaseFile("x.test.yaml", text.encode())))


def case(*lines: str, of: str = PLAIN) -> Case:
    [found] = read(*lines, of=of)
    assert isinstance(found, Case), found
    return found


def test_a_case_may_say_what_is_so_around_it() -> None:
    around = case(
        "approvals: {finance: 1}",
        "recent: 5",
        "recent_target: 2",
        "freeze: true",
        "incident: INC-1",
        "break_glass: true",
        "target: {environment: prod, owner: dba}",
    ).question.around

    assert (around.approvals, around.recent, around.recent_target) == ({"finance": 1}, 5, 2)
    assert (around.freeze, around.incident, around.break_glass) == (True, "INC-1", True)
    assert around.target == TargetFacts("prod", "dba")


def test_a_case_may_say_who_is_on_call() -> None:
    asked = case(of=PLAIN.replace("[support]", "[support], on_call: [platform]")).question

    assert asked.actor.on_call == {"platform"}


@pytest.mark.parametrize(
    ("lines", "passed", "came"),
    [
        (["needs: {finance: 2}"], True, "needs_approval by support-may with 2 of finance"),
        (["needs: {finance: 1}"], False, "needs_approval by support-may with 2 of finance"),
        (["needs: {}"], False, "needs_approval by support-may with 2 of finance"),
        (["approvals: {finance: 2}"], False, "allow by support-may"),
        (
            ["says: Support may suspend once 2 of finance agree."],
            True,
            SAID,
        ),
        (
            ["says: [Something else.]"],
            False,
            SAID,
        ),
    ],
)
def test_a_case_passes_by_what_it_needs_and_says_too(
    lines: list[str], came: str, *, passed: bool
) -> None:
    verdict = judge(case(*lines), RULES)

    assert (verdict.passed, verdict.came) == (passed, came)


def test_what_is_expected_is_said_with_its_needs_and_its_words() -> None:
    told = case("needs: {dba: 1, finance: 2}", "by: [support-may]", "says: So.")

    assert told.wish == "needs_approval by support-may with 1 of dba, 2 of finance, saying 'So.'"
    assert case("needs: {}").wish == "needs_approval with no approval"


def approving(who: str, more: str = "") -> str:
    """Return a case in which *who* agrees in the lane finance."""
    return (
        f"- name: Somebody agrees.\n  who: {who}\n"
        f"  what: {{approve: finance, {WHAT}{more}}}\n  expect: allow\n"
    )


def test_a_case_may_be_about_who_agrees() -> None:
    leads = judge(case(of=approving("{groups: [finance]}")), RULES)
    other = judge(case(of=approving("{groups: [dba]}")), RULES)

    assert (leads.passed, leads.decision.rules) == (True, ("finance-approves",))
    assert (other.passed, other.decision.effect) == (False, Effect.DENY)


def test_a_case_may_be_about_who_agrees_to_what_is_their_own() -> None:
    own = case(of=approving("{id: T1/U1, groups: [finance]}", ", requester: {id: T1/U1}"))

    assert judge(own, RULES).came == "deny by not-ones-own"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("approvals: {finanse: 1}", "Nobody may approve in the lane 'finanse'. Did you mean `fi"),
        ("needs: {finanse: 1}", "Nobody may approve in the lane 'finanse'. Did you mean `finance"),
        ("approvals: {finance: many}", "`finance` is 'many'. Write a whole number like `2`."),
        ("recent: -1", "`recent` is '-1'. Write a whole number like `2`."),
        ("recent: 99999999999999", "`recent` is '99999999999999'. Write a whole number like `2`."),
        ("freeze: perhaps", "`freeze` is 'perhaps'. Write `true` or `false`."),
        ("target: {environmnt: prod}", "`target` has no 'environmnt'. Did you mean `environment`?"),
        ("freze: true", "A case has no 'freze'. Did you mean `freeze`"),
        ("says: {a: b}", "`says` is no text. Write it on one line."),
    ],
)
def test_a_mistake_in_it_is_told_with_its_line_and_its_cure(line: str, said: str) -> None:
    [found] = read(line)

    assert str(found).startswith(f"x.test.yaml, line 5: {said}")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("approve: finance", "approve: finanse", "Nobody may approve in the lane 'finanse'."),
        ("{groups: [finance]}", "{schedule: T1/x}", "A schedule approves nothing. Name a person."),
        ("approve: finance, ", "requester: {}, ", "`requester` goes with `approve`. Name the lane"),
    ],
)
def test_a_mistake_in_who_agrees_is_told(old: str, new: str, said: str) -> None:
    [found] = read(of=approving("{groups: [finance]}").replace(old, new))

    assert str(found).startswith(f"x.test.yaml, line 3: {said}")
