"""Slack's end of one Socket Mode connection."""

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from aiohttp import WSMessage, WSMsgType, web

from playground.envelopes import HOST, Reason, disconnect

_OVER = (WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED, WSMsgType.ERROR)

BREATH = 0.05
"""Seconds between the last words and the end, as a real network has them."""

SILENCE = 3
"""Pings in a row that may stay unanswered before the connection counts as dead."""


class Link:
    """One open connection. *number* counts from 1; *given* are the envelopes not yet acked."""

    def __init__(
        self, number: int, request: web.BaseRequest, socket: web.WebSocketResponse
    ) -> None:
        self.number = number
        self.given: dict[str, dict[str, Any]] = {}
        self.told: list[Reason] = []
        """The reasons of the `disconnect` frames sent so far."""

        self.leaving = False
        """Gets no new envelopes, because it is about to be closed in order."""

        self.gone = asyncio.Event()
        self._request = request
        self._socket = socket
        self._thawed = asyncio.Event()
        self._thawed.set()
        self._unanswered = 0

    @property
    def frozen(self) -> bool:
        """Whether it swallows everything."""
        return not self._thawed.is_set()

    def freeze(self) -> None:
        """Swallow every frame in both directions from now on; TCP stays as it is."""
        self._thawed.clear()

    def thaw(self) -> None:
        """Work again; what was swallowed is lost."""
        self._thawed.set()

    def cut(self) -> None:
        """Break the TCP connection without a word."""
        self._thawed.set()
        if self._request.transport is not None:
            self._request.transport.abort()

    async def send(self, frame: dict[str, Any]) -> None:
        """Send *frame*; a connection that is breaking loses it."""
        if not self.frozen:
            with suppress(ConnectionError):
                await self._socket.send_str(json.dumps(frame))

    async def tell(self, reason: Reason) -> None:
        """Announce the end of this connection."""
        self.told.append(reason)
        await self.send(disconnect(reason))

    async def refuse(self, reason: Reason) -> None:
        """Say *reason* and hang up a moment later, without a close frame."""
        await self.tell(reason)
        # aiohttp's client never learns of an end that arrives together with the handshake.
        await asyncio.sleep(BREATH)
        if self._request.transport is not None:
            self._request.transport.close()

    async def close(self) -> None:
        """Send a close frame and end the connection; a frozen one is left alone."""
        if not self.frozen:
            await self._socket.close()

    async def listen(self, heard: Callable[[str], None], ping_every: float) -> None:
        """Hand on what the app sends, until the connection ends."""
        pinging = asyncio.create_task(self._ping(ping_every))
        try:
            while (message := await self._socket.receive()).type not in _OVER:
                if not self.frozen:
                    await self._take(message, heard)
        finally:
            pinging.cancel()
            self.gone.set()

    async def part(self) -> None:
        """Answer the app's close frame, once thawed."""
        await self._thawed.wait()
        await self._socket.close()

    async def _take(self, message: WSMessage, heard: Callable[[str], None]) -> None:
        if message.type is WSMsgType.PING:
            with suppress(ConnectionError):
                await self._socket.pong(message.data)
        elif message.type is WSMsgType.PONG:
            self._unanswered = 0
        else:
            heard(message.data if isinstance(message.data, str) else repr(message.data))

    async def _ping(self, every: float) -> None:
        while self._unanswered < SILENCE:
            await asyncio.sleep(every)
            if not self.frozen:
                self._unanswered += 1
                with suppress(ConnectionError):
                    await self._socket.ping(f"Ping from {HOST}".encode())
        self.cut()
