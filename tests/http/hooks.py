"""Webhooks as PagerDuty and Jira sign them, put straight to the web app."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

from starlette.types import ASGIApp

from bot.domain.errors import NotNow
from bot.domain.hints import Hint, Vendor
from bot.http.server import web
from bot.http.webhooks import Webhooks
from tests.clock import SetClock

PAGERDUTY, JIRA = "/webhooks/pagerduty", "/webhooks/jira"
SECRETS: Mapping[Vendor, str] = {"pagerduty": "pretend-secret", "jira": "another-secret"}
OURS = ("5b10ac8d82e05b22cc7d4ef5", "Redbutton@Example.com")

ACKNOWLEDGED = {
    "event": {
        "id": "5ac64822-4adc-4fda-ade0-410becf0de4f",
        "event_type": "incident.acknowledged",
        "resource_type": "incident",
        "occurred_at": "2026-11-20T03:00:00.000Z",
        "agent": {"id": "PLH1HKV", "summary": "Grace Okonjo", "type": "user_reference"},
        "client": {"name": "PagerDuty"},
        "data": {"id": "PGR0VU2", "type": "incident", "status": "acknowledged"},
    }
}
UPDATED = {
    "timestamp": 1795143600000,
    "webhookEvent": "jira:issue_updated",
    "user": {"accountId": "99:27935d01", "displayName": "Grace Okonjo"},
    "issue": {"id": "99291", "key": "OPS-7"},
}
IDENTIFIER = "jira:issue_updated:0b7f"


class Kept:
    """Keeps hints as the store will: each event of a vendor once, for every replica."""

    def __init__(self) -> None:
        self.hints: list[Hint] = []
        self.full = False

    async def take(self, hint: Hint) -> bool:
        if self.full:
            raise NotNow("The store cannot be written.")
        new = (hint.vendor, hint.event) not in {(h.vendor, h.event) for h in self.hints}
        if new:
            self.hints.append(hint)
        return new


def a_bot(
    kept: Kept, clock: SetClock | None = None, secrets: Mapping[Vendor, str] = SECRETS
) -> ASGIApp:
    webhooks = Webhooks(secrets, kept, clock or SetClock(), ourselves=lambda: OURS)
    return web(None, {}, webhooks=webhooks)


def signed(secret: str, body: bytes) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def packed(payload: object) -> bytes:
    return json.dumps(payload, ensure_ascii=False).encode()


def headers(path: str, body: bytes) -> dict[str, str]:
    """Return the headers that the vendor at *path* sends with *body*."""
    length = {"content-type": "application/json", "content-length": str(len(body))}
    if path == PAGERDUTY:
        signature = f"v1={signed(SECRETS['pagerduty'], body)}"
        return {**length, "x-pagerduty-signature": signature}
    signature = f"sha256={signed(SECRETS['jira'], body)}"
    named = {"x-hub-signature": signature, "x-atlassian-webhook-identifier": IDENTIFIER}
    return {**length, **named}


async def put(
    door: ASGIApp,
    path: str,
    body: bytes,
    head: Mapping[str, str] | None = None,
    method: str = "POST",
) -> tuple[int, str]:
    """Send *body* to *path*, signed unless *head* says otherwise; return the answer."""
    sent: list[dict[str, Any]] = []
    # uvicorn hands a body over in pieces.
    pieces = [body[:1000], body[1000:]]

    async def receive() -> dict[str, Any]:
        piece = pieces.pop(0)
        return {"type": "http.request", "body": piece, "more_body": bool(pieces)}

    async def send(message: Any) -> None:
        sent.append(message)

    named = headers(path, body) if head is None else head
    raw = [(n.encode("latin-1"), v.encode("latin-1")) for n, v in named.items()]
    await door({"type": "http", "method": method, "path": path, "headers": raw}, receive, send)
    return sent[0]["status"], sent[1]["body"].decode()
