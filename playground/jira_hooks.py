"""What the pretend Jira tells those who asked to be told: webhooks, signed as Jira signs them."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from playground.http import Wire

WAITS = 5.0
"""Seconds that an answer to a webhook is waited for."""


@dataclass
class Delivery:
    """One webhook. *statuses* is what was answered each time; 0 is silence."""

    url: str
    body: bytes
    headers: Mapping[str, str]
    statuses: list[int] = field(default_factory=list)

    @property
    def event(self) -> dict[str, Any]:
        """Return what was told."""
        told: dict[str, Any] = json.loads(self.body)
        return told


class Hooks:
    """Delivers in the background. Must be closed."""

    def __init__(self) -> None:
        self.deliveries: list[Delivery] = []
        self._asked: list[tuple[str, str]] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._wire: Wire | None = None

    def ask(self, url: str, secret: str) -> None:
        """Tell *url* of every change from now on, signed with *secret*."""
        self._asked.append((url, secret))

    def tell(self, event: Mapping[str, Any]) -> None:
        """Tell everybody who asked of *event*."""
        for url, secret in self._asked:
            body = json.dumps(event).encode()
            signed = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
            headers = {
                "Content-Type": "application/json; charset=UTF-8",
                "User-Agent": "Atlassian Webhook HTTP Client",
                "X-Atlassian-Webhook-Identifier": hashlib.sha256(
                    f"{len(self.deliveries)} {url}".encode()
                ).hexdigest()[:32],
                "X-Atlassian-Webhook-Flow": "Primary",
                "X-Hub-Signature": f"sha256={signed}",
            }
            self.deliveries.append(Delivery(url, body, headers))
            self._send(self.deliveries[-1])

    def redeliver(self) -> None:
        """Tell the newest once more, as Jira does when it heard no answer."""
        self._send(self.deliveries[-1])

    async def delivered(self) -> None:
        """Wait until all that was to be told was."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    async def close(self) -> None:
        """Tell nothing more."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._wire is not None:
            await self._wire.close()
            self._wire = None

    def _send(self, delivery: Delivery) -> None:
        task = asyncio.get_running_loop().create_task(self._post(delivery))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _post(self, delivery: Delivery) -> None:
        if self._wire is None:
            self._wire = Wire()
        try:
            answer = await self._wire.post(delivery.url, delivery.body, delivery.headers, WAITS)
        except OSError:
            delivery.statuses.append(0)
        else:
            delivery.statuses.append(answer.status)
