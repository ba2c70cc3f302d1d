"""The Slack surface over a pretend workspace, with a desk that writes down what it is asked."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from bot.slack.app import slack_app
from bot.slack.asking import Keys
from bot.slack.front import Dispatch, Front
from bot.slack.handlers import Handlers, Parts
from bot.slack.home_door import HomeDoor, HomePainter
from bot.slack.home_keeping import HomeKeeper
from bot.slack.payload import Payload
from bot.slack.windows import Windows
from integrations.ports import Chat, Room
from integrations.slack.client import SlackClient
from integrations.slack.config import SlackConfig
from integrations.slack.rooms import SlackChat
from playground.driver import PretendSlack
from playground.http import asgi
from playground.model import Message
from tests.clock import SetClock
from tests.slack.belongings import Belongings
from tests.slack.desk import CATALOGUE, QUIET, WrittenDown
from tests.slack.office import Office, sending
from tests.slack.outbox import Shelf
from tests.slack.rooms import opened


@dataclass
class Surface:
    """Our half of the wire, and what it heard."""

    slack: PretendSlack
    desk: WrittenDown
    client: SlackClient
    windows: Windows
    dispatch: Dispatch
    clock: SetClock
    homes: HomeKeeper
    mine: Belongings
    heard: list[str] = field(default_factory=list)


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
async def slack(clock: SetClock) -> AsyncIterator[PretendSlack]:
    async with PretendSlack.open(clock=clock) as opened:
        yield opened


@pytest.fixture
async def client(slack: PretendSlack) -> AsyncIterator[SlackClient]:
    opened = await SlackClient.open(SlackConfig(slack.bot_token, slack.api_url))
    yield opened
    await opened.close()


@pytest.fixture
async def surface(
    slack: PretendSlack, client: SlackClient, clock: SetClock
) -> AsyncIterator[Surface]:
    desk, windows, heard = WrittenDown(), Windows(client), list[str]()

    async def hears(payload: Payload) -> None:
        heard.append(payload.text("event", "type"))

    mine = Belongings()
    painter = HomePainter(desk, CATALOGUE, mine)
    homes = HomeKeeper(painter.draw, windows.publish, clock)
    keeping = asyncio.create_task(homes.run())
    door = HomeDoor(mine, homes)
    known = {"/suspend": "users.suspend"}
    parts = Parts(desk, QUIET, CATALOGUE, windows, Keys(b"key"), hears, door, aliases=known)
    dispatch = slack_app(Handlers(parts).handle, client.bolt_client())
    slack.deliver_to(asgi(Front(dispatch, slack.signing_secret, clock)))
    yield Surface(slack, desk, client, windows, dispatch, clock, homes, mine, heard)
    await windows.close()
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)


@pytest.fixture
async def post(slack: PretendSlack, client: SlackClient, clock: SetClock) -> AsyncIterator[Office]:
    ada, shelf = slack.person("ada"), Shelf(clock)
    ops = slack.channel("ops", members=[ada])
    async with sending(client, clock, shelf) as sender:
        yield Office(slack, shelf, clock, sender, ada, ops)


@pytest.fixture
def chat(client: SlackClient, clock: SetClock) -> Chat:
    return SlackChat(client, clock)


@pytest.fixture
async def room(chat: Chat) -> Room:
    return await opened(chat)


@pytest.fixture
def said(slack: PretendSlack, room: Room) -> Message:
    ada = slack.person("ada")
    slack.workspace.channels[room.id].members.append(ada.id)
    return slack.says(ada, "I see errors.", slack.workspace.channels[room.id])
