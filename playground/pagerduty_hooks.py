"""The pretend PagerDuty's signed webhooks, version 3, to whoever subscribed."""

import asyncio
import hashlib
import hmac
import json
from collections import deque
from dataclasses import dataclass, field
from uuid import UUID

from playground.http import Wire
from playground.pagerduty_state import Incident, Json, User, stamp, told_incident, user_reference

PATIENCE = 5.0
"""Seconds within which PagerDuty wants an answer (developer.pagerduty.com: webhooks, Behavior)."""


@dataclass(eq=False)
class Delivery:
    """One webhook, and what its receiver answered each time; 0 is no answer."""

    body: bytes
    event: Json
    statuses: list[int] = field(default_factory=list)


class Hooks:
    """Posts what happens to the subscriber, in order, beside whatever goes on."""

    def __init__(self) -> None:
        self.deliveries: list[Delivery] = []
        self._to: tuple[str, bytes] | None = None
        self._waiting: deque[Delivery] = deque()
        self._posting: asyncio.Task[None] | None = None
        self._wire: Wire | None = None

    def subscribe(self, url: str, secret: str) -> None:
        """Post to *url* from now on, signed with *secret*."""
        self._to = (url, secret.encode())

    def tell(self, kind: str, one: Incident, agent: User | None, number: int) -> None:
        """Post that *kind* happened to *one*; *number* makes the event's id."""
        if self._to is None:
            return
        event = {
            "id": str(UUID(int=number)),
            "event_type": f"incident.{kind}",
            "resource_type": "incident",
            "occurred_at": stamp(one.log[-1][2]).replace("Z", ".000Z"),
            "agent": user_reference(agent) if agent else None,
            "client": None,
            "data": told_incident(one),
        }
        made = Delivery(json.dumps({"event": event}).encode(), event)
        self.deliveries.append(made)
        self._post(made)

    def again(self) -> None:
        """Post the newest once more, as after an answer that got lost."""
        self._post(self.deliveries[-1])

    async def done(self) -> None:
        """Return once everything was posted."""
        while self._posting is not None and not self._posting.done():
            await asyncio.shield(self._posting)

    async def close(self) -> None:
        """Post no more."""
        if self._posting is not None:
            self._posting.cancel()
            await asyncio.gather(self._posting, return_exceptions=True)
        if self._wire is not None:
            await self._wire.close()
            self._wire = None

    def _post(self, one: Delivery) -> None:
        self._waiting.append(one)
        if self._posting is None or self._posting.done():
            self._posting = asyncio.get_running_loop().create_task(self._drain())

    async def _drain(self) -> None:
        while self._waiting and self._to is not None:
            one, (url, secret) = self._waiting.popleft(), self._to
            self._wire = self._wire or Wire()
            signed = hmac.new(secret, one.body, hashlib.sha256).hexdigest()
            headers = {
                "Content-Type": "application/json",
                "User-Agent": "PagerDuty-Webhook/V3.0",
                "X-PagerDuty-Signature": f"v1={signed}",
                "X-Webhook-Id": one.event["id"],
            }
            try:
                answer = await self._wire.post(url, one.body, headers, PATIENCE)
            except OSError:
                one.statuses.append(0)
            else:
                one.statuses.append(answer.status)
