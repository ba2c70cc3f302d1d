"""Carries payloads to the app, signed, and understands its answers as Slack does."""

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from itertools import count
from typing import Any
from urllib.parse import urlencode

from playground.http import Answer, Receiver, Wire
from playground.workspace import Workspace

PATIENCE = 3.0
"""Seconds that Slack waits for an answer (docs.slack.dev: acknowledge)."""

_FORM = "application/x-www-form-urlencoded"
_JSON = "application/json"
_RETRY = "X-Slack-Retry-Num"


@dataclass(frozen=True)
class Reply:
    """The app's answer to one delivery; status 0: none within three seconds."""

    status: int
    seconds: float
    text: str
    body: dict[str, Any]
    """The answer read as a JSON object; empty when it is none."""

    trouble: str = ""
    """What Slack calls it when it is not a 200 in time: operation_timeout, dispatch_failed."""

    @property
    def ok(self) -> bool:
        """Whether the app answered 200 in time."""
        return not self.trouble


@dataclass(frozen=True)
class Delivery:
    """One thing sent to the app; *payload* is the body read."""

    kind: str
    payload: dict[str, Any]
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(eq=False)
class Exchange:
    """A delivery and, once there is one, its reply."""

    delivery: Delivery
    at: datetime
    reply: Reply | None = None


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """Return the `v0` signature of *body* at *timestamp*."""
    base = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


class Courier:
    """Delivers to one door and remembers everything delivered."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.exchanges: list[Exchange] = []
        self.patience = PATIENCE
        self._wire = Wire()
        self._door: Receiver | None = None
        self._asked: set[asyncio.Future[Answer]] = set()
        self._sent: set[asyncio.Future[Reply]] = set()

    @property
    def deliveries(self) -> list[Delivery]:
        """Everything delivered so far."""
        return [one.delivery for one in self.exchanges]

    def deliver_to(self, door: str | Receiver | Sequence[str | Receiver]) -> None:
        """Send everything to *door* from now on: a URL, a callable, or several in turn."""
        if isinstance(door, Sequence) and not isinstance(door, str):
            self._door = balanced([self._opened(one) for one in door])
        else:
            self._door = self._opened(door)

    def _opened(self, door: str | Receiver) -> Receiver:
        if not isinstance(door, str):
            return door

        async def post(body: bytes, headers: Mapping[str, str]) -> Answer:
            return await self._wire.post(door, body, headers, self.patience)

        return post

    def signed(self, body: bytes, content_type: str) -> dict[str, str]:
        """Return the headers of a request with *body*, signed now."""
        timestamp = str(self.workspace.seconds())
        return {
            "content-type": content_type,
            "user-agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "x-slack-request-timestamp": timestamp,
            "x-slack-signature": sign(self.workspace.signing_secret, timestamp, body),
        }

    async def form(self, fields: Mapping[str, str]) -> Reply:
        """Deliver a slash command."""
        delivery = Delivery("command", dict(fields), urlencode(fields).encode())
        return await self._deliver(delivery, self.signed(delivery.body, _FORM))

    async def interaction(self, payload: dict[str, Any]) -> Reply:
        """Deliver an interaction: JSON in the one form field `payload`."""
        body = urlencode({"payload": json.dumps(payload)}).encode()
        delivery = Delivery(payload["type"], payload, body)
        return await self._deliver(delivery, self.signed(body, _FORM))

    async def event(self, payload: dict[str, Any], retry: int = 0, reason: str = "") -> Reply:
        """Deliver an Events API body; *retry* and *reason* mark a repeat."""
        body = json.dumps(payload).encode()
        headers = self.signed(body, _JSON)
        if retry:
            headers |= {_RETRY: str(retry), "X-Slack-Retry-Reason": reason}
        kind = payload.get("event", payload)["type"]
        return await self._deliver(Delivery(kind, payload, body), headers)

    def soon(self, wrap: Callable[[dict[str, Any]], dict[str, Any]]) -> Callable[..., None]:
        """Return what delivers an event, in the body that *wrap* makes of it, without waiting."""

        def deliver(event: dict[str, Any]) -> None:
            task = asyncio.ensure_future(self.event(wrap(event)))
            self._sent.add(task)
            task.add_done_callback(self._sent.discard)

        return deliver

    async def again(self, delivery: Delivery) -> Reply:
        """Deliver the same payload, newly signed."""
        headers = self.signed(delivery.body, delivery.headers["content-type"])
        return await self._deliver(delivery, headers)

    async def replay(self, delivery: Delivery) -> Reply:
        """Deliver the same bytes under the same signature, as a thief would."""
        return await self.raw(delivery.body, delivery.headers)

    async def _deliver(self, delivery: Delivery, headers: dict[str, str]) -> Reply:
        sent = Delivery(delivery.kind, delivery.payload, delivery.body, headers)
        exchange = Exchange(sent, self.workspace.now())
        self.exchanges.append(exchange)
        self.workspace.notify()
        exchange.reply = await self.raw(delivery.body, headers)
        self.workspace.notify()
        return exchange.reply

    async def raw(self, body: bytes, headers: Mapping[str, str]) -> Reply:
        """Deliver any *body* with any *headers*."""
        if self._door is None:
            raise RuntimeError("The app's address is not known. Call `deliver_to` first.")
        start = time.perf_counter()
        # Slack hangs up, but that does not stop the app's work; so nothing is cancelled here.
        asked = asyncio.ensure_future(self._door(body, headers))
        self._asked.add(asked)
        try:
            await asyncio.wait({asked}, timeout=self.patience)
            answer = asked.result()
            self._asked.discard(asked)
        except (TimeoutError, asyncio.InvalidStateError):
            return Reply(0, time.perf_counter() - start, "", {}, "operation_timeout")
        except OSError:
            return Reply(0, time.perf_counter() - start, "", {}, "dispatch_failed")
        seconds = time.perf_counter() - start
        text = answer.body.decode(errors="replace")
        trouble = "" if answer.status == HTTPStatus.OK else "dispatch_failed"
        return Reply(answer.status, seconds, text, _read(answer), trouble)

    async def close(self) -> None:
        """Stop waiting for answers and close all connections."""
        left: list[asyncio.Future[Any]] = [*self._sent, *self._asked]
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        await self._wire.close()


def balanced(doors: Sequence[Receiver]) -> Receiver:
    """Return a door that passes to *doors* in turn, skipping those that refuse the connection.

    A door that breaks later is not skipped: the payload may have arrived there.
    """
    turns = count()

    async def receive(body: bytes, headers: Mapping[str, str]) -> Answer:
        first = next(turns)
        for place in range(len(doors)):
            try:
                return await doors[(first + place) % len(doors)](body, headers)
            except ConnectionRefusedError:
                continue
        raise ConnectionRefusedError("Nobody is at any of the doors.")

    return receive


def _read(answer: Answer) -> dict[str, Any]:
    try:
        body = json.loads(answer.body)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
