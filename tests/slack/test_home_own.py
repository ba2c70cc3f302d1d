"""What is one's own in the App Home, drawn as Slack takes it, and what its buttons do."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.approval import Waiting
from bot.domain.incident import Holder, Incident, Role, Severity, Status
from bot.domain.invocation import State
from bot.domain.operation import Operation, Risk
from bot.pipeline.mine import Doing, Own, Planned
from bot.slack.home import home_view
from tests.slack.conftest import Surface
from tests.slack.monster import count_monsters, faults_of_view, mrkdwn_in, words_in
from tests.slack.test_home import HOSTILE, home

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)


def does(name: str) -> Operation:
    return replace(count_monsters, name=name, summary="Do it.", risk=Risk.CHANGE)


MAY = [does("incident.declare"), does("incident.join"), does("users.find"), does("users.suspend")]


def burns(number: int = 12, **more: Any) -> Incident:
    told = {
        "id": f"i{number}",
        "number": number,
        "team": "T1",
        "invocation": "x",
        "name": "calm-otter",
        "title": "Checkout fails",
        "severity": Severity.SEV1,
        "status": Status.INVESTIGATING,
        "declared_by": "U1",
        "declared_by_name": "Ada",
        "at": NOW,
        "room": "C0123",
    }
    return Incident.model_validate(told | more)


def waits(number: int = 1, what: str = "users.suspend alan@example.com") -> Waiting:
    until = NOW + timedelta(hours=4)
    said = (f"0a1b{number}", "Ada", what, "1 more of finance")
    return Waiting(*said, NOW, until, f"inv-{number}", 2)


def doing(state: State = State.RUNNING, number: int = 1, words: str = "alan") -> Doing:
    return Doing(f"run-{number}", "users.suspend", state, NOW, words)


def buttons(view: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Return text, action and value of each button, from the top down."""
    return [
        (one["text"]["text"], one["action_id"], one["value"])
        for block in view["blocks"]
        for one in [*block.get("elements", []), block.get("accessory", {})]
        if one.get("type") == "button"
    ]


def test_the_red_button_is_the_first_and_only_for_who_may_press_it() -> None:
    shown, hidden = home_view(MAY, 9), home_view(MAY[2:], 9)

    first = shown["blocks"][1]["elements"][0]
    assert (first["text"]["text"], first["style"]) == ("🚨 Declare an incident", "danger")
    assert first["action_id"] == "fill:incident.declare:0"
    assert not any("Declare" in label for label, _, _ in buttons(hidden))


def test_an_incident_is_told_in_two_lines_with_a_button_to_join_it() -> None:
    led = burns(roles={Role.COMMANDER: Holder(id="U2", name="Grace", at=NOW)})
    view = home_view(MAY, 9, Own(incidents=(burns(), led), more_incidents=3))

    told = [word for word in mrkdwn_in(view) if "INC-12" in word]
    assert faults_of_view(view, "home") == []
    assert told[0].startswith("*🔴 SEV1 · INC-12* Checkout fails\ninvestigating · since <!date^")
    assert "nobody leads yet · <#C0123>" in told[0]
    assert "Grace leads" in told[1]
    assert ("Join", "do:incident.join:0", '{"incident":"INC-12"}') in buttons(view)
    assert "3 more: `/incident list` shows them." in mrkdwn_in(view)


def test_who_may_not_join_has_no_button_for_it() -> None:
    view = home_view([does("users.find")], 9, Own(incidents=(burns(),)))

    assert not any(label == "Join" for label, _, _ in buttons(view))


def test_what_waits_for_my_word_has_the_buttons_of_its_card() -> None:
    view = home_view(MAY, 9, Own(approvals=(waits(),), more_approvals=1))

    assert faults_of_view(view, "home") == []
    assert ("Approve", "approve", "inv-1:2") in buttons(view)
    assert ("Refuse", "refuse", "inv-1:2") in buttons(view)
    assert any("*Ada* asks for\n`users.suspend alan@example.com`" in w for w in mrkdwn_in(view))
    assert "1 more: `/ops approval.list` shows them." in mrkdwn_in(view)


@pytest.mark.parametrize(
    ("state", "label", "asked_first"),
    [(State.RUNNING, "Cancel", True), (State.WAITING, "Withdraw", False)],
)
def test_what_runs_is_stopped_by_a_button(state: State, label: str, *, asked_first: bool) -> None:
    view = home_view(MAY, 9, Own(going=(doing(state),)))

    stop = next(b["accessory"] for b in view["blocks"] if "cancel" in str(b.get("accessory")))
    assert faults_of_view(view, "home") == []
    assert (stop["text"]["text"], stop["value"]) == (label, "run-1")
    assert ("confirm" in stop) == asked_first
    assert stop["accessibility_label"] == f"{label} users.suspend"


def test_what_has_ended_says_how_and_is_asked_again_by_who_still_may() -> None:
    ended = Own(ended=(doing(State.FAILED),))
    may, may_not = home_view(MAY, 9, ended), home_view(MAY[:3], 9, ended)

    assert any(w.startswith("❌ `users.suspend alan`\nfailed · ") for w in mrkdwn_in(may))
    assert ("Again", "refill", "run-1") in buttons(may)
    assert not any(label == "Again" for label, _, _ in buttons(may_not))


def test_favourites_come_before_recent_ones_and_each_is_there_once() -> None:
    own = Own(favourites=("users.suspend",), recent=("users.find", "users.suspend", "gone.away"))
    view = home_view(MAY, 9, own)

    rows = [b for b in buttons(view) if b[1].startswith("star:")]
    assert faults_of_view(view, "home") == []
    assert rows == [
        ("★", "star:users.suspend", "users.suspend"),
        ("☆", "star:users.find", "users.find"),
    ]
    assert "`users.suspend` ✏️ ★\nDo it." in mrkdwn_in(view)


def test_a_schedule_of_mine_tells_when_it_is_next() -> None:
    view = home_view(MAY, 9, Own(planned=(Planned("monday", "digest.week", NOW),)))

    assert faults_of_view(view, "home") == []
    assert any("*monday*\n`digest.week` · next <!date^" in w for w in mrkdwn_in(view))


def test_where_there_is_nothing_no_heading_stands() -> None:
    words = mrkdwn_in(home_view(MAY, 9, Own()))

    assert [w for w in words if w.startswith("*")] == ["*Incident*", "*Users*"]


def test_what_cannot_be_read_now_is_said() -> None:
    assert "cannot be read just now" in " ".join(mrkdwn_in(home_view(MAY, 9, Own(unread=True))))


def test_with_all_there_can_be_the_view_is_good_and_the_catalogue_has_the_rest() -> None:
    many = [*MAY, *(does(f"g{n % 20}.verb_{n:03}") for n in range(200))]
    view = home_view(many, 300, full("Checkout fails"))

    assert faults_of_view(view, "home") == []
    assert len(view["blocks"]) == 100
    assert "more do not fit here. `Find an operation`, above" in mrkdwn_in(view)[-1]


def full(words: str) -> Own:
    """Return as much of everything as a Home is given, each with *words* in it."""
    return Own(
        incidents=tuple(burns(n, title=words[:200] or "-") for n in range(5)),
        more_incidents=45,
        approvals=tuple(replace(waits(n, words), asked_by=words, lacking=words) for n in range(5)),
        more_approvals=9,
        going=tuple(doing(number=n, words=words) for n in range(5)),
        ended=tuple(doing(State.UNKNOWN, n + 5, words) for n in range(5)),
        planned=tuple(Planned(words, words, NOW) for _ in range(5)),
        favourites=tuple(f"g{n}.verb_{n:03}" for n in range(20)),
        recent=("users.find", "users.suspend"),
        unread=True,
    )


@settings(max_examples=25)
@given(st.text(max_size=3500))
def test_whatever_people_write_the_view_is_good(words: str) -> None:
    assert faults_of_view(home_view(MAY, 9, full(words)), "home") == []


def test_nothing_that_people_write_takes_effect() -> None:
    view = home_view(MAY, 9, full(HOSTILE))

    assert faults_of_view(view, "home") == []
    for word in mrkdwn_in(view):
        assert "<!channel>" not in word
        assert "<https://" not in word
    assert "&lt;!channel&gt;" in " ".join(words_in(view))


async def test_the_form_of_what_was_asked_is_filled_in_as_it_was(surface: Surface) -> None:
    ada = surface.slack.person("ada")
    surface.mine.own = Own(ended=(doing(State.FAILED),))
    surface.mine.said["run-1"] = ("users.suspend", {"user": "alan@example.com", "reason": "Fraud"})
    await home(surface, ada)

    await surface.slack.presses(ada, "Again")

    fields = surface.slack.modal(ada).fields
    assert (fields["user"].value, fields["reason"].value) == ("alan@example.com", "Fraud")


async def test_a_star_is_kept_for_who_pressed_and_shown(surface: Surface) -> None:
    ada = surface.slack.person("ada")
    surface.mine.own = Own(recent=("users.suspend",))
    await home(surface, ada)
    surface.mine.own = Own(favourites=("users.suspend",))

    await surface.slack.presses(ada, "star:users.suspend")
    await surface.homes.settled()

    shown = surface.slack.sees(ada).home
    assert surface.mine.starred == [(ada.id, "users.suspend")]
    assert shown is not None
    assert any(button.text == "★" for button in shown.buttons)
