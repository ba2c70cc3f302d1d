"""What a room is called, whatever was typed, and the mark by which it is known again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.slack.naming import (
    LABEL,
    fitted,
    mark_in,
    mark_of,
    marked,
    numbered,
    room_name,
    unescaped,
)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Checkout is down", "checkout-is-down"),
        ("inc-42 Größe: Übergröße!", "inc-42-grosse-ubergrosse"),
        ("Łódź & Ærø", "lodz-aero"),
        ("<!here> look", "here-look"),
        ("🔥🔥 fire 🔥", "fire"),
        ("🔥", "room"),
        ("   ", "room"),
        ("", "room"),
        ("--- _x_ ---", "x"),
        ("日本語", "room"),
        ("a\n\tb", "a-b"),
    ],
)
def test_whatever_is_typed_becomes_a_name_that_slack_takes(typed: str, name: str) -> None:
    assert room_name(typed) == name


def test_a_long_name_is_cut_and_ends_in_no_dash() -> None:
    assert room_name("x" * 300) == "x" * 80
    assert room_name("x" * 79 + " and more") == "x" * 79


@given(st.text(max_size=400), st.integers(1, 20))
def test_every_name_has_1_to_80_signs_that_slack_takes(typed: str, number: int) -> None:
    name = numbered(room_name(typed), number)

    assert 1 <= len(name) <= 80
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-_")
    assert name.strip("-_") == name


def test_the_second_room_of_a_name_is_numbered_within_80_characters() -> None:
    assert numbered("inc", 1) == "inc"
    assert numbered("inc", 2) == "inc-2"
    assert numbered("x" * 80, 12) == "x" * 77 + "-12"


@given(st.text(max_size=600), st.text(max_size=40))
def test_a_mark_is_found_again_whatever_stands_before_it(purpose: str, key: str) -> None:
    whole = marked(purpose, key)

    assert mark_in(unescaped(whole)) == mark_of(key)
    escaped = whole.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert len(escaped) <= LABEL


def test_words_that_are_too_long_are_cut_and_say_so() -> None:
    assert fitted("a  b\nc") == "a b c"
    assert fitted("x" * 251) == "x" * 249 + "…"
    assert len(fitted("&" * 250)) == 50
