"""What the tests of rooms share: a chat, rooms that it opened, and what can be seen of them."""

from collections.abc import Awaitable

import pytest

from bot.domain.errors import Rejected
from integrations.ports import Chat, Room
from integrations.slack.client import SlackClient
from integrations.slack.rooms import SlackChat
from playground.driver import PretendSlack
from playground.model import Channel
from tests.clock import SetClock


def another(client: SlackClient, clock: SetClock) -> Chat:
    """Return the chat of a bot that was started anew and remembers nothing."""
    return SlackChat(client, clock)


def names(slack: PretendSlack) -> list[str]:
    return [place.name for place in slack.workspace.channels.values() if not place.direct]


def calls(slack: PretendSlack, method: str) -> int:
    return sum(call.method == method for call in slack.workspace.calls)


async def opened(chat: Chat, key: str = "k", name: str = "inc 1", *, private: bool = False) -> Room:
    return await chat.open_room(name, purpose="Checkout is down.", private=private, key=key)


def place_of(slack: PretendSlack, room: Room) -> Channel:
    return slack.workspace.channels[room.id]


async def refusal(asking: Awaitable[object]) -> str:
    with pytest.raises(Rejected) as no:
        await asking
    return str(no.value)


def told(slack: PretendSlack, what: str) -> list[str]:
    return [said.text for said in slack.workspace.messages if said.subtype == what]
