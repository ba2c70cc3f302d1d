"""What people see of commands, forms and buttons before anything has run."""

import pytest

from bot.domain.errors import FieldError, NotNow
from bot.domain.invocation import Origin
from bot.domain.invocation import Surface as Door
from bot.domain.operation import Risk
from bot.pipeline.answers import Ask, Form, Refusal, Words
from playground.model import Channel, Message, Person
from tests.slack.conftest import Surface
from tests.slack.desk import taken

MISSING = Ask(
    operation="users.suspend",
    values={"user": "ada@example.com"},
    errors=(FieldError("reason", "Say why, in one sentence."),),
)


async def test_a_command_becomes_an_asking(surface: Surface) -> None:
    ada = surface.slack.person("ada")
    ops = surface.slack.channel("ops", members=[ada])

    await surface.slack.types(ada, "/ops users.suspend bob@example.com reason=spam", ops)

    asking = surface.desk.asked[0]
    sent = surface.slack.deliveries[0].payload
    assert asking.operation == "users.suspend"
    assert asking.said == Words("bob@example.com reason=spam")
    assert asking.key == f"cmd:{surface.slack.team_id}:{sent['trigger_id']}"
    assert asking.origin == Origin(
        surface=Door.SLACK,
        team=surface.slack.team_id,
        user=ada.id,
        channel=ops.id,
        response_url=sent["response_url"],
    )


async def test_the_same_command_delivered_again_has_the_same_key(surface: Surface) -> None:
    ada = surface.slack.person("ada")
    await surface.slack.types(ada, "/ops users.suspend bob spam")
    surface.clock.pass_(1)

    await surface.slack.redelivers()

    first, second = surface.desk.asked
    assert first.key == second.key


async def test_a_change_is_acknowledged_in_one_line(surface: Surface) -> None:
    ada = surface.slack.person("ada")

    reply = await surface.slack.types(ada, "/ops users.suspend bob spam")

    assert reply.text.count("\n") == 0
    assert "On it: `users.suspend`" in surface.slack.sees(ada).text


async def test_a_read_is_acknowledged_without_a_word(surface: Surface) -> None:
    ada = surface.slack.person("ada")
    surface.desk.answer = taken(Risk.READ)

    reply = await surface.slack.types(ada, "/ops users.find bob")

    assert (reply.status, reply.text) == (200, "")


async def test_names_beside_ids_are_dropped_and_links_become_what_was_typed(
    surface: Surface,
) -> None:
    ada = surface.slack.person("ada")
    ops = surface.slack.channel("ops", members=[ada])
    line = '/ops users.suspend @ada #ops x@example.com "a < b & c" https://example.com/?a=1&b=2'

    await surface.slack.types(ada, line, ops, link_mail=True)

    words = f'{ada.id} {ops.id} x@example.com "a < b & c" https://example.com/?a=1&b=2'
    assert surface.desk.asked[0].said == Words(words)


async def test_an_alias_is_a_command_of_its_own(surface: Surface) -> None:
    ada = surface.slack.person("ada")

    await surface.slack.types(ada, "/suspend bob spam")

    assert surface.desk.asked[0].operation == "users.suspend"
    assert surface.desk.asked[0].said == Words("bob spam")


async def test_a_phone_that_writes_the_name_large_is_understood(surface: Surface) -> None:
    ada = surface.slack.person("ada")

    await surface.slack.types(ada, "/ops Users.suspend Bob Spam")

    assert surface.desk.asked[0].operation == "users.suspend"
    assert surface.desk.asked[0].said == Words("Bob Spam")


async def test_a_refusal_is_read_only_by_who_asked(surface: Surface) -> None:
    ada, eve = surface.slack.person("ada"), surface.slack.person("eve")
    ops = surface.slack.channel("ops", members=[ada, eve])
    surface.desk.answer = Refusal(message="Only `support` may suspend.", fix="Ask Grace.")

    await surface.slack.types(eve, "/ops users.suspend ada spam", ops)

    assert "support" in surface.slack.sees(eve).text
    assert "Ask Grace." in surface.slack.sees(eve).text
    assert "support" not in surface.slack.sees(ada).text


async def test_what_is_missing_is_asked_for_in_a_form_filled_with_the_rest(
    surface: Surface,
) -> None:
    ada = surface.slack.person("ada")
    surface.desk.answer = MISSING

    await surface.slack.types(ada, "/ops users.suspend ada@example.com")
    modal = await surface.slack.opens(ada)

    assert modal.fields["user"].value == "ada@example.com"
    assert "Say why, in one sentence." in surface.slack.sees(ada).text


async def test_a_repeated_asking_opens_no_second_form(surface: Surface) -> None:
    ada = surface.slack.person("ada")
    surface.desk.answer = MISSING.model_copy(update={"repeated": True})

    reply = await surface.slack.types(ada, "/ops users.suspend ada@example.com")

    assert (reply.status, reply.text) == (200, "")
    assert surface.slack.sees(ada).modal is None


async def test_when_slack_cannot_open_the_form_the_command_to_type_is_shown(
    surface: Surface,
) -> None:
    ada = surface.slack.person("ada")
    surface.desk.answer = MISSING
    surface.slack.workspace.faults.down("views.open")

    await surface.slack.types(ada, "/ops users.suspend ada@example.com")

    assert "Say why, in one sentence." in surface.slack.sees(ada).text
    assert "/ops users.suspend user=ada@example.com reason=…" in surface.slack.sees(ada).text


async def test_a_form_that_takes_too_long_to_open_is_answered_in_time(surface: Surface) -> None:
    ada = surface.slack.person("ada")
    surface.desk.answer = MISSING
    surface.slack.workspace.faults.slow(4, "views.open")

    reply = await surface.slack.types(ada, "/ops users.suspend ada@example.com")

    assert reply.ok
    assert "could not open the form" in surface.slack.sees(ada).text


async def test_the_bare_command_opens_the_catalogue_and_leads_to_a_form(surface: Surface) -> None:
    ada = surface.slack.person("ada")
    await surface.slack.types(ada, "/ops")
    await surface.slack.opens(ada)

    offered = await surface.slack.suggests(ada, "operation", "susp")
    surface.slack.fills(ada, operation=offered[0])
    await surface.slack.submits(ada)

    assert "users.suspend" in offered[0]
    assert set(surface.slack.modal(ada).fields) == {"user", "reason"}


async def test_the_shortcut_opens_the_catalogue(surface: Surface) -> None:
    ada = surface.slack.person("ada")

    await surface.slack.shortcut(ada, "run_operation")
    modal = await surface.slack.opens(ada)

    assert set(modal.fields) == {"operation"}


async def test_a_form_becomes_an_asking_for_the_channel_where_it_was_opened(
    surface: Surface,
) -> None:
    ada = surface.slack.person("ada")
    ops = surface.slack.channel("ops", members=[ada])
    await a_form_is_open(surface, ada, ops)

    surface.slack.fills(ada, reason="card testing")
    await surface.slack.submits(ada)

    asking = surface.desk.asked[-1]
    assert asking.said == Form({"user": "ada@example.com", "reason": "card testing"})
    assert (asking.operation, asking.origin.channel) == ("users.suspend", ops.id)
    assert surface.slack.sees(ada).modal is None


async def test_a_field_error_stands_at_its_field_and_the_form_stays(surface: Surface) -> None:
    ada = surface.slack.person("ada")
    await a_form_is_open(surface, ada)
    surface.desk.answer = MISSING.model_copy(
        update={"errors": (FieldError("reason", "Too short."), FieldError("gone", "Not known."))}
    )

    surface.slack.fills(ada, reason="x")
    await surface.slack.submits(ada)

    fields = surface.slack.modal(ada).fields
    assert fields["reason"].error == "Too short."
    assert fields["user"].error == "gone: Not known."


async def test_a_corrected_form_is_a_new_asking_and_a_double_click_is_not(
    surface: Surface,
) -> None:
    ada = surface.slack.person("ada")
    await a_form_is_open(surface, ada)
    surface.desk.answer = MISSING
    surface.slack.fills(ada, reason="x")
    await surface.slack.submits(ada)
    surface.desk.answer = taken()
    surface.slack.fills(ada, reason="card testing")

    await surface.slack.submits(ada, clicks=2)

    first, *twice = [asking.key for asking in surface.desk.asked if asking.key.startswith("view")]
    assert first not in twice
    assert len(set(twice)) == 1


async def test_what_was_typed_into_a_form_cannot_be_read_from_its_key(surface: Surface) -> None:
    ada = surface.slack.person("ada")
    await a_form_is_open(surface, ada)

    surface.slack.fills(ada, reason="card testing")
    await surface.slack.submits(ada)

    assert "card" not in surface.desk.asked[-1].key
    assert "ada@" not in surface.desk.asked[-1].key


async def test_a_refused_form_says_why_in_its_place(surface: Surface) -> None:
    ada = surface.slack.person("ada")
    await a_form_is_open(surface, ada)
    surface.desk.answer = Refusal(message="Only `support` may suspend.", fix="Ask Grace.")

    surface.slack.fills(ada, reason="card testing")
    await surface.slack.submits(ada)

    modal = surface.slack.modal(ada)
    assert modal.fields == {}
    assert "Ask Grace." in surface.slack.sees(ada).text


async def test_a_refusal_of_the_desk_itself_is_a_sentence(surface: Surface) -> None:
    ada = surface.slack.person("ada")
    surface.desk.answer = NotNow("The bot is stopping.", fix="Try again in a minute.")

    reply = await surface.slack.types(ada, "/ops users.suspend bob spam")

    assert reply.ok
    assert "The bot is stopping." in surface.slack.sees(ada).text


async def test_what_breaks_is_said_to_be_unconfirmed_and_nothing_typed_is_logged(
    surface: Surface, caplog: pytest.LogCaptureFixture
) -> None:
    ada = surface.slack.person("ada")
    surface.desk.answer = RuntimeError("a defect")

    reply = await surface.slack.types(ada, "/ops users.suspend bob hush-hush")

    assert reply.ok
    assert "could not confirm" in surface.slack.sees(ada).text
    assert "hush-hush" not in caplog.text


async def test_a_pressed_button_reaches_the_desk(surface: Surface) -> None:
    ada = surface.slack.person("ada")
    ops = surface.slack.channel("ops", members=[ada])
    said = a_card(surface, ops)

    await surface.slack.presses(ada, "cancel", said)

    what, invocation, origin = surface.desk.pressed[0]
    assert (what, invocation) == ("cancel", "0199-abc")
    assert (origin.user, origin.channel) == (ada.id, ops.id)


async def test_a_refused_press_is_told_to_who_pressed(surface: Surface) -> None:
    ada, eve = surface.slack.person("ada"), surface.slack.person("eve")
    ops = surface.slack.channel("ops", members=[ada, eve])
    said = a_card(surface, ops)
    surface.desk.answer = Refusal(message="Only who asked may cancel.")

    await surface.slack.presses(eve, "cancel", said)
    await surface.slack.until(lambda: "Only who asked" in surface.slack.sees(eve).text)

    assert "Only who asked" not in surface.slack.sees(ada).text


async def test_once_more_takes_the_place_of_the_question(surface: Surface) -> None:
    ada = surface.slack.person("ada")
    ops = surface.slack.channel("ops", members=[ada])
    surface.desk.answer = Refusal(message="You asked for exactly this.", again="0199-abc")
    await surface.slack.types(ada, "/ops users.suspend bob spam", ops)
    surface.desk.answer = taken()

    await surface.slack.presses(ada, "again")
    await surface.slack.until(lambda: "On it" in surface.slack.sees(ada).text)

    assert [press[:2] for press in surface.desk.pressed] == [("again", "0199-abc")]
    assert "exactly this" not in surface.slack.sees(ada).text


async def test_once_more_can_be_said_in_a_refused_form(surface: Surface) -> None:
    ada = surface.slack.person("ada")
    ops = surface.slack.channel("ops", members=[ada])
    await a_form_is_open(surface, ada, ops)
    surface.desk.answer = Refusal(message="You asked for exactly this.", again="0199-abc")
    surface.slack.fills(ada, reason="card testing")
    await surface.slack.submits(ada)
    surface.desk.answer = taken()

    await surface.slack.presses(ada, "again")
    await surface.slack.until(lambda: "On it" in surface.slack.sees(ada).text)

    _, invocation, origin = surface.desk.pressed[0]
    assert (invocation, origin.channel) == ("0199-abc", ops.id)


async def test_a_cancelled_run_says_so_itself_and_the_press_stays_silent(
    surface: Surface,
) -> None:
    ada = surface.slack.person("ada")
    ops = surface.slack.channel("ops", members=[ada])

    await surface.slack.presses(ada, "cancel", a_card(surface, ops))
    await surface.windows.close()

    assert [m.text for m in surface.slack.workspace.messages] == ["A run."]


async def test_a_press_from_another_workspace_keeps_that_workspaces_id(surface: Surface) -> None:
    eve = surface.slack.person("eve", external=True)
    ops = surface.slack.channel("ops", members=[eve], shared=True)

    await surface.slack.presses(eve, "cancel", a_card(surface, ops))

    origin = surface.desk.pressed[0][2]
    assert origin.team == surface.slack.workspace.other_team_id


async def test_events_are_heard(surface: Surface) -> None:
    ada = surface.slack.person("ada")

    replies = [await surface.slack.changes(ada, tz="UTC"), await surface.slack.opens_home(ada)]

    assert [reply.ok for reply in replies] == [True, True]
    assert surface.heard == ["user_change", "app_home_opened"]


async def test_slack_verifies_the_url(surface: Surface) -> None:
    ack = await surface.dispatch({"type": "url_verification", "challenge": "abc"}, {})

    assert (ack.status, ack.body) == (200, '{"challenge": "abc"}')


async def a_form_is_open(surface: Surface, person: Person, channel: Channel | None = None) -> None:
    surface.desk.answer = MISSING
    await surface.slack.types(person, "/ops users.suspend ada@example.com", channel)
    await surface.slack.opens(person)
    surface.desk.answer = taken()


def a_card(surface: Surface, channel: Channel) -> Message:
    workspace = surface.slack.workspace
    button = {
        "type": "button",
        "action_id": "cancel",
        "text": {"type": "plain_text", "text": "Cancel"},
        "value": "0199-abc",
    }
    blocks = [{"type": "actions", "block_id": "b", "elements": [button]}]
    said = Message(channel.id, workspace.new_ts(), workspace.bot_user.id, "A run.", blocks)
    return workspace.post(said)
