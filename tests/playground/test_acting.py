"""People act by the ids that a client sends, and the workspace counts what changes."""

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from playground.driver import CannotDo, PretendSlack
from playground.http import Answer
from playground.model import Message, Person
from tests.playground.bad_views import option

MENU = {"type": "static_select", "action_id": "which", "options": [option(1), option(2)]}
MORE = {"type": "overflow", "action_id": "more", "options": [option(1), option(2)]}
ACTIONS = [{"type": "actions", "block_id": "here", "elements": [MENU, MORE]}]


@pytest.fixture
async def said(slack: PretendSlack, client: AsyncWebClient) -> Message:
    """Let the app say something that can be chosen from; it takes whatever it is told."""

    async def takes(_body: bytes, _headers: object) -> Answer:
        return Answer(200, b"")

    slack.deliver_to(takes)
    ada = slack.person("ada")
    ops = slack.channel("ops", members=[ada])
    await client.chat_postMessage(channel=ops.id, text="Choose.", blocks=ACTIONS)
    return slack.workspace.messages[-1]


def ada_in(slack: PretendSlack) -> Person:
    return next(p for p in slack.workspace.people.values() if p.name == "ada")


@pytest.mark.parametrize("action", ["which", "more"])
async def test_what_is_chosen_in_a_message_reaches_the_app(
    slack: PretendSlack, said: Message, action: str
) -> None:
    await slack.acts(ada_in(slack), said, ("here", action), "2")

    (told,) = slack.deliveries[-1].payload["actions"]
    assert (told["action_id"], told["selected_option"]) == (action, option(2))


@pytest.mark.parametrize(("ids", "value"), [(("here", "gone"), "2"), (("here", "which"), "3")])
async def test_what_is_not_there_cannot_be_chosen(
    slack: PretendSlack, said: Message, ids: tuple[str, str], value: str
) -> None:
    with pytest.raises(CannotDo):
        await slack.acts(ada_in(slack), said, ids, value)

    assert slack.deliveries == []


async def test_a_reaction_is_taken_back_by_reacting_again(
    slack: PretendSlack, said: Message
) -> None:
    ada, bob = ada_in(slack), slack.person("bob")
    for person in (ada, bob, ada):
        slack.workspace.react(said, person.id, "👍")

    assert said.reactions == {"👍": [bob.id]}


async def test_each_change_of_a_message_has_its_number(slack: PretendSlack, said: Message) -> None:
    born, before = said.born, slack.workspace.rev
    slack.workspace.edit(said, "Chosen.", [])
    edited = said.rev
    slack.workspace.delete(said)

    assert born <= before < edited < slack.workspace.rev
    assert slack.workspace.gone == [(slack.workspace.rev, said)]


async def test_a_delivery_is_kept_with_its_reply(slack: PretendSlack, said: Message) -> None:
    await slack.acts(ada_in(slack), said, ("here", "which"), "1")

    exchange = slack.courier.exchanges[-1]
    assert exchange.reply is not None
    assert (exchange.delivery.kind, exchange.reply.status) == ("block_actions", 200)
