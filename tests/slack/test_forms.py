"""A form shows every kind of field, what was typed, and what is wrong with it."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from bot.domain.errors import FieldError
from bot.domain.fields import Kind
from bot.domain.operation import Risk
from bot.domain.params import Option
from bot.pipeline.answers import Value
from bot.slack.blocks import mrkdwn, plain
from bot.slack.elements import draw
from bot.slack.forms import CONFIRM, check_form, form
from bot.slack.mrkdwn import text
from bot.slack.state import asked_of
from commands.meta.help import show_help
from tests.slack.monster import (
    count_monsters,
    faults_of_view,
    mrkdwn_in,
    tame_monster,
    words_in,
)

FIELDS = {f.name: f for f in tame_monster.fields}
GOOD: Mapping[str, Value] = {
    "title": "A leak",
    "story": "It drips.\nIt runs.",
    "count": "7",
    "amount": "12.50",
    "loud": "yes",
    "size": "Large",
    "town": "t139",
    "tags": ("red", "blue"),
    "colours": ("c1", "c39"),
    "towns": ("t1", "t139"),
    "day": "2026-11-20",
    "at": "2026-11-20T14:00:00+01:00",
    "wait": "90m",
    "mail": "ada@example.com",
    "owner": "U0ADA",
    "room": "C0OPS",
    "shop": "shop-1",
    "token": "hunter2",
}
NASTY = st.sampled_from(
    [
        "<!channel>",
        "'; DROP TABLE account;--",
        "\u202eevil",
        "שלום",
        "x" * 40000,
        "=1+1",
        "\x00",
        "a\nb",
        "2026-11-20",
        "2026-11-20 14:00",
        "0001-01-01T00:00Z",
        "-5",
        "1e9",
        "D0ME",
        "a@b",
        "red,blue",
    ]
) | st.text(max_size=200)
VALUES = st.dictionaries(
    st.sampled_from(sorted(FIELDS)), NASTY | st.lists(NASTY, max_size=12).map(tuple)
)
ERRORS = st.lists(
    st.builds(FieldError, st.sampled_from([*FIELDS, CONFIRM, "", "lost"]), NASTY), max_size=30
)


def inputs(view: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {b["block_id"]: b for b in view["blocks"] if b["type"] == "input"}


def above(view: dict[str, Any], field: str) -> str:
    """Return what is written between the field before and *field*."""
    names = [b.get("block_id") for b in view["blocks"]]
    before = view["blocks"][: names.index(field)]
    start = max((n + 1 for n, b in enumerate(before) if b["type"] == "input"), default=0)
    return " ".join(mrkdwn_in(before[start:]))


def test_the_monster_has_a_field_of_every_kind() -> None:
    assert {f.kind for f in tame_monster.fields} == set(Kind)
    assert check_form(tame_monster) == []


def test_a_blank_form_and_a_full_one_are_good() -> None:
    assert faults_of_view(form(tame_monster, {}, confirm=True)) == []
    assert faults_of_view(form(tame_monster, GOOD, confirm=True, channel="C0OPS")) == []
    assert faults_of_view(form(count_monsters, {})) == []


@pytest.mark.parametrize(
    ("field", "shown"),
    [
        ("title", {"type": "plain_text_input", "min_length": 5, "max_length": 80}),
        ("story", {"multiline": True, "initial_value": "It drips.\nIt runs."}),
        ("count", {"is_decimal_allowed": False, "min_value": "1", "max_value": "10"}),
        ("amount", {"is_decimal_allowed": True, "min_value": "1.00", "max_value": "999.50"}),
        ("amount", {"initial_value": "12.50"}),
        ("loud", {"type": "radio_buttons"}),
        ("size", {"type": "static_select"}),
        ("town", {"type": "external_select", "min_query_length": 1}),
        ("tags", {"type": "checkboxes"}),
        ("colours", {"type": "multi_static_select"}),
        ("towns", {"type": "multi_external_select"}),
        ("day", {"type": "datepicker", "initial_date": "2026-11-20"}),
        ("at", {"type": "datetimepicker", "initial_date_time": 1_795_179_600}),
        ("wait", {"type": "plain_text_input", "initial_value": "90m"}),
        ("mail", {"type": "email_text_input", "initial_value": "ada@example.com"}),
        ("owner", {"type": "users_select", "initial_user": "U0ADA"}),
        ("room", {"type": "conversations_select", "initial_conversation": "C0OPS"}),
        ("shop", {"type": "external_select", "min_query_length": 1}),
        ("token", {"type": "plain_text_input"}),
    ],
)
def test_each_kind_has_its_element_and_shows_what_was_typed(
    field: str, shown: dict[str, object]
) -> None:
    element = inputs(form(tame_monster, GOOD))[field]["element"]

    assert element.items() >= shown.items()


@pytest.mark.parametrize(
    ("field", "chosen"),
    [
        ("loud", ["yes"]),
        ("size", ["large"]),
        ("town", ["t139"]),
        ("tags", ["red", "blue"]),
        ("colours", ["c1", "c39"]),
        ("towns", ["t1", "t139"]),
        ("shop", ["shop-1"]),
    ],
)
def test_what_was_chosen_is_chosen(field: str, chosen: list[str]) -> None:
    element = inputs(form(tame_monster, GOOD))[field]["element"]

    options = element.get("initial_options") or [element["initial_option"]]
    assert [o["value"] for o in options] == chosen


def test_a_field_nobody_mentioned_shows_its_default_and_one_left_blank_stays_blank() -> None:
    fresh = inputs(form(tame_monster, {}))["size"]["element"]
    blank = inputs(form(tame_monster, {"size": ""}))["size"]["element"]

    assert fresh["initial_option"]["value"] == "small"
    assert "initial_option" not in blank


def test_a_hint_is_plain_text_and_has_no_marks_around_an_example() -> None:
    view = form(show_help, {})

    said = inputs(view)["operation"]["hint"]["text"]
    assert "like users.suspend." in said
    assert "`users.suspend`" in show_help.fields[0].help


def test_a_secret_is_nowhere_in_the_form() -> None:
    view = form(tame_monster, GOOD, errors=[FieldError("token", "It is too short.")], confirm=True)

    assert "hunter2" not in json.dumps(view)
    assert "never shown" in inputs(view)["token"]["hint"]["text"]


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("title", "x" * 90),
        ("title", "two\nlines"),
        ("count", "many"),
        ("count", "11"),
        ("amount", "1.234"),
        ("loud", "perhaps"),
        ("size", "huge"),
        ("tags", ("red", "pink")),
        ("day", "2026-02-30"),
        ("at", "2026-11-20 14:00"),
        ("at", "1969-01-01T00:00Z"),
        ("mail", "ada"),
        ("owner", "@ada"),
        ("room", "D0ME"),
        ("shop", "s" * 151),
    ],
)
def test_what_an_element_cannot_hold_is_told_above_it(field: str, typed: Value) -> None:
    view = form(tame_monster, {field: typed})

    assert not [k for k in inputs(view)[field]["element"] if k.startswith("initial")]
    assert "You typed `" in above(view, field)
    assert faults_of_view(view) == []


def test_a_value_that_is_too_short_is_shown_and_can_be_mended() -> None:
    element = draw(FIELDS["title"], "abc").element

    assert element["initial_value"] == "abc"
    assert "min_length" not in element


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("blank", ["", (), ("",), ("", "")])
def test_a_blank_value_of_any_shape_leaves_a_field_blank(field: str, blank: Value) -> None:
    drawn = draw(FIELDS[field], blank)

    assert drawn.held
    assert not [k for k in drawn.element if k.startswith("initial")]


def test_the_default_of_a_secret_is_not_shown() -> None:
    known = replace(FIELDS["token"], default=SecretStr("hunter2"))

    view = form(replace(tame_monster, fields=(known,), target=None), {})

    assert "hunter2" not in json.dumps(view)


def test_slack_is_told_to_link_nothing_in_our_texts() -> None:
    view = form(tame_monster, GOOD, errors=[FieldError("count", "See evil.example.")])

    sections = [b["text"] for b in view["blocks"] if b["type"] == "section"]
    assert sections
    assert all(words["verbatim"] is True for words in sections)


@pytest.mark.parametrize("empty", ["", " ", "\n"])
def test_a_text_that_would_be_empty_is_a_dash(empty: str) -> None:
    assert plain(empty, 75)["text"] == mrkdwn(text(empty))["text"] == "–"  # noqa: RUF001  A dash.


def test_a_time_in_a_zone_of_its_own_is_held() -> None:
    drawn = draw(FIELDS["at"], "2026-11-20 14:00 Europe/Berlin")

    assert drawn.element["initial_date_time"] == 1_795_179_600


def test_an_error_stands_directly_above_its_field_and_cannot_call_anybody() -> None:
    errors = [FieldError("count", "'<!channel>' is not a whole number; write 42.")]

    view = form(tame_monster, {"count": "<!channel>"}, errors=errors)

    assert "⚠️ '&lt;!channel&gt;' is not a whole number" in above(view, "count")
    assert above(view, "amount") == ""


def test_what_an_error_quotes_already_is_not_repeated() -> None:
    errors = [FieldError("count", "'eleven' is not a whole number.")]

    words = above(form(tame_monster, {"count": "eleven"}, errors=errors), "count")

    assert words.count("eleven") == 1


def test_an_error_of_no_field_stands_at_the_top_with_the_name_it_was_given() -> None:
    view = form(tame_monster, {}, errors=[FieldError("colour", "There is no such field.")])

    assert "colour: There is no such field." in above(view, "title")


def test_the_target_is_asked_for_by_name() -> None:
    known = inputs(form(tame_monster, GOOD, confirm=True))[CONFIRM]
    unknown = inputs(form(tame_monster, {}, confirm=True))[CONFIRM]
    untargeted = inputs(form(replace(tame_monster, target=None), {}, confirm=True))[CONFIRM]

    assert known["label"]["text"] == "Type shop-1 to confirm"
    assert unknown["label"]["text"] == "Type the shop once more to confirm"
    assert untargeted["label"]["text"] == "Type monsters.tame to confirm"
    assert CONFIRM not in inputs(form(tame_monster, GOOD))


@pytest.mark.parametrize(
    ("risk", "says", "submit"),
    [
        (Risk.READ, "*Tame a monster.*", "Tame"),
        (Risk.CHANGE, "Changes something", "Tame"),
        (Risk.DISRUPT, "Disturbs people or running services", "Tame now"),
    ],
)
def test_the_form_says_what_it_does_and_what_it_risks(risk: Risk, says: str, submit: str) -> None:
    view = form(replace(tame_monster, risk=risk), {})

    assert says in above(view, "title")
    assert view["title"]["text"] == "Tame monsters"
    assert view["submit"]["text"] == submit


def test_a_title_that_is_too_long_keeps_the_verb() -> None:
    view = form(replace(count_monsters, name="infrastructure.rotate_all_keys"), {})

    assert view["title"]["text"] == "Rotate all keys"


def test_the_operation_and_the_channel_travel_with_the_form() -> None:
    assert asked_of(form(tame_monster, {}, channel="C0OPS")) == ("monsters.tame", "C0OPS")
    assert asked_of(form(tame_monster, {})) == ("monsters.tame", None)


def test_values_too_many_for_a_view_are_asked_for_again() -> None:
    story = next(f for f in tame_monster.fields if f.name == "story")
    many = tuple(replace(story, name=f"story_{n}") for n in range(40))
    talkative = replace(tame_monster, fields=many, target=None)

    view = form(talkative, {f.name: "😀" * 3000 for f in many})

    assert "too long to be shown" in above(view, "story_0")
    assert check_form(talkative) == []
    assert faults_of_view(view) == []


@given(VALUES, ERRORS, st.none() | st.just("C0OPS"))
def test_any_values_and_errors_make_a_good_form_that_calls_nobody(
    values: Mapping[str, Value], errors: list[FieldError], channel: str | None
) -> None:
    view = form(tame_monster, values, errors=errors, confirm=True, channel=channel)

    assert faults_of_view(view) == []
    assert not [w for w in mrkdwn_in(view) if "<" in w or "\u202e" in w]
    assert not [w for w in words_in(inputs(view)["title"]["label"]) if "\u202e" in w]


def test_an_operation_that_no_form_can_hold_is_told_at_start() -> None:
    title, size = FIELDS["title"], FIELDS["size"]
    long = tuple(Option(f"{n:0>150}", "😀" * 75) for n in range(100))
    wrong = replace(
        tame_monster,
        name="monsters." + "a" * 150,
        fields=(
            replace(title, name=CONFIRM),
            replace(size, choices=(Option("x" * 151, "Long"), Option("", "Empty"))),
            *(replace(size, name=f"size_{n}", choices=long) for n in range(50)),
        ),
    )

    told = " ".join(check_form(wrong))

    for words in ("a name has at most 150", "'confirm'", "1 to 150", "52 fields", "too many"):
        assert words in told
