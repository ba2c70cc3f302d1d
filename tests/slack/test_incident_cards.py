"""Incidents as Slack shows them, however much there is to tell."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.incident import (
    Call,
    Change,
    Handover,
    Holder,
    Incident,
    Limb,
    LimbState,
    Role,
    Severity,
    Status,
    Task,
)
from bot.domain.notice import IncidentCard, IncidentFace, Prompt
from bot.pipeline.incidents.reminding import due
from bot.settings_incidents import IncidentSettings, SeveritySettings
from bot.slack.blocks import Block
from bot.slack.declaring import dressed
from bot.slack.forms import form
from bot.slack.incident_menu import menu_view, which_view
from bot.slack.incidents import incident_card
from bot.slack.prompts import prompt_card
from commands.incident.ending import farewell
from commands.incident.handing import ended, offer
from commands.incident.merging import join_there
from commands.incident.packet import packet_of
from commands.incident.role import role_card
from commands.incident.status import what_next
from commands.incident.undoing import held_back
from tests.conventions.house import catalogue
from tests.slack.monster import faults_of_message, faults_of_view

NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)
HUGE = "<!here> *bold* & `code` " * 400
ADDRESS = f"https://example.com/{'a' * 480}"
LIMBS = ("page", "room", "people", "announcement", "ticket", "status_page", "bridge", "lock")
MANY = tuple(f"limb{n}" for n in range(50))


def monster(state: LimbState, status: Status, limbs: Sequence[str] = LIMBS) -> Incident:
    """Return an incident of which there is too much to tell."""
    change = Change(
        invocation="i", operation="o", words=HUGE, summary=HUGE, by_name=HUGE[:80], at=NOW
    )
    return Incident(
        id="i",
        number=10**9,
        team="T1",
        invocation="v",
        name="ample-otter",
        title=HUGE[:200],
        severity=Severity.SEV1,
        service=HUGE[:75],
        status=status,
        declared_by="U0ADA",
        declared_by_name="Ada",
        at=NOW,
        source=ADDRESS,
        bridge=ADDRESS,
        room="C0ROOM",
        limbs=tuple(
            Limb(name=name, label="Page who is on call", state=state, note=HUGE, link=ADDRESS)
            for name in limbs
        ),
        calls=(Call(page="Q", service="s", at=NOW, woken=(HUGE,) * 5),) * 9,
        roles={role: Holder(id="U0ADA", name="Ada", at=NOW) for role in Role},
        summary=HUGE[:2000],
        stakeholders=HUGE[:2000],
        changes=(change,) * 30,
        tasks=tuple(
            Task(number=n, text=HUGE[:300], at=NOW, by_name=HUGE[:80], owner="U0ADA")
            for n in range(300)
        ),
        next_update_at=NOW,
        reason=HUGE[:300],
    )


@pytest.mark.parametrize("face", IncidentFace)
@pytest.mark.parametrize("state", [LimbState.BY_HAND, LimbState.FAILED, LimbState.DONE])
@pytest.mark.parametrize("status", [Status.INVESTIGATING, Status.RESOLVED, Status.MERGED])
def test_an_incident_of_any_size_is_taken_by_slack(
    face: IncidentFace, state: LimbState, status: Status
) -> None:
    incident = monster(state, status)

    card = incident_card(IncidentCard(face=face, incident=incident, sentence=HUGE))

    assert faults_of_message(card) == []
    assert "<!here>" not in str(card)


@pytest.mark.parametrize("state", [LimbState.FAILED, LimbState.UNKNOWN])
@pytest.mark.parametrize("status", [Status.INVESTIGATING, Status.RESOLVED])
def test_with_fifty_limbs_stuck_what_is_pressed_next_is_still_there(
    state: LimbState, status: Status
) -> None:
    incident = monster(state, status, MANY)

    card = incident_card(IncidentCard(face=IncidentFace.HEADER, incident=incident))

    assert faults_of_message(card) == []
    labels = [b["text"]["text"] for block in card["blocks"] for b in buttons_in(block)]
    assert {"Update", "Close"} & set(labels)
    assert "And 38 more" in str(card)


def buttons_in(block: Block) -> Sequence[Block]:
    return block["elements"] if block["type"] == "actions" else ()


def prompts() -> dict[str, Prompt]:
    """Return every kind of prompt about an incident of which there is too much to tell."""
    full = monster(LimbState.DONE, Status.RESOLVED)
    handover = Handover(
        role=Role.COMMANDER,
        to="U0SAM",
        to_name=HUGE[:80],
        by="U0ADA",
        by_name=HUGE[:80],
        at=NOW,
        packet=packet_of(full, NOW),
    )
    late = full.with_(status=Status.INVESTIGATING, roles={}, next_update_at=NOW)
    plan = IncidentSettings().plan()
    spoken = dict(due(late, plan, NOW + timedelta(days=9)))
    told = {
        "held back": held_back(full, "Closing"),
        "over": what_next(full, HUGE[:300]),
        "farewell": farewell(full, HUGE[:500]),
        "join there": join_there(full, full, HUGE[:500]),
        **{f"role {role}": role_card(full, role) for role in Role},
        **{source.rpartition(" ")[0] or source: prompt for source, prompt in spoken.items()},
    }
    for name, saying in (("offer", offer(full, handover)), ("ended", ended(full, handover, HUGE))):
        assert isinstance(saying.notice, Prompt)
        told[name] = saying.notice
    return told


@pytest.mark.parametrize("name", sorted(prompts()))
def test_a_prompt_about_an_incident_of_any_size_is_taken_by_slack(name: str) -> None:
    card = prompt_card(prompts()[name])

    assert faults_of_message(card) == []
    assert "<!here>" not in str(card)


@pytest.mark.parametrize("status", Status)
def test_the_menu_of_an_incident_of_any_size_is_taken_by_slack(status: Status) -> None:
    every = {operation.name for operation in catalogue()}

    view = menu_view(monster(LimbState.FAILED, status), every, "C0ROOM")

    assert faults_of_view(view) == []
    assert "<!here>" not in str(view)


def test_of_two_hundred_open_incidents_any_of_a_hundred_can_be_meant() -> None:
    known = [
        monster(LimbState.DONE, Status.IDENTIFIED).with_(number=n, id=str(n)) for n in range(200)
    ]

    view = which_view("incident.update", known, {"message": HUGE[:1000]}, "C0OPS")

    assert view is not None
    assert faults_of_view(view) == []
    assert len(view["blocks"][0]["element"]["options"]) == 100


def test_the_form_that_declares_holds_others_of_any_size() -> None:
    declare = catalogue().get("incident.declare")
    assert declare is not None
    known = [monster(LimbState.DONE, Status.IDENTIFIED)] * 9
    severities = {one: SeveritySettings(sentence="x" * 100) for one in Severity}
    plan = IncidentSettings(severities=severities).plan()

    view = dressed(form(declare, {"title": "x" * 200}), plan, known, HUGE)

    assert faults_of_view(view) == []
    assert "<!here>" not in str(view)
    assert "Join" in str(view)
