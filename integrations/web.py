"""The one place of the product that speaks HTTP as a client: JSON out, JSON back."""

import json
from collections.abc import Mapping
from typing import Any

import httpx

MOST_BYTES = 8 * 1024 * 1024
"""Of an answer; what is longer is not read to its end. Fifty incidents of a busy status page, each
with all that was said of it and all that it touched, have two or three million."""

_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class WebError(Exception):
    """It did not go as asked. Its text names no address, no header and no word of an answer."""


class NoSuccess(WebError):
    """An answer came and is no success. *headers* have small letters; *body* is the text of it."""

    def __init__(self, status: int, headers: Mapping[str, str], body: str) -> None:
        super().__init__(f"answered {status}")
        self.status = status
        self.headers = headers
        self.body = body


class NoAnswer(WebError):
    """No answer came; where it was not *sent*, certainly nothing happened."""

    def __init__(self, *, sent: bool) -> None:
        super().__init__("went silent" if sent else "could not be reached")
        self.sent = sent


class Garbled(WebError):
    """An answer of success came and cannot be read."""


class Web:
    """Speaks to what lies below *base_url*. Must be closed.

    *timeout*, in seconds, bounds each silence, never a whole call: who calls sets a deadline, too.
    Nothing is repeated, and no redirect is followed. A proxy that the environment names is used,
    except to this very machine.
    """

    def __init__(self, base_url: str, headers: Mapping[str, str], timeout: float = 5.0) -> None:
        here = httpx.URL(base_url).host in _LOOPBACK
        # An answer is bounded as it is read, and a packed one would be longer than it looks.
        sends = {**headers, "Accept": "application/json", "Accept-Encoding": "identity"}
        self._client = httpx.AsyncClient(
            base_url=base_url,
            headers=sends,
            timeout=timeout,
            follow_redirects=False,
            trust_env=not here,
            # Certificates take longer to load than a whole test, and are of no use without TLS.
            verify=base_url.startswith("https:"),
        )

    async def get(self, path: str, query: Mapping[str, str | int] | None = None) -> Any:
        """Return what is at *path*. Raises WebError."""
        return await self._ask(self._client.build_request("GET", path, params=query))

    async def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """Post *body* to *path* and return the answer. Raises WebError."""
        return await self._ask(self._client.build_request("POST", path, json=body))

    async def patch(self, path: str, body: Mapping[str, Any]) -> Any:
        """Change what is at *path* by *body* and return the answer. Raises WebError."""
        return await self._ask(self._client.build_request("PATCH", path, json=body))

    async def close(self) -> None:
        """Close all connections."""
        await self._client.aclose()

    async def _ask(self, request: httpx.Request) -> Any:
        try:
            answer = await self._client.send(request, stream=True)
            try:
                raw = await _bounded(answer)
            finally:
                await answer.aclose()
        except httpx.HTTPError as lost:
            # What httpx says may hold the address, and with it what stands in a query.
            raise NoAnswer(sent=not isinstance(lost, _NEVER_SENT)) from None
        if not answer.is_success:
            text = (raw or b"").decode("utf-8", "replace")
            raise NoSuccess(answer.status_code, dict(answer.headers), text)
        return _read(raw)


async def _bounded(answer: httpx.Response) -> bytes | None:
    """Return the body; None where it is packed or longer than we read."""
    if answer.headers.get("content-encoding", "identity") != "identity":
        return None
    raw = bytearray()
    async for piece in answer.aiter_raw():
        raw += piece
        if len(raw) > MOST_BYTES:
            return None
    return bytes(raw)


def _read(raw: bytes | None) -> Any:
    if raw is None:
        raise Garbled("answered with more than is read, or packed it")
    try:
        value = json.loads(raw)
        # Half a character can be written in JSON and neither stored nor sent on.
        json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise Garbled("answered with something that is no JSON") from None
    return value
