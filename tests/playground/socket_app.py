"""An app on the other side of Socket Mode, as small as can be."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from playground.driver import PretendSlack

Frame = dict[str, Any]


class SocketApp:
    """Opens connections; what happens on each is up to the test."""

    def __init__(self, slack: PretendSlack, session: aiohttp.ClientSession) -> None:
        self.slack = slack
        self.session = session
        self.sockets: list[aiohttp.ClientWebSocketResponse] = []
        """All that were opened: one that nobody holds would be closed."""

        self.web = AsyncWebClient(
            token=slack.app_token, base_url=slack.api_url, session=session, retry_handlers=[]
        )

    async def url(self) -> str:
        """Ask for a URL."""
        answer = await self.web.apps_connections_open(app_token=self.slack.app_token)
        url: str = answer["url"]
        return url

    async def connect(self, *, autoping: bool = True) -> aiohttp.ClientWebSocketResponse:
        """Open one more connection, before its first frame."""
        socket = await self.session.ws_connect(await self.url(), autoping=autoping)
        self.sockets.append(socket)
        return socket

    async def connected(self) -> aiohttp.ClientWebSocketResponse:
        """Open one more connection and hear its hello."""
        socket = await self.connect()
        await told(socket)
        return socket


async def told(socket: aiohttp.ClientWebSocketResponse) -> Frame:
    """Return the next frame."""
    frame: Frame = await socket.receive_json(timeout=5)
    return frame


async def ack(
    socket: aiohttp.ClientWebSocketResponse, frame: Frame, payload: Mapping[str, Any] | None = None
) -> None:
    """Acknowledge the envelope *frame*."""
    answer = {} if payload is None else {"payload": payload}
    await socket.send_str(json.dumps({"envelope_id": frame["envelope_id"], **answer}))


@asynccontextmanager
async def socket_app(slack: PretendSlack) -> AsyncIterator[SocketApp]:
    """Make an app whose connections end with the block; *slack* delivers by socket."""
    slack.deliver_by_socket()
    async with aiohttp.ClientSession() as session:
        yield SocketApp(slack, session)
