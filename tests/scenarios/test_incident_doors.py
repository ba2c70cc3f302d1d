"""Every way to an incident: words, modal, menu, shortcuts, a button under an alert, a reaction."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

import pytest

from bot.domain.actor import Actor
from bot.domain.ids import new_id
from bot.domain.incident import Draft, Incident, Severity
from bot.domain.ports import Incidents
from bot.domain.record import Stage
from commands.incident.declare import declare_incident
from playground.model import Message, Person
from tests.scenarios.test_road import judged
from tests.world import World, world


@pytest.fixture
async def w(tmp_path: Path) -> AsyncIterator[World]:
    async with world(tmp_path) as everything:
        yield everything
        assert judged(everything.slack) == []
        assert everything.slack.workspace.complaints == []


def incidents(w: World) -> Incidents:
    port = w.bot.known.ports.fill(declare_incident.reach)["incidents"]
    return cast("Incidents", port)


async def declared(w: World, title: str, by: Person, *, private: bool = False) -> Incident:
    """Write an incident down, of which nothing else was set going."""
    draft = Draft(title=title, severity=Severity.SEV2, service=title, private=private)
    actor = Actor(w.slack.team_id, by.id, by.name)
    made = await incidents(w).declare(draft, actor, new_id(w.bot.kept.store.clock.now()), key=title)
    return made.incident


async def in_its_room(w: World) -> Incident:
    """Declare an incident, and make #ops its room."""
    await w.slack.types(w.ada, "/incident declare Checkout fails sev=2", channel=w.ops)
    await until_told(w, "INC-1")
    made = await incidents(w).meant("1", Actor(w.slack.team_id, w.ada.id, "ada"), None)
    return await incidents(w).change(made.id, lambda one: one.with_(room=w.ops.id))


async def asked(w: World) -> list[tuple[str, dict[str, Any]]]:
    """Return what was asked for, with the params as they are on the record."""
    return [(e["operation"], e["params"]) for e in await w.events(stage=Stage.INTENT)]


async def titles(w: World) -> list[str]:
    actor = Actor(w.slack.team_id, w.ada.id, "ada")
    return [one.title for one in await incidents(w).open(actor)]


async def until_told(w: World, words: str) -> None:
    await w.slack.until(lambda: words in w.slack.sees(w.ada).text, within=15)


async def test_bare_outside_a_room_opens_the_modal_and_one_press_declares(w: World) -> None:
    await w.slack.types(w.ada, "/incident", channel=w.ops)
    modal = await w.slack.opens(w.ada)

    assert list(modal.fields) == ["title", "severity", "service", "private"]
    assert "Many are affected, or something important is down." in str(modal.body)

    w.slack.fills(w.ada, title="Checkout fails", severity="SEV2")
    await w.slack.submits(w.ada, clicks=2)

    assert "is being declared" in w.slack.modal(w.ada).text
    await until_told(w, "INC-1")
    assert await titles(w) == ["Checkout fails"]


async def test_words_declare_at_once(w: World) -> None:
    line = "/incident new Checkout fails sev=1 service=checkout private"

    reply = await w.slack.types(w.ada, line, channel=w.ops)
    await until_told(w, "INC-1")

    assert "On it" in reply.text
    [(operation, params)] = await asked(w)
    assert (operation, params["severity"], params["private"]) == ("incident.declare", "SEV1", True)


async def test_what_is_wrong_in_words_is_told_in_the_modal(w: World) -> None:
    await w.slack.types(w.ada, "/incident declare Checkout fails sev=9", channel=w.ops)
    modal = await w.slack.opens(w.ada)

    assert "There is no choice '9'" in modal.text
    assert modal.fields["title"].value == "Checkout fails"


async def test_free_words_open_the_modal_and_do_nothing_yet(w: World) -> None:
    await w.slack.types(w.ada, "/incident checkout is slow sev=3", channel=w.ops)
    modal = await w.slack.opens(w.ada)

    assert modal.fields["title"].value == "checkout is slow"
    assert await w.stages() == []


async def test_a_slip_is_met_with_what_was_meant(w: World) -> None:
    reply = await w.slack.types(w.ada, "/incident declrae", channel=w.ops)

    assert "There is no `/incident declrae`" in reply.text
    assert "declare" in reply.text.partition("mean")[2]


async def test_a_title_that_is_too_long_is_told_at_its_field(w: World) -> None:
    await w.slack.types(w.ada, f"/incident declare {'x' * 201}", channel=w.ops)
    modal = await w.slack.opens(w.ada)

    assert "at most 200" in modal.text


async def test_where_slack_opens_no_modal_a_button_does_later(w: World) -> None:
    w.slack.workspace.faults.down("views.open", times=1)

    reply = await w.slack.types(w.ada, "/incident checkout is slow", channel=w.ops)

    assert "/incident declare checkout is slow" in reply.text

    await w.slack.presses(w.ada, "Declare an incident")
    modal = await w.slack.opens(w.ada)
    assert modal.fields["title"].value == "checkout is slow"


async def test_in_a_room_the_bare_command_is_a_menu_of_what_is_likely(w: World) -> None:
    one = await in_its_room(w)

    await w.slack.types(w.ada, "/incident", channel=w.ops)
    modal = await w.slack.opens(w.ada, one.short)

    assert "Checkout fails" in modal.text
    assert "SEV2 · investigating" in modal.text
    assert "Timeline" in {button.text for button in modal.buttons}
    assert len(modal.buttons) <= 15


async def test_a_button_of_the_menu_asks_for_that_incident(w: World) -> None:
    one = await in_its_room(w)
    await declared(w, "Search is down", w.ada)
    await w.slack.types(w.ada, "/incident", channel=w.ops)
    await w.slack.opens(w.ada)

    await w.slack.presses(w.ada, "Timeline")
    await w.slack.until(lambda: "On it" in w.slack.modal(w.ada).text)

    assert (await asked(w))[-1] == ("incident.show", {"incident": one.short})


async def test_outside_with_one_open_that_one_is_meant(w: World) -> None:
    one = await declared(w, "Checkout fails", w.ada)

    await w.slack.types(w.ada, "/incident info", channel=w.ops)
    await until_told(w, "Checkout fails")

    assert await asked(w) == [("incident.show", {"incident": one.short})]


async def test_outside_with_several_open_it_is_asked_which_and_gone_on(w: World) -> None:
    await declared(w, "Checkout fails", w.ada)
    other = await declared(w, "Search is down", w.ada)
    await w.slack.types(w.ada, "/incident by hand ticket https://jira/1", channel=w.ops)
    modal = await w.slack.opens(w.ada, "Which incident?")

    assert len(modal.fields["incident"].options) == 2

    w.slack.fills(w.ada, incident=other.short)
    await w.slack.submits(w.ada)

    [(operation, params)] = await asked(w)
    assert operation == "incident.by_hand"
    assert params["incident"] == other.short
    assert params["limb"] == "ticket"


async def test_a_private_incident_is_offered_to_its_own_people_alone(w: World) -> None:
    await declared(w, "Keys leaked", w.ada, private=True)

    reply = await w.slack.types(w.sam, "/incident info", channel=w.ops)

    assert "No incident is open." in reply.text
    assert "Declare an incident" in {b.text for b in w.slack.sees(w.sam).last.buttons}


async def test_what_is_open_is_offered_before_another_is_declared(w: World) -> None:
    one = await declared(w, "Checkout fails", w.sam)
    await w.slack.types(w.ada, "/incident", channel=w.ops)
    modal = await w.slack.opens(w.ada)

    assert "Is it one of these?" in modal.text
    assert "Checkout fails" in modal.text

    await w.slack.presses(w.ada, "Join")
    await w.slack.until(lambda: "On it" in w.slack.modal(w.ada).text)
    assert await asked(w) == [("incident.join", {"incident": one.short})]


async def test_a_guest_is_told_why_no_modal_opens(w: World) -> None:
    await w.slack.types(w.mallory, "/incident", channel=w.ops)
    modal = await w.slack.opens(w.mallory)

    assert modal.fields == {}
    assert await titles(w) == []


async def test_help_names_the_words(w: World) -> None:
    reply = await w.slack.types(w.ada, "/incident help", channel=w.ops)

    assert "/incident declare" in reply.text
    assert "/incident join" in reply.text


async def test_the_global_shortcut_has_a_red_button_that_declares(w: World) -> None:
    await w.slack.shortcut(w.ada, "run_operation")
    await w.slack.opens(w.ada)

    await w.slack.presses(w.ada, "Declare an incident")
    await w.slack.opens(w.ada, "Declare incident")
    w.slack.fills(w.ada, title="Checkout fails")
    await w.slack.submits(w.ada)
    await until_told(w, "INC-1")

    assert await titles(w) == ["Checkout fails"]


async def test_a_message_becomes_an_incident_that_links_to_it(w: World) -> None:
    said = w.slack.says(w.sam, "Customers cannot pay &amp; complain\nsince noon", w.ops)

    await w.slack.message_action(w.ada, "declare_incident", said)
    modal = await w.slack.opens(w.ada)

    assert modal.fields["title"].value == "Customers cannot pay & complain"

    await w.slack.submits(w.ada)
    await until_told(w, "INC-1")
    [(_, params)] = await asked(w)
    link = f"slack.com/archives/{w.ops.id}/p{said.ts.replace('.', '')}"
    assert link in str(params["source"])


def alert(w: World, value: str) -> Message:
    button = {
        "type": "button",
        "text": {"type": "plain_text", "text": "Declare"},
        "action_id": "declare_incident",
        "value": value,
    }
    blocks = [{"type": "actions", "block_id": "b", "elements": [button]}]
    workspace = w.slack.workspace
    text = "High error rate on checkout"
    said = Message(w.ops.id, workspace.new_ts(), workspace.bot_user.id, text)
    said.blocks = blocks
    return workspace.post(said)


async def test_a_button_under_an_alert_opens_the_modal_filled_in(w: World) -> None:
    said = alert(w, '{"title": "Errors on checkout", "service": "checkout", "severity": 1}')

    await w.slack.presses(w.ada, "Declare", said)
    modal = await w.slack.opens(w.ada)

    assert {name: field.value for name, field in modal.fields.items()} == {
        "title": "Errors on checkout",
        "severity": "SEV1",
        "service": "checkout",
        "private": "no",
    }


@pytest.mark.parametrize("value", ["no JSON", "[[[[", '{"severity": {}, "title": 7}', "null"])
async def test_a_button_with_any_value_opens_the_modal(w: World, value: str) -> None:
    await w.slack.presses(w.ada, "Declare", alert(w, value))
    modal = await w.slack.opens(w.ada)

    assert modal.fields["title"].value
    assert modal.fields["severity"].value == "SEV3"
