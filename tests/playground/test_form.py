"""Every kind of field takes what a person would give it, and refuses what the client would."""

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground import form
from playground.errors import CannotDo
from playground.model import Person, View
from tests.playground.bad_views import field, option, plain

ADA = Person("U1", "ada", "T1")


def view_with(element: dict[str, Any], **more: Any) -> View:
    body = {"type": "modal", "title": plain("A"), "blocks": [field("one", element, **more)]}
    return View("V1", ADA.id, body, "h", "V1", values=form.initial_values(body))


def value_after(element: dict[str, Any], given_value: Any) -> Any:
    view = view_with(element)
    form.fill(view, "one", given_value)
    ((block, found),) = form.fillable(view.body)
    return form.field_of(view, block, found).value


OPTIONS = {"options": [option(1), option(2)]}


@pytest.mark.parametrize(
    ("element", "entered", "value"),
    [
        ({"type": "plain_text_input"}, "words", "words"),
        ({"type": "plain_text_input"}, "", None),
        ({"type": "number_input", "is_decimal_allowed": True}, Decimal("1.50"), "1.50"),
        ({"type": "static_select", **OPTIONS}, "Option 2", "2"),
        ({"type": "radio_buttons", **OPTIONS}, "2", "2"),
        ({"type": "multi_static_select", **OPTIONS}, ["1", "Option 2"], ["1", "2"]),
        ({"type": "checkboxes", **OPTIONS}, True, ["1", "2"]),
        ({"type": "checkboxes", **OPTIONS}, False, []),
        ({"type": "users_select"}, ADA, "U1"),
        ({"type": "multi_users_select"}, [ADA], ["U1"]),
        ({"type": "channels_select"}, "C1", "C1"),
        ({"type": "datepicker"}, date(2026, 11, 20), "2026-11-20"),
        ({"type": "timepicker"}, time(9, 5), "09:05"),
        ({"type": "datetimepicker"}, datetime(2026, 11, 20, tzinfo=UTC), 1795132800),
        ({"type": "datepicker", "initial_date": "2026-11-20"}, None, None),
    ],
)
def test_a_field_holds_what_was_entered(element: dict[str, Any], entered: Any, value: Any) -> None:
    assert value_after(element, entered) == value


@pytest.mark.parametrize(
    ("element", "entered", "words"),
    [
        ({"type": "plain_text_input"}, None, "required"),
        ({"type": "plain_text_input", "min_length": 3}, "ab", "at least 3"),
        ({"type": "plain_text_input", "max_length": 3}, "abcd", "at most 3"),
        ({"type": "number_input", "is_decimal_allowed": True}, "many", "a number"),
        ({"type": "number_input", "is_decimal_allowed": False}, "1.5", "whole number"),
        ({"type": "number_input", "is_decimal_allowed": False, "min_value": "2"}, 1, "at least 2"),
        ({"type": "number_input", "is_decimal_allowed": False, "max_value": "2"}, 3, "at most 2"),
        ({"type": "email_text_input"}, "ada", "email"),
        ({"type": "url_text_input"}, "ada", "URL"),
        ({"type": "checkboxes", **OPTIONS}, False, "required"),
    ],
)
def test_the_client_says_what_is_wrong(element: dict[str, Any], entered: Any, words: str) -> None:
    view = view_with(element)
    form.fill(view, "one", entered)

    assert words in form.client_errors(view)["one"]


def test_an_optional_field_may_stay_empty() -> None:
    assert form.client_errors(view_with({"type": "plain_text_input"}, optional=True)) == {}


def test_a_field_is_found_by_its_label_too() -> None:
    assert form.fill(view_with({"type": "plain_text_input"}), "A", "x")["value"] == "x"


def test_a_field_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(CannotDo, match=r"'two'.*There are: one"):
        form.fill(view_with({"type": "plain_text_input"}), "two", "x")


@given(st.text(min_size=1))
def test_any_words_typed_survive_an_update_with_the_same_ids(words: str) -> None:
    view = view_with({"type": "plain_text_input", "initial_value": "old"})
    form.fill(view, "one", words)

    kept = form.kept_values(view.values, view.body)

    assert kept["one"]["value"]["value"] == words


def test_a_new_initial_value_needs_a_new_id() -> None:
    view = view_with({"type": "plain_text_input", "initial_value": "old"})
    same = view_with({"type": "plain_text_input", "initial_value": "new"})
    other = view_with({"type": "plain_text_input", "initial_value": "new", "action_id": "other"})

    kept = form.kept_values(view.values, same.body)["one"]["value"]
    fresh = form.kept_values(view.values, other.body)["one"]["other"]

    assert (kept["value"], fresh["value"]) == ("old", "new")
