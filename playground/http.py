"""The one place of the playground that speaks HTTP as a client."""

import ssl
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx


@dataclass(frozen=True)
class Answer:
    """What came back for a POST."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


Receiver = Callable[[bytes, Mapping[str, str]], Awaitable[Answer]]
"""Takes a raw body and its headers, as a web server would. Raises OSError when nobody is there."""


class Wire:
    """Posts to addresses. Must be closed."""

    def __init__(self, transport: httpx.AsyncBaseTransport | None = None) -> None:
        # An empty context: loading the system's certificates takes longer than a whole test.
        bare = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._client = httpx.AsyncClient(verify=bare, trust_env=False, transport=transport)

    async def post(
        self, url: str, body: bytes, headers: Mapping[str, str], seconds: float
    ) -> Answer:
        """Post *body* to *url*; TimeoutError after *seconds*, OSError when the line breaks."""
        try:
            answer = await self._client.post(
                url, content=body, headers=dict(headers), timeout=seconds
            )
        except httpx.TimeoutException as late:
            raise TimeoutError(f"{url} did not answer within {seconds} s") from late
        except httpx.ConnectError as nobody:
            raise ConnectionRefusedError(f"Nobody is at {url}: {nobody!r}") from nobody
        except httpx.TransportError as broken:
            raise ConnectionError(f"{url} could not be reached: {broken!r}") from broken
        return Answer(answer.status_code, answer.content, dict(answer.headers))

    async def close(self) -> None:
        """Close all connections."""
        await self._client.aclose()


def asgi(app: Any) -> Receiver:
    """Return a receiver that calls the ASGI *app* in this process, at `/slack/events`."""

    async def receive(body: bytes, headers: Mapping[str, str]) -> Answer:
        wire = Wire(httpx.ASGITransport(app=app))
        try:
            return await wire.post("http://bot/slack/events", body, headers, 3)
        finally:
            await wire.close()

    return receive
