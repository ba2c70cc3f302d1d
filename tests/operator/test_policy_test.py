"""`redbutton policy test` as somebody who writes rules types it."""

import pytest

from tests.operator.place import Place, settings_of

RULES = """\
@id("sales-find")
@doc("`sales` may look users up.")
permit (principal in Usergroup::"sales", action == Action::"users.find", resource);

@id("not-on-sundays")
@doc("Nobody may do anything on Sundays.")
forbid (principal, action, resource) when { context.weekday == 7 };
"""
GOOD = """\
- name: Sales looks a user up.
  who: {groups: [sales]}
  what:
    operation: users.find
    params: {text: ann}
  expect: allow
  by: [sales-find]

- name: Not on a Sunday.
  who: {groups: [sales]}
  what: {operation: users.find, params: {text: ann}}
  when: 2026-11-22T10:00:00+01:00
  expect: deny
  by: [not-on-sundays]
"""


@pytest.fixture
def ruled(place: Place) -> Place:
    """Return a place with rules of its own, and good tests of them."""
    (place.folder / "rules").mkdir()
    (place.folder / "rules" / "sales.cedar").write_text(RULES)
    (place.folder / "rules" / "sales.test.yaml").write_text(GOOD)
    place.configure(settings_of(place.folder, "[policy]\npaths = ['rules']"))
    return place


def rewrite(place: Place, old: str, new: str) -> None:
    """Put *new* in place of *old* in the tests at *place*."""
    (place.folder / "rules" / "sales.test.yaml").write_text(GOOD.replace(old, new))


async def test_the_shipped_rules_pass_their_tests_in_one_line(place: Place) -> None:
    said = await place.types("policy", "test")

    assert (said.code, said.err) == (0, "")
    assert said.out.count("\n") == 1
    assert said.out.endswith(" cases passed.\n")


async def test_ones_own_tests_are_tried_beside_the_shipped_ones(ruled: Place) -> None:
    alone = await ruled.types("policy", "test", "rules")
    both = await ruled.types("policy", "test", "--json")

    names = [case["name"] for case in both.json["cases"]]
    assert (alone.code, alone.out) == (0, "2 cases passed.\n")
    assert (both.code, both.json["mistakes"]) == (0, [])
    assert names[-2:] == ["Sales looks a user up.", "Not on a Sunday."]
    assert len(names) > 20


async def test_ones_own_rules_may_contradict_the_shipped_tests(ruled: Place) -> None:
    nobody = '@id("nobody") @doc("Nobody may.") forbid (principal, action, resource);'
    (ruled.folder / "rules" / "nobody.cedar").write_text(nobody)
    rewrite(ruled, GOOD, GOOD[GOOD.index("- name: Not") :].replace("[not", "[nobody, not"))

    said = await ruled.types("policy", "test")

    assert said.code == 0, said


async def test_a_failed_case_tells_what_came_and_by_which_sentence(ruled: Place) -> None:
    rewrite(ruled, "[not-on-sundays]", "[sales-find]")

    said = await ruled.types("policy", "test", "rules")

    assert (said.code, said.err) == (1, "")
    assert said.out.splitlines() == [
        "FAILED  Not on a Sunday.",
        "  rules/sales.test.yaml:9: expected deny by sales-find; came deny by not-on-sundays.",
        "  not-on-sundays: Nobody may do anything on Sundays.",
        "1 of 2 cases failed.",
    ]


async def test_a_case_that_no_rule_permits_tells_who_may(ruled: Place) -> None:
    rewrite(ruled, "[sales]}\n  what:\n", "[]}\n  what:\n")

    said = await ruled.types("policy", "test", "rules/sales.test.yaml")
    told = await ruled.types("policy", "test", "rules/sales.test.yaml", "--json")

    assert (said.code, told.code) == (1, 1)
    assert "expected allow by sales-find; came deny by no rule." in said.out
    assert "  Who may: `sales` may look users up." in said.out
    failed, passed = told.json["cases"]
    assert (failed["ok"], failed["place"], passed["ok"]) == (False, "rules/sales.test.yaml:1", True)
    assert "`sales` may look users up." in failed["reasons"]


async def test_every_mistake_in_a_test_is_told_with_its_line_and_its_cure(ruled: Place) -> None:
    rewrite(ruled, "params: {text: ann}\n  expect: allow", "params: {txt: ann}\n  expect: allow")
    (ruled.folder / "rules" / "other.test.yaml").write_text("- name: A guest.\n  whom: {}\n")

    said = await ruled.types("policy", "test")
    told = await ruled.types("policy", "test", "--json")

    assert (said.code, said.out, told.code) == (2, "", 2)
    assert said.err.splitlines() == [
        "rules/other.test.yaml, line 2: A case has no 'whom'. Did you mean `who`?",
        "rules/sales.test.yaml, line 5: users.find has no field 'txt'. Did you mean `text`?",
    ]
    assert [one["name"] for one in told.json["mistakes"]] == [
        "rules/other.test.yaml:2",
        "rules/sales.test.yaml:5",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("#" * 5_000_000, "line 1: The file is larger than 256 KiB."),
        ("- &a [x]\n- [*a, *a]\n", "line 2: The alias `*a` is not taken here."),
    ],
    ids=["large", "aliases"],
)
async def test_a_file_that_cannot_be_read_is_told_without_delay(
    ruled: Place, text: str, said: str
) -> None:
    rewrite(ruled, GOOD, text)

    told = await ruled.types("policy", "test")

    assert (told.code, told.out) == (2, "")
    assert told.err.startswith(f"rules/sales.test.yaml, {said}")
    assert told.err.count("\n") == 1


async def test_rules_with_a_mistake_are_not_tested(ruled: Place) -> None:
    (ruled.folder / "rules" / "sales.cedar").write_text(f"{RULES}\npermit (x);")

    said = await ruled.types("policy", "test")

    assert (said.code, said.out) == (2, "")
    assert "rules/sales.cedar, line 9: This is not Cedar" in said.err


async def test_where_there_are_no_tests_it_says_so(ruled: Place) -> None:
    (ruled.folder / "rules" / "sales.test.yaml").unlink()
    ruled.configure(settings_of(ruled.folder, "[policy]\npaths = ['rules']\nreplace = true"))

    said = await ruled.types("policy", "test")
    nowhere = await ruled.types("policy", "test", "nowhere")

    assert (said.code, nowhere.code) == (2, 2)
    assert said.err.startswith("There are no tests of the rules.\n")
    assert nowhere.err.startswith("The tests 'nowhere' cannot be read: No such file")
