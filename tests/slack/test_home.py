"""The App Home: what one may run, drawn as Slack takes it, and what its buttons open."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.operation import Operation, Risk
from bot.pipeline.answers import Refusal
from bot.slack.home import home_view, nothing_view
from playground.model import Person
from playground.screen import Modal
from tests.slack.conftest import Surface
from tests.slack.monster import count_monsters, faults_of_view, mrkdwn_in, words_in


def does(name: str, summary: str = "Do it.", risk: Risk = Risk.READ) -> Operation:
    return replace(count_monsters, name=name, summary=summary, risk=risk)


ALL = [
    does("users.find", "Find accounts."),
    does("meta.help", "Show what you may run."),
    does("users.suspend", "Suspend an account.", Risk.CHANGE),
    does("db.failover", "Move a database.", Risk.DISRUPT),
]
HOSTILE = "<!channel> *bold* <https://evil.example|bank> :wave: `code`."


def _opens(block: dict[str, Any]) -> bool:
    return str(block.get("accessory", {}).get("action_id")).startswith("open_form:")


async def home(surface: Surface, person: Person) -> Modal:
    """Let *person* open the Home, and return it once it is there."""
    await surface.slack.opens_home(person)
    await surface.homes.settled()
    shown = surface.slack.sees(person).home
    assert shown is not None
    return shown


def test_what_one_may_run_stands_below_its_group_with_a_mark_where_it_is_more_than_a_look() -> None:
    view = home_view(ALL, 9)

    assert faults_of_view(view, "home") == []
    assert [word for word in mrkdwn_in(view) if "\n" in word or word.startswith("*")] == [
        "*Db*",
        "`db.failover` ⚠️\nMove a database.",
        "*Meta*",
        "`meta.help`\nShow what you may run.",
        "*Users*",
        "`users.find`\nFind accounts.",
        "`users.suspend` ✏️\nSuspend an account.",
    ]
    assert any("you may run 4 of 9." in word for word in mrkdwn_in(view))


def test_marks_are_explained_where_there_are_any() -> None:
    assert "✏️ changes something" in " ".join(mrkdwn_in(home_view(ALL, 9)))
    assert "✏️" not in " ".join(mrkdwn_in(home_view(ALL[:2], 9)))


@settings(max_examples=40)
@given(st.lists(st.integers(1, 60), max_size=40), st.sampled_from(Risk))
def test_however_many_there_are_the_view_is_good_and_none_is_left_out_unsaid(
    groups: list[int], risk: Risk
) -> None:
    many = [
        does(f"g{g}.verb_{n}", "&" * 75, risk) for g, size in enumerate(groups) for n in range(size)
    ]

    view = home_view(many, len(many))

    drawn = sum(_opens(block) for block in view["blocks"])
    left = f"{len(many) - drawn} more do not fit here." if drawn < len(many) else ""
    assert faults_of_view(view, "home") == []
    assert left in mrkdwn_in(view)[-1]
    assert drawn == len(many) or len(view["blocks"]) >= 98


def test_of_two_hundred_the_first_are_shown_and_the_button_finds_the_rest() -> None:
    view = home_view([does(f"users.verb_{n:03}") for n in range(200)], 200)

    assert faults_of_view(view, "home") == []
    assert len(view["blocks"]) == 100
    assert "105 more do not fit here. `Find an operation`, above" in mrkdwn_in(view)[-1]


def test_nothing_that_a_summary_or_a_reason_holds_takes_effect() -> None:
    views = [home_view([does("x.y", HOSTILE)], 1), nothing_view(Refusal(message=HOSTILE))]

    assert [faults_of_view(view, "home") for view in views] == [[], []]
    for words in (word for view in views for word in mrkdwn_in(view)):
        assert not any(mark in words for mark in ("<", "*bold*", ":wave:"))
    assert all("&lt;!channel&gt;" in " ".join(words_in(view)) for view in views)


async def test_whoever_opens_the_home_is_shown_it_and_again_when_it_is_opened_again(
    surface: Surface,
) -> None:
    ada = surface.slack.person("ada")
    first = await home(surface, ada)
    surface.desk.offered = surface.desk.offered[:1]  # type: ignore[index]  # It is no exception.

    second = await home(surface, ada)

    assert "users.suspend" in first.text
    assert "you may run 1 of 2." in second.text
    assert "users.suspend" not in second.text


async def test_the_messages_tab_is_left_as_it_is(surface: Surface) -> None:
    ada = surface.slack.person("ada")

    reply = await surface.slack.opens_home(ada, tab="messages")
    await surface.homes.settled()

    assert reply.ok
    assert surface.slack.sees(ada).home is None


async def test_who_may_run_nothing_is_told_so_in_one_sentence(surface: Surface) -> None:
    ada = surface.slack.person("ada")
    surface.desk.offered = []

    shown = await home(surface, ada)

    assert shown.texts == ("Redbutton", "You may run none of the operations here.")
    assert shown.buttons == ()


@pytest.mark.parametrize("fault", ["down", "server_error", "lossy"])
async def test_a_home_that_slack_does_not_take_is_logged_and_the_event_is_acked(
    surface: Surface, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    ada = surface.slack.person("ada")
    getattr(surface.slack.workspace.faults, fault)("views.publish")

    reply = await surface.slack.opens_home(ada)
    await surface.homes.settled()

    assert (reply.status, reply.text) == (200, "")
    assert "`views.publish`" in caplog.text


async def test_a_home_that_cannot_be_drawn_is_logged_and_the_event_is_acked(
    surface: Surface, caplog: pytest.LogCaptureFixture
) -> None:
    ada = surface.slack.person("ada")
    surface.desk.offered = RuntimeError("a defect")

    reply = await surface.slack.opens_home(ada)
    await surface.homes.settled()

    assert (reply.status, reply.text) == (200, "")
    assert "A Home could not be drawn." in caplog.text


async def test_the_button_of_the_home_opens_the_catalogue(surface: Surface) -> None:
    ada = surface.slack.person("ada")
    await home(surface, ada)

    await surface.slack.presses(ada, "Find an operation")

    assert set(surface.slack.modal(ada).fields) == {"operation"}


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("users.suspend", {"user", "reason"}),
        ("db.failover", {"user", "reason", "confirm"}),
    ],
)
async def test_the_form_of_an_operation_is_opened_and_what_disrupts_is_to_be_confirmed(
    surface: Surface, name: str, fields: set[str]
) -> None:
    ada = surface.slack.person("ada")
    await home(surface, ada)

    await surface.slack.presses(ada, f"open_form:{name}")

    assert set(surface.slack.modal(ada).fields) == fields


async def test_what_is_submitted_from_the_home_was_asked_in_no_channel(surface: Surface) -> None:
    ada = surface.slack.person("ada")
    await home(surface, ada)
    await surface.slack.presses(ada, "open_form:users.suspend")
    surface.slack.fills(ada, user="alan@example.com", reason="card testing")
    await surface.slack.submits(ada)

    asking = surface.desk.asked[0]
    assert (asking.operation, asking.origin.user) == ("users.suspend", ada.id)
    assert (asking.origin.channel, asking.origin.response_url) == (None, None)


async def test_an_operation_that_is_gone_is_said_to_be_gone(surface: Surface) -> None:
    ada = surface.slack.person("ada")
    surface.desk.offered = [does("users.ban")]
    await home(surface, ada)

    await surface.slack.presses(ada, "Open")

    assert "There is no operation 'users.ban'." in surface.slack.modal(ada).text
    assert surface.slack.modal(ada).fields == {}


@pytest.mark.parametrize("button", ["Find an operation", "Open"])
async def test_what_slack_cannot_open_is_told_by_direct_message(
    surface: Surface, button: str
) -> None:
    ada = surface.slack.person("ada")
    await home(surface, ada)
    surface.slack.workspace.faults.down("views.open")

    reply = await surface.slack.presses(ada, button)
    await surface.windows.close()

    assert reply.ok
    assert "Press once more, or type `/ops` in a channel." in surface.slack.sees(ada).text
