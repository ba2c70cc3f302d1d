"""The catalogue finds an operation by a few letters of what it does."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.operation import Operation
from bot.domain.params import Option
from bot.slack.catalogue import as_options, catalogue_view, options_for
from bot.slack.state import asked_of
from tests.slack.monster import count_monsters, faults_of_view


def does(name: str, summary: str) -> Operation:
    return replace(count_monsters, name=name, summary=summary)


ALL = [
    does("users.suspend", "Suspend an account, with a reason."),
    does("users.resume", "Let a suspended account in again."),
    does("users.find", "Find accounts by address or name."),
    does("oncall.page", "Wake the person on call for a service."),
    does("meta.help", "Show what you may run."),
]


def found(typed: str) -> list[str]:
    return [option["value"] for option in options_for(ALL, typed)]


def test_the_catalogue_is_a_good_view_that_knows_where_it_was_asked() -> None:
    view = catalogue_view("C0OPS")

    assert faults_of_view(view) == []
    assert asked_of(view) == (None, "C0OPS")


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("users.su", "users.suspend"),
        ("suspend", "users.suspend"),
        ("SUSP", "users.suspend"),
        ("susepnd", "users.suspend"),
        ("wake", "oncall.page"),
        ("account resume", "users.resume"),
        ("halp", "meta.help"),
    ],
)
def test_the_best_match_comes_first(typed: str, first: str) -> None:
    assert found(typed)[0] == first


def test_nothing_typed_lists_all_by_name_and_nonsense_lists_nothing() -> None:
    assert found("") == sorted(o.name for o in ALL)
    assert found("xyzzy") == []


@given(st.text() | st.just("x" * 40_000))
def test_at_most_a_hundred_options_fit_whatever_is_typed(typed: str) -> None:
    many = [does(f"users.verb_{n}", "Do it " * 12) for n in range(150)]

    options = options_for(many, typed)

    assert len(options) <= 100
    assert all(len(o["text"]["text"]) <= 75 and len(o["value"]) <= 150 for o in options)


def test_a_value_that_slack_cannot_hold_or_that_comes_twice_is_not_offered() -> None:
    offered = [
        Option("a", "A"),
        Option("a", "Again"),
        Option("", "None"),
        Option("x" * 151, "Long"),
    ]

    assert [o["value"] for o in as_options(offered)] == ["a"]
    assert len(as_options(Option(str(n), str(n)) for n in range(120))) == 100
