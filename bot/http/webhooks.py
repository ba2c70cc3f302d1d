"""The door for webhooks: only what PagerDuty or Jira has signed gets past, as a hint to look."""

import asyncio
import hashlib
import hmac
import logging
import re
from collections.abc import Callable, Collection, Mapping

from prometheus_client import Counter
from starlette.types import Receive, Scope, Send

from bot.domain.clock import Clock
from bot.domain.errors import NotNow
from bot.domain.hints import Hints, Vendor
from bot.http.hooks import hint_from

WAYS: Mapping[str, Vendor] = {"/webhooks/pagerduty": "pagerduty", "/webhooks/jira": "jira"}

BODY_LIMIT = 256 * 1024
"""Bytes. developer.pagerduty.com: webhooks above 256 KB are dropped, so none is larger."""

READ_WITHIN = 3.0
"""Seconds to hand a body over. developer.pagerduty.com: an answer is expected within five."""

TOLD_EACH = 60.0
"""Seconds between two lines in the log about refusals of one kind: strangers must not fill it."""

REFUSED = Counter(
    "redbutton_webhooks_refused", "Webhooks refused, by vendor and reason.", ["vendor", "reason"]
)
TAKEN = Counter(
    "redbutton_webhooks_taken", "Webhooks with a good signature, by effect.", ["vendor", "effect"]
)

_LOG = logging.getLogger(__name__)
_SIGNED_IN: Mapping[Vendor, str] = {
    "pagerduty": "x-pagerduty-signature",
    "jira": "x-hub-signature",
}
_SIGNATURE: Mapping[Vendor, re.Pattern[str]] = {
    "pagerduty": re.compile(r"v1=([0-9a-f]{64})"),
    "jira": re.compile(r"sha256=([0-9a-f]{64})"),
}
_LENGTH = re.compile(r"[0-9]{1,12}")
# developer.pagerduty.com: after 5xx it is sent again; after another 4xx than 429 it is dropped.
_ONCE_MORE = 503


class _NotTaken(Exception):
    """Refused: *reason* is counted and logged, *words* are answered."""

    def __init__(self, status: int, reason: str, words: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.words = words


class Webhooks:
    """The ASGI app at the paths of `WAYS`. It logs no body and answers in a few words.

    *secrets* are what the vendors sign with; a vendor without one is not there. What the bot itself
    did, by *ourselves*, its account ids and addresses at Jira, has no effect. Neither vendor
    signs a time: what was sent before is known by its event's id, in *hints*.
    """

    def __init__(
        self,
        secrets: Mapping[Vendor, str],
        hints: Hints,
        clock: Clock,
        ourselves: Callable[[], Collection[str]] = tuple,
    ) -> None:
        # Under an empty secret everybody could sign.
        self._secrets = {vendor: s.strip().encode() for vendor, s in secrets.items() if s.strip()}
        self._hints = hints
        self._clock = clock
        self._ourselves = ourselves
        self._told: dict[tuple[Vendor, str], float] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check one request, and answer once its hint is kept."""
        vendor = WAYS[scope["path"]]
        headers = {n.decode("latin-1"): v.decode("latin-1") for n, v in scope["headers"]}
        try:
            secret = self._check_head(vendor, scope["method"], headers)
            body = await _body(receive)
            _check_signature(vendor, secret, headers, body)
            effect = await self._effect(vendor, body, headers)
        except _NotTaken as no:
            self._note(vendor, no.reason)
            await _answer(send, no.status, no.words)
        else:
            TAKEN.labels(vendor, effect).inc()
            await _answer(send, 202 if effect == "kept" else 200, effect)

    def _check_head(self, vendor: Vendor, method: str, headers: Mapping[str, str]) -> bytes:
        """Refuse what its first lines already betray, before a byte of the body is read."""
        secret = self._secrets.get(vendor)
        if secret is None:
            raise _NotTaken(404, "no_secret", "Nothing is here.")
        if method != "POST":
            raise _NotTaken(405, "method", "Only POST is answered here.")
        if not _signatures(vendor, headers):
            raise _NotTaken(403, "signature", "The signature is missing or malformed.")
        if headers.get("content-type", "").partition(";")[0].strip() != "application/json":
            raise _NotTaken(400, "content_type", "Webhooks are JSON.")
        length = headers.get("content-length", "0")
        if not _LENGTH.fullmatch(length) or int(length) > BODY_LIMIT:
            raise _NotTaken(413, "size", "The body is too large.")
        return secret

    async def _effect(self, vendor: Vendor, body: bytes, headers: Mapping[str, str]) -> str:
        """Have the hint in *body* kept, if there is one; return what came of it."""
        try:
            hint = hint_from(vendor, body, headers, self._ourselves())
        except (ValueError, RecursionError) as bad:
            raise _NotTaken(400, "malformed", "The body is none that is sent here.") from bad
        if hint is None:
            return "none"
        if hint.ours:
            return "ours"
        try:
            return "kept" if await self._hints.take(hint) else "repeated"
        except NotNow as later:
            raise _NotTaken(_ONCE_MORE, "not_now", "Not now; send it again.") from later

    def _note(self, vendor: Vendor, reason: str) -> None:
        """Count a refusal, and log it unless one of its kind was logged a moment ago."""
        REFUSED.labels(vendor, reason).inc()
        now = self._clock.monotonic()
        if now >= self._told.get((vendor, reason), now):
            self._told[vendor, reason] = now + TOLD_EACH
            _LOG.warning("A webhook of %s was refused: %s.", vendor, reason)


def _signatures(vendor: Vendor, headers: Mapping[str, str]) -> list[str]:
    """Return the signatures that came, as hex: PagerDuty sends two while a secret changes."""
    parts = headers.get(_SIGNED_IN[vendor], "").split(",")
    matches = (_SIGNATURE[vendor].fullmatch(part.strip()) for part in parts)
    return [match.group(1) for match in matches if match]


def _check_signature(
    vendor: Vendor, secret: bytes, headers: Mapping[str, str], body: bytes
) -> None:
    ours = hmac.digest(secret, body, hashlib.sha256).hex()
    if not any(hmac.compare_digest(ours, one) for one in _signatures(vendor, headers)):
        raise _NotTaken(403, "signature", "The signature does not fit the body.")


async def _body(receive: Receive) -> bytes:
    """Return the body; raises _NotTaken where it is too large or too slow, reading no further."""
    body = bytearray()
    try:
        async with asyncio.timeout(READ_WITHIN):
            while True:
                message = await receive()
                if message["type"] != "http.request":
                    raise _NotTaken(400, "disconnected", "The body did not arrive.")
                body += message.get("body", b"")
                if len(body) > BODY_LIMIT:
                    raise _NotTaken(413, "size", "The body is too large.")
                if not message.get("more_body", False):
                    return bytes(body)
    except TimeoutError as late:
        raise _NotTaken(_ONCE_MORE, "slow", "The body did not arrive in time.") from late


async def _answer(send: Send, status: int, words: str) -> None:
    body = words.encode()
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
