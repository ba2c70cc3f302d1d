"""What a form holds comes back as people would have typed it, whatever else Slack sends."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.pipeline.answers import Value
from bot.slack.state import asked_of, chosen_of, confirmed_of, values_of
from tests.slack.monster import tame_monster


def holding(**elements: dict[str, Any]) -> dict[str, Any]:
    return {"state": {"values": {name: {"value": e} for name, e in elements.items()}}}


def one(value: str) -> dict[str, Any]:
    return {"text": {"type": "plain_text", "text": value}, "value": value}


@pytest.mark.parametrize(
    ("field", "element", "value"),
    [
        ("title", {"type": "plain_text_input", "value": "A leak"}, "A leak"),
        ("count", {"type": "number_input", "value": "7"}, "7"),
        ("amount", {"type": "number_input", "value": "12.50"}, "12.50"),
        ("loud", {"selected_option": one("yes")}, "yes"),
        ("size", {"selected_option": one("large")}, "large"),
        ("tags", {"selected_options": [one("red"), one("blue")]}, ("red", "blue")),
        ("colours", {"selected_options": [one("c1")]}, ("c1",)),
        ("day", {"selected_date": "2026-11-20"}, "2026-11-20"),
        ("at", {"selected_date_time": 1_795_179_600}, "2026-11-20T13:00:00+00:00"),
        ("wait", {"value": "90m"}, "90m"),
        ("mail", {"type": "email_text_input", "value": "ada@example.com"}, "ada@example.com"),
        ("owner", {"selected_user": "U0ADA"}, "U0ADA"),
        ("room", {"selected_conversation": "C0OPS"}, "C0OPS"),
        ("shop", {"selected_option": one("shop-1")}, "shop-1"),
        ("token", {"value": "hunter2"}, "hunter2"),
    ],
)
def test_each_kind_is_read(field: str, element: dict[str, Any], value: Value) -> None:
    assert values_of(holding(**{field: element}), tame_monster) == {field: value}


def test_empty_fields_are_left_out() -> None:
    view = holding(title={"value": None}, tags={"selected_options": []}, at={}, day={"value": ""})

    assert values_of(view, tame_monster) == {}


def test_a_default_that_was_taken_out_is_blank() -> None:
    view = holding(size={"selected_option": None})

    assert values_of(view, tame_monster) == {"size": ""}


def test_what_confirms_and_what_was_chosen_are_read() -> None:
    assert confirmed_of(holding(confirm={"value": "shop-1"})) == "shop-1"
    assert confirmed_of(holding(confirm={"value": None})) is None
    assert chosen_of(holding(operation={"selected_option": one("users.find")})) == "users.find"
    assert chosen_of(holding()) is None


@pytest.mark.parametrize("seconds", [10**18, -(10**18), True, "1795179600", 1.5])
def test_a_time_that_no_calendar_has_is_left_out(seconds: object) -> None:
    assert values_of(holding(at={"selected_date_time": seconds}), tame_monster) == {}


@pytest.mark.parametrize(
    "written", [None, "", "{", "[1]", "7", '{"op":7,"ch":[]}', "[" * 100_000, "9" * 5000, {}]
)
def test_metadata_that_is_not_ours_tells_nothing(written: object) -> None:
    assert asked_of({"private_metadata": written}) == (None, None)


JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["value", "selected_option", "title", "at"]),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(
            st.sampled_from(
                [
                    "state",
                    "values",
                    "value",
                    "title",
                    "at",
                    "tags",
                    "size",
                    "selected_option",
                    "selected_options",
                    "selected_date_time",
                    "private_metadata",
                    "confirm",
                ]
            ),
            inner,
        )
    ),
    max_leaves=12,
)


@given(JUNK)
def test_anything_at_all_is_read_without_a_fuss(view: Any) -> None:
    assert isinstance(values_of(view, tame_monster), dict)
    assert isinstance(values_of({"state": {"values": view}}, tame_monster), dict)
    assert confirmed_of(view) is None or confirmed_of(view)
    assert len(asked_of(view)) == 2


@given(st.sampled_from(tame_monster.fields), JUNK)
def test_any_element_is_read_without_a_fuss(field: Any, element: Any) -> None:
    assert isinstance(values_of(holding(**{field.name: element}), tame_monster), dict)
