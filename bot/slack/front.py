"""The check in front of Bolt: only what Slack itself has just sent, once, gets past."""

import asyncio
import hashlib
import hmac
import json
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from prometheus_client import Counter
from starlette.types import Receive, Scope, Send

from bot.domain.clock import Clock
from bot.slack.payload import kind_of

BODY_LIMIT = 256 * 1024
"""Bytes. A view may have 250 kB (docs.slack.dev: views.push), payloads seen are far smaller."""

AGE_LIMIT = 300
"""Seconds. docs.slack.dev: verifying requests from Slack."""

READ_WITHIN = 3.0
"""Seconds to hand a body over; Slack itself gives up after three."""

REMEMBERED = 65_536
"""Signatures kept against replay: ten minutes at 100 requests a second."""

REFUSED = Counter("redbutton_slack_refused", "Requests refused before Bolt.", ["reason"])
ACCEPTED = Counter("redbutton_slack_accepted", "Requests from Slack, by kind.", ["kind"])

_FORM, _JSON = "application/x-www-form-urlencoded", "application/json"
_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}")
_TIMESTAMP = re.compile(r"[0-9]{1,12}")
_HALF_CHARACTER = re.compile(rb"\\u[dD][89a-fA-F]")


@dataclass(frozen=True)
class Ack:
    """What goes back to Slack in answer to one payload."""

    status: int = 200
    body: str = ""
    content_type: str = "text/plain; charset=utf-8"


Dispatch = Callable[[dict[str, Any], Mapping[str, str]], Awaitable[Ack]]
"""Takes a payload that is certainly Slack's, and the headers that mark a retry.

Every transport ends here: signed HTTP does, Socket Mode will.
"""


class NotTaken(Exception):
    """Refused before Bolt: *reason* is counted, *words* are answered."""

    def __init__(self, status: int, reason: str, words: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.words = words


class Front:
    """The ASGI app at `/slack/events`. It logs no body and answers what it refuses in a few words.

    Slack's unsigned `ssl_check` is refused like everything unsigned.
    """

    def __init__(self, dispatch: Dispatch, signing_secret: str, clock: Clock) -> None:
        self._dispatch = dispatch
        self._secret = signing_secret.encode()
        self._clock = clock
        self._seen: OrderedDict[bytes, float] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check one request and hand it on."""
        try:
            headers = _headers(scope["headers"])
            self._check_head(scope["method"], headers)
            async with asyncio.timeout(READ_WITHIN):
                body = await _read(receive)
            self._check_signature(headers, body)
            payload, kind = parsed(body, headers["content-type"])
        except TimeoutError:
            await _refuse(send, NotTaken(400, "slow", "The body did not arrive in time."))
        except NotTaken as no:
            await _refuse(send, no)
        else:
            ACCEPTED.labels(kind).inc()
            await _answer(send, await self._dispatch(payload, headers))

    def _check_head(self, method: str, headers: Mapping[str, str]) -> None:
        """Refuse what its first lines already betray, before a byte of the body is read."""
        if method != "POST":
            raise NotTaken(405, "method", "Only POST is answered here.")
        if headers.get("content-type", "").partition(";")[0].strip() not in {_FORM, _JSON}:
            raise NotTaken(400, "content_type", "Slack sends forms and JSON.")
        stamp = headers.get("x-slack-request-timestamp", "")
        if not _TIMESTAMP.fullmatch(stamp):
            raise NotTaken(401, "timestamp", "The timestamp is missing or no number.")
        if abs(self._clock.now().timestamp() - int(stamp)) > AGE_LIMIT:
            raise NotTaken(401, "old", "The timestamp is more than five minutes off.")
        if not _SIGNATURE.fullmatch(headers.get("x-slack-signature", "")):
            raise NotTaken(401, "signature", "The signature is missing or malformed.")
        length = headers.get("content-length", "0")
        if not length.isdigit() or len(length) > len(str(BODY_LIMIT)) or int(length) > BODY_LIMIT:
            raise NotTaken(413, "size", "The body is too large.")

    def _check_signature(self, headers: Mapping[str, str], body: bytes) -> None:
        signed = b"v0:%b:%b" % (headers["x-slack-request-timestamp"].encode(), body)
        ours = hmac.digest(self._secret, signed, hashlib.sha256)
        if not hmac.compare_digest(ours.hex(), headers["x-slack-signature"][3:]):
            raise NotTaken(401, "signature", "The signature does not fit the body.")
        now = self._clock.monotonic()
        while self._seen and (len(self._seen) >= REMEMBERED or self._oldest() < now):
            self._seen.popitem(last=False)
        if ours in self._seen:
            raise NotTaken(401, "replay", "This very request was sent before.")
        # A timestamp may lie five minutes ahead and stays good until five minutes after it.
        self._seen[ours] = now + 2 * AGE_LIMIT + 1

    def _oldest(self) -> float:
        return next(iter(self._seen.values()))


def parsed(body: bytes, content_type: str) -> tuple[dict[str, Any], str]:
    """Return the payload in *body* and its kind; raises NotTaken for what Slack would not send."""
    try:
        payload = _parse(body, content_type)
    except (ValueError, RecursionError) as bad:
        raise NotTaken(400, "malformed", "The body is neither a form nor JSON.") from bad
    if not isinstance(payload, dict):
        raise NotTaken(400, "no_payload", "There is no payload.")
    kind = kind_of(payload)
    if kind is None:
        raise NotTaken(400, "unknown_kind", "This kind of payload is not known here.")
    return payload, kind


def _parse(body: bytes, content_type: str) -> Any:
    if content_type.startswith(_JSON):
        return read_json(body)
    form = dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=64))
    if "payload" in form:
        return read_json(form["payload"].encode())
    return form if "command" in form else None


def read_json(text: bytes) -> Any:
    """Read *text*; raises ValueError, also for what could be read and never be written again."""
    value = json.loads(text)
    if _HALF_CHARACTER.search(text):
        # Half a surrogate pair can be written in JSON but neither stored nor sent on.
        json.dumps(value, ensure_ascii=False).encode()
    return value


def _headers(raw: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in raw}


async def _read(receive: Receive) -> bytes:
    """Return the body; raises NotTaken once it is larger than allowed, reading no further."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise NotTaken(400, "disconnected", "The body did not arrive.")
        body += message.get("body", b"")
        if len(body) > BODY_LIMIT:
            raise NotTaken(413, "size", "The body is too large.")
        if not message.get("more_body", False):
            return bytes(body)


async def _refuse(send: Send, no: NotTaken) -> None:
    REFUSED.labels(no.reason).inc()
    await _answer(send, Ack(no.status, no.words))


async def _answer(send: Send, ack: Ack) -> None:
    body = ack.body.encode()
    headers = [
        (b"content-type", ack.content_type.encode()),
        (b"content-length", str(len(body)).encode()),
    ]
    await send({"type": "http.response.start", "status": ack.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
