"""Requests as Slack signs them, put straight to an ASGI app."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from starlette.types import ASGIApp

from bot.slack.front import Ack
from tests.clock import SetClock

SECRET = "pretend-signing-secret"
FORM, JSON = "application/x-www-form-urlencoded", "application/json"


def signature(secret: str, stamp: str, body: bytes) -> str:
    signed = b"v0:" + stamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def headers(clock: SetClock, body: bytes, content_type: str = FORM) -> dict[str, str]:
    stamp = str(int(clock.now().timestamp()))
    return {
        "content-type": content_type,
        "content-length": str(len(body)),
        "x-slack-request-timestamp": stamp,
        "x-slack-signature": signature(SECRET, stamp, body),
    }


def form(**fields: str) -> bytes:
    return urlencode(fields).encode()


def interaction(payload: object) -> bytes:
    return form(payload=json.dumps(payload))


class Pipe:
    """Carries one request in pieces and counts how many were taken."""

    def __init__(self, pieces: list[bytes]) -> None:
        self.pieces = pieces
        self.taken = 0

    async def receive(self) -> dict[str, Any]:
        piece = self.pieces[self.taken]
        self.taken += 1
        more = self.taken < len(self.pieces)
        return {"type": "http.request", "body": piece, "more_body": more}


async def put(
    app: ASGIApp, head: Mapping[str, str], pipe: Pipe | bytes, method: str = "POST"
) -> Ack:
    """Send a request to `/slack/events` and return the answer."""
    source = pipe if isinstance(pipe, Pipe) else Pipe([pipe])
    answer: list[Any] = []

    async def send(message: Any) -> None:
        answer.append(message)

    scope = {
        "type": "http",
        "method": method,
        "path": "/slack/events",
        "headers": [(name.encode(), value.encode()) for name, value in head.items()],
    }
    await app(scope, source.receive, send)
    kinds = dict(answer[0]["headers"])
    return Ack(answer[0]["status"], answer[1]["body"].decode(), kinds[b"content-type"].decode())
