"""People in the pretend workspace use a real Bolt app."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.clock import SystemClock
from playground.driver import CannotDo, NeverHappened, PretendSlack
from playground.http import asgi
from playground.model import Channel, Person
from playground.payloads import escaped
from playground.render import readable
from playground.server import serve
from playground.workspace import Workspace
from tests.playground.bad_views import option, plain
from tests.playground.bolt import FORM, TinyBot
from tests.playground.conftest import SetClock


@pytest.fixture
def bot(slack: PretendSlack, clock: SetClock, client: AsyncWebClient) -> TinyBot:
    # Bolt judges the age of a signature by the machine's clock.
    clock.time = SystemClock().now()
    tiny = TinyBot(slack, client)
    slack.deliver_to(asgi(tiny.app))
    return tiny


@pytest.fixture
def ada(slack: PretendSlack) -> Person:
    return slack.person("ada")


@pytest.fixture
def ops(slack: PretendSlack, ada: Person) -> Channel:
    return slack.channel("ops", members=[ada])


@pytest.mark.usefixtures("bot")
async def test_a_command_is_answered_to_the_asker_alone(
    slack: PretendSlack, ada: Person, ops: Channel
) -> None:
    bob = slack.person("bob")
    ops.members.append(bob.id)

    reply = await slack.types(ada, "/ops hello <there> & @bob", ops)

    assert reply.ok
    assert slack.sees(ada).text == "typed hello <there> & @bob"
    assert slack.sees(ada).last.ephemeral
    assert slack.sees(bob).messages == ()


async def test_everything_works_over_a_real_connection(
    slack: PretendSlack, bot: TinyBot, ada: Person
) -> None:
    async with serve(bot.app) as port:
        slack.deliver_to(f"http://127.0.0.1:{port}/slack/events")
        await slack.types(ada, "/ops hello")

    assert slack.sees(ada).text == "typed hello"


@pytest.mark.usefixtures("bot")
async def test_a_form_is_filled_and_submitted(slack: PretendSlack, ada: Person) -> None:
    await slack.types(ada, "/ops form")
    modal = await slack.opens(ada, "Suspend")
    short = await slack.suggests(ada, "user", "a")
    offered = await slack.suggests(ada, "user", "ad")
    slack.fills(ada, user="Ada L.", reason="card testing")
    await slack.submits(ada)

    assert modal.fields["reason"].value == "spam"
    assert (short, offered) == ([], ["Ada L."])
    assert slack.sees(ada).modal is None
    values = slack.deliveries[-1].payload["view"]["state"]["values"]
    assert values["user"]["value"]["selected_option"]["value"] == "u1"
    assert values["reason"]["value"] == {"type": "plain_text_input", "value": "card testing"}
    assert slack.workspace.complaints == []


@pytest.mark.usefixtures("bot")
async def test_the_client_refuses_what_slack_would(slack: PretendSlack, ada: Person) -> None:
    await slack.types(ada, "/ops form")
    slack.fills(ada, reason="x", mail="nobody")
    sent = len(slack.deliveries)

    with pytest.raises(CannotDo, match="required"):
        await slack.submits(ada)
    with pytest.raises(CannotDo, match="not offered"):
        slack.fills(ada, user="Zoe")

    fields = slack.modal(ada).fields
    assert all(fields[name].error for name in ("user", "reason", "mail"))
    assert len(slack.deliveries) == sent


async def _submit(slack: PretendSlack, ada: Person) -> None:
    await slack.types(ada, "/ops form")
    await slack.suggests(ada, "user", "ad")
    slack.fills(ada, user="u1")
    await slack.submits(ada)


async def test_errors_are_shown_at_their_fields(
    slack: PretendSlack, bot: TinyBot, ada: Person
) -> None:
    bot.answer = {"response_action": "errors", "errors": {"user": "Nobody is called so."}}
    await _submit(slack, ada)

    assert slack.modal(ada).fields["user"].error == "Nobody is called so."
    assert slack.workspace.complaints == []


@pytest.mark.parametrize(
    "answer",
    [
        {"response_action": "errors", "errors": {"more": "This is no input."}},
        {"response_action": "errors", "errors": {}},
        {"response_action": "dance"},
        {"response_action": "update", "view": {"type": "modal"}},
    ],
)
async def test_an_answer_slack_cannot_use_is_trouble_in_the_modal(
    slack: PretendSlack, bot: TinyBot, ada: Person, answer: dict[str, Any]
) -> None:
    bot.answer = answer
    await _submit(slack, ada)

    assert "trouble connecting" in slack.modal(ada).text
    assert len(slack.workspace.complaints) == 1


async def test_a_submission_may_update_push_and_clear(
    slack: PretendSlack, bot: TinyBot, ada: Person
) -> None:
    other = {**FORM, "title": plain("Sure?"), "blocks": [{"type": "divider"}]}
    bot.answer = {"response_action": "push", "view": other}
    await _submit(slack, ada)
    pushed = slack.modal(ada)
    bot.answer = {"response_action": "update", "view": {**other, "title": plain("Really?")}}
    await slack.submits(ada)
    updated = slack.modal(ada)
    bot.answer = {"response_action": "clear"}
    await slack.submits(ada)

    assert (pushed.title, pushed.depth) == ("Sure?", 2)
    assert (updated.title, updated.id) == ("Really?", pushed.id)
    assert slack.sees(ada).modal is None


async def test_closing_is_told_to_a_bot_that_wants_to_know(
    slack: PretendSlack, bot: TinyBot, ada: Person
) -> None:
    await slack.types(ada, "/ops form")

    reply = await slack.closes(ada)

    assert reply is not None
    assert reply.ok
    assert [event["type"] for event in bot.events] == ["view_closed"]
    assert slack.sees(ada).modal is None


async def test_a_button_replaces_its_message(
    slack: PretendSlack, bot: TinyBot, ada: Person, ops: Channel
) -> None:
    await slack.types(ada, "/ops button", ops)
    await slack.presses(ada, "Go")

    assert [message.text for message in slack.sees(ada).messages] == ["pressed"]
    assert slack.sees(ada).last.edited
    assert bot.events[0]["message"]["text"] == "press"


async def test_a_double_click_comes_as_two_payloads(
    slack: PretendSlack, bot: TinyBot, ada: Person, ops: Channel
) -> None:
    await slack.types(ada, "/ops button", ops)
    await slack.presses(ada, "Go", clicks=2)

    first, second = (event for event in bot.events)
    assert first["trigger_id"] != second["trigger_id"]
    assert first["message"]["ts"] == second["message"]["ts"]


async def test_a_button_in_a_modal_comes_with_the_view(
    slack: PretendSlack, bot: TinyBot, ada: Person
) -> None:
    await slack.types(ada, "/ops form")
    await slack.presses(ada, "b1")

    assert bot.events[0]["view"]["callback_id"] == "form"
    assert "response_url" not in bot.events[0]


async def test_a_choice_that_dispatches_is_told_at_once(
    slack: PretendSlack, bot: TinyBot, ada: Person
) -> None:
    await slack.types(ada, "/ops form")
    await slack.chooses(ada, kind="Option 2")

    (told,) = bot.events
    assert told["actions"][0]["selected_option"]["value"] == "2"
    assert told["view"]["state"]["values"]["kind"]["kind"]["selected_option"]["value"] == "2"
    with pytest.raises(CannotDo, match="fills"):
        await slack.chooses(ada, reason="quiet")


async def test_a_double_submit_comes_as_two_payloads_with_one_view(
    slack: PretendSlack, bot: TinyBot, ada: Person
) -> None:
    bot.answer = {}
    await slack.types(ada, "/ops form")
    await slack.suggests(ada, "user", "ad")
    slack.fills(ada, user="u1")
    await slack.submits(ada, clicks=2)

    first, second = (one.payload for one in slack.deliveries[-2:])
    assert first["view"]["hash"] == second["view"]["hash"]
    assert first["trigger_id"] != second["trigger_id"]
    assert slack.sees(ada).modal is None


@pytest.mark.usefixtures("bot")
async def test_an_ack_with_wrong_blocks_is_not_shown(
    slack: PretendSlack, ada: Person, ops: Channel
) -> None:
    await slack.types(ada, "/ops bad", ops)

    assert 'failed with the error "invalid_blocks"' in slack.sees(ada).text
    assert slack.workspace.produced[-1].problems


async def test_people_cannot_do_what_they_do_not_see(
    slack: PretendSlack, ada: Person, ops: Channel
) -> None:
    eve = slack.person("eve")
    whispered = slack.says(ada, "psst", ops)
    whispered.only_for = ada.id

    with pytest.raises(CannotDo, match="No modal"):
        slack.modal(ada)
    with pytest.raises(CannotDo, match="no button"):
        await slack.presses(ada, "Go")
    with pytest.raises(CannotDo, match="not in #ops"):
        await slack.types(eve, "/ops help", ops)
    with pytest.raises(CannotDo, match="ephemeral"):
        await slack.message_action(ada, "declare", whispered)


async def test_a_global_shortcut_opens_a_modal_and_has_no_channel(
    slack: PretendSlack, bot: TinyBot, ada: Person
) -> None:
    await slack.shortcut(ada, "open")

    assert (await slack.opens(ada)).title == "Suspend"
    assert not bot.events[0].keys() & {"channel", "response_url"}


async def test_changes_of_people_and_groups_are_events(
    slack: PretendSlack, bot: TinyBot, ada: Person
) -> None:
    await slack.changes(ada, deactivated=True)
    await slack.regroups("support", [ada])
    await slack.opens_home(ada)

    kinds = [event["event"]["type"] for event in bot.events]
    assert kinds == ["user_change", "subteam_updated", "subteam_members_changed", "app_home_opened"]
    assert bot.events[0]["event"]["user"]["deleted"]
    assert bot.events[2]["event"]["added_users"] == [ada.id]


@pytest.mark.usefixtures("bot")
async def test_bolt_answers_the_challenge(slack: PretendSlack) -> None:
    reply = await slack.verifies_url("abc")

    assert reply.body == {"challenge": "abc"}


@pytest.mark.usefixtures("bot")
async def test_an_unknown_command_is_told_to_the_person(
    slack: PretendSlack, ada: Person, ops: Channel
) -> None:
    reply = await slack.types(ada, "/nothing", ops)

    assert reply.status == 404
    assert '/nothing failed with the error "dispatch_failed"' in slack.sees(ada).text
    assert slack.sees(ada).last.author == "Slackbot"


async def test_too_many_options_are_a_complaint(
    slack: PretendSlack, bot: TinyBot, ada: Person
) -> None:
    bot.options = {"options": [option(n) for n in range(101)]}
    await slack.types(ada, "/ops form")

    offered = await slack.suggests(ada, "user", "ad")

    assert offered == []
    assert "no more than 100" in slack.workspace.complaints[0]


@pytest.mark.usefixtures("bot")
async def test_waiting_in_vain_tells_what_people_see(slack: PretendSlack, ada: Person) -> None:
    await slack.types(ada, "/ops hello")

    with pytest.raises(NeverHappened, match=r"ada sees:\n.*typed hello"):
        await slack.until(lambda: False, within=0.01)


async def test_waiting_ends_with_the_change(
    slack: PretendSlack, ada: Person, ops: Channel, client: AsyncWebClient
) -> None:
    await client.chat_postMessage(channel=ops.id, text="first")

    await slack.until(lambda: "first" in slack.sees(ada).text)

    assert slack.sees(ada).last.channel == "ops"


def test_time_stamps_rise_though_the_clock_jumps_back() -> None:
    clock = SetClock()
    workspace = Workspace(clock)
    before = workspace.new_ts()
    clock.time -= timedelta(hours=1)

    assert workspace.new_ts() > before


@given(st.text())
def test_escaped_words_read_as_they_were_typed(words: str) -> None:
    workspace = Workspace(SetClock())

    assert readable(escaped(workspace, words, mail=False), str) == words


def test_mentions_links_and_addresses_arrive_escaped() -> None:
    workspace = Workspace(SetClock())
    bot = workspace.bot_user

    sent = escaped(
        workspace, "@redbutton @nobody https://a.example/?x=1&y=2 a@b.example", mail=True
    )

    assert sent == (
        f"<@{bot.id}|redbutton> @nobody <https://a.example/?x=1&amp;y=2> "
        "<mailto:a@b.example|a@b.example>"
    )


def test_what_could_be_markup_arrives_as_entities() -> None:
    sent = escaped(Workspace(SetClock()), "<!channel> a < b & c", mail=False)

    assert sent == "&lt;!channel&gt; a &lt; b &amp; c"
