"""What is found in rules before they are in force, with its place and its cure."""

import pytest

from bot.domain.catalogue import Catalogue
from bot.domain.errors import Misconfigured
from policies.check import check
from policies.engine import CedarRules
from policies.reading import Problem, RuleFile
from tests.policies.sample import CATALOGUE, HELP, OPEN_TO_ALL, WHOAMI

SUSPENDING = 'permit (principal, action == Action::"users.suspend", resource)'
NAMED = '@id("a") @doc("A sentence.")\n'


def found(*texts: str) -> list[Problem]:
    return check([RuleFile(f"{n}.cedar", t) for n, t in enumerate(texts)], CATALOGUE)


def mistakes(*texts: str) -> list[Problem]:
    return [p for p in found(*texts) if not p.warning]


def test_good_rules_have_no_problems() -> None:
    assert found("// Nothing but a remark; with a semicolon.\n", OPEN_TO_ALL, "\n") == []


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("permit (principl, action, resource);", 1, "principl"),
        ("\n\n// ;\npermit (principal, action, resource)", 4, "unexpected end of input"),
        (f"{OPEN_TO_ALL}\npermit (\n  principal,\n  action,\n  resorce\n);", 5, "resorce"),
        ("permit (principal,\n  action == nothing,\n  resource);", 2, "found name `nothing`"),
        ("permit (principal,\n  action resource\n);", 2, "unexpected token"),
        ("permit (principal,\n  action)\n;", 1, "missing the `resource` variable"),
        ("permit (principal, action, resource)\nwhen {\n  1 = 2\n};", 3, "'=' is not a valid"),
        ('permit (principal, action, resource)\nwhen { "a };', 1, "invalid token"),
        ('@id("a")\n@id("b")\npermit (principal, action, resource);', 1, "duplicate"),
        ("permit (principal, action, resource) when { f(1) };", 1, "`f` is not a valid function"),
        ("permit (principal, action, resource) when { " + "!" * 300 + "true };", 1, "Cedar"),
    ],
)
def test_what_is_not_cedar_is_found_with_its_line(text: str, line: int, words: str) -> None:
    problem = mistakes(text)[0]

    assert (problem.file, problem.line, problem.rule) == ("0.cedar", line, "")
    assert words in problem.message
    assert problem.message.endswith("ends with a semicolon.")


def test_semicolons_in_strings_and_remarks_end_no_rule() -> None:
    text = """
    @id("a") // one; two
    @doc("Semicolons; \\"quoted; even\\".") permit (principal, action, resource);
    permit;
    """

    problems = mistakes(text)

    assert [(p.line, p.rule) for p in problems] == [(4, "")]


@pytest.mark.parametrize(
    ("rule", "words", "cure"),
    [
        (
            "permit (principal, action, resource) when { context.channel.shared };",
            "optional attribute `channel`",
            "`context has channel && …`",
        ),
        (
            "permit (principal, action, resource) when { principal.guest };",
            "attribute `guest` on entity type `Schedule`",
            "`principal is User`",
        ),
        (
            'permit (principal in Usergruop::"x", action, resource);',
            "unrecognized entity type `Usergruop`",
            "Rules know User, Schedule, Usergroup",
        ),
        (
            'permit (principal == Usergroup::"x", action, resource);',
            "unable to find an applicable action",
            "with `in`",
        ),
        (
            "permit (principal, action, resource) when { context.surface == 3 };",
            "the types Long and String are not compatible",
            "money is an integer",
        ),
        (
            f"{SUSPENDING} when {{ context.params.dys > 3 }};",
            "attribute `params.dys` not found",
            "`redbutton operations`",
        ),
        (
            f'{SUSPENDING} when {{ context.params.code == "1" }};',
            "attribute `params.code`",
            "`redbutton operations`",
        ),
    ],
)
def test_what_does_not_fit_the_operations_is_found_with_the_rule_and_its_line(
    rule: str, words: str, cure: str
) -> None:
    problems = mistakes(OPEN_TO_ALL + "\n\n" + NAMED + rule)

    assert [(p.file, p.line, p.rule) for p in problems] == [("0.cedar", 3, "a")]
    assert words in problems[0].message
    assert "policy0" not in problems[0].message
    assert cure in problems[0].message


@pytest.mark.parametrize(
    ("action", "cure"),
    [
        ("users.suspnd", "Did you mean `users.suspend`"),
        ("suspend", "Did you mean `users.suspend`"),
        ("wirte", "Did you mean `write`?"),
        ("usrs", "Did you mean `users`?"),
    ],
)
def test_an_unknown_operation_is_answered_with_the_nearest(action: str, cure: str) -> None:
    rule = f'permit (principal, action in Action::"{action}", resource);'

    problems = mistakes(NAMED + rule)

    assert len(problems) == 1
    assert str(problems[0]).startswith(f"0.cedar, line 1: There is no operation {action!r}. {cure}")


@pytest.mark.parametrize(
    ("annotations", "words"),
    [
        ('@doc("A sentence.")', "The rule's @id is ''."),
        ('@id("Not An Id") @doc("A sentence.")', "The rule's @id is 'Not An Id'."),
        ('@id("a")', "The rule's @doc is ''."),
        ('@id("a") @doc("No stop")', "The rule's @doc is 'No stop'."),
        ('@id("a") @doc("A sentence.") @dco("x")', "'@dco' means nothing here. Did you mean `doc`"),
    ],
)
def test_every_rule_has_a_name_and_a_sentence(annotations: str, words: str) -> None:
    problems = mistakes(annotations + " permit (principal, action, resource);")

    assert len(problems) == 1
    assert words in problems[0].message


def test_a_name_is_given_once_across_all_files() -> None:
    problems = mistakes(OPEN_TO_ALL, "\n" + OPEN_TO_ALL)

    assert [str(p) for p in problems] == [
        "1.cedar, line 2: The @id 'all' is taken by 0.cedar, line 1. Give each rule its own."
    ]


def test_a_rule_with_a_slot_would_never_be_asked() -> None:
    problems = mistakes(NAMED + "permit (principal == ?principal, action, resource);")

    assert [p.rule for p in problems] == ["a"]
    assert "has a slot" in problems[0].message


@pytest.mark.parametrize(
    "comparison",
    [
        'principal == Usergroup::"support"',
        'User::"T1/U1" != Schedule::"T1/x"',
        'resource == User::"T1/U1"',
        'context has channel && context.channel == ChannelGroup::"ops"',
        "principal == resource",
    ],
)
def test_comparing_what_can_never_be_the_same_is_found(comparison: str) -> None:
    rule = f"permit (principal, action, resource) when {{ {comparison} }};"

    problems = mistakes(NAMED + rule)

    assert len(problems) == 1
    assert "which is never the same" in problems[0].message


@pytest.mark.parametrize(
    "comparison",
    [
        'principal == User::"T1/U1"',
        'resource == Target::user::"eve"',
        'context has channel && context.channel == Channel::"C1"',
        "context.weekday == 3",
    ],
)
def test_comparing_what_can_be_the_same_is_fine(comparison: str) -> None:
    rule = f"permit (principal, action, resource) when {{ {comparison} }};"

    assert mistakes(NAMED + rule) == []


def test_an_operation_that_nobody_may_run_is_a_warning() -> None:
    groups = 'Action::"users", Action::"approval", Action::"glass", Action::"read"'
    rule = f"permit (principal, action in [{groups}], resource);"

    problems = found(NAMED + rule)

    assert [str(p) for p in problems] == [
        "Nobody may run 'db.drop'. Permit it to somebody: `action == Action::\"db.drop\"`."
    ]
    assert problems[0].warning


def test_a_group_that_does_not_exist_is_a_warning_where_groups_are_known() -> None:
    rule = 'permit (principal, action, resource) when { principal in Usergroup::"suport" };'
    files = [RuleFile("x.cedar", NAMED + rule)]

    near = check(files, CATALOGUE, ["support", "sre"])
    none = check(files, CATALOGUE, [])

    assert [str(p) for p in near] == [
        "x.cedar, line 1: There is no group 'suport'. Did you mean `support`?"
    ]
    assert [p.message for p in none] == ["There is no group 'suport'. There are none."]
    assert near[0].warning
    assert check(files, CATALOGUE, ["suport"]) == check(files, CATALOGUE) == []


def test_problems_come_in_the_order_of_files_and_lines() -> None:
    bad = "permit (x);"

    problems = found(f"{OPEN_TO_ALL}\n{bad}", f"{bad}\n\n{OPEN_TO_ALL}")

    assert [(p.file, p.line) for p in problems] == [("0.cedar", 2), ("1.cedar", 1), ("1.cedar", 3)]


def test_rules_with_a_mistake_are_not_put_in_force() -> None:
    files = [RuleFile("x.cedar", "\npermit (x, action, resource);\npermit (y);")]

    with pytest.raises(Misconfigured) as raised:
        CedarRules.load(files, CATALOGUE)

    assert "have 2 mistakes; x.cedar, line 2: This is not Cedar" in raised.value.message
    assert raised.value.fix == "`redbutton policy check` lists all of them."


def test_rules_with_a_warning_are_put_in_force() -> None:
    meta = f'{NAMED} permit (principal, action in Action::"meta", resource);'

    in_force = CedarRules.load([RuleFile("x.cedar", meta)], CATALOGUE)

    assert in_force.digest


def test_a_catalogue_without_targets_can_have_rules() -> None:
    assert check([RuleFile("x.cedar", OPEN_TO_ALL)], Catalogue([HELP, WHOAMI])) == []
