"""The web form for declaring an incident while Slack is down.

The token in the form's body is the credential: no cookie is set or read, so a page elsewhere has
nothing to abuse. A second press of the same form is the same asking.
"""

import asyncio
import hmac
import logging
import re
import secrets
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from time import monotonic
from typing import Protocol
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from bot.domain.errors import RedbuttonError
from bot.domain.incident_plan import Plan
from bot.domain.invocation import Origin, Surface
from bot.domain.notice import RunCard
from bot.http.declare_page import POLICY, form_page, state_page, told_page
from bot.pipeline.answers import Answer, Ask, Asking, Form, Refusal, Taken
from bot.pipeline.incident_words import DECLARE
from bot.pipeline.metrics import ANSWERED
from bot.pipeline.recording import ENDED
from bot.pipeline.tokens import Token

LONGEST = 16 * 1024
"""Bytes of a form."""

READ_WITHIN = 5.0
SHOW_WITHIN = 2.0
"""Seconds: for a form to arrive; for the first picture of what comes of it."""

MOST_WRONG, PER = 30, 60.0
"""So many wrong tokens within so many seconds are looked up; one that is known always is."""

FIELDS = ("title", "severity", "service", "private")
_ONCE = re.compile(r"[0-9a-f]{32}")
_HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_UNKNOWN = "This token is not known, or has expired; redbutton token makes one."
_LOG = logging.getLogger(__name__)

Act = Callable[[Request], Awaitable[Response]]


class Desk(Protocol):
    """What the form asks of the bot."""

    async def ask(self, asking: Asking) -> Answer:
        """Answer *asking* once its intent is committed; a repeated key gets the first answer."""
        ...

    def follow(self, invocation: str) -> AsyncIterator[RunCard]:
        """Yield pictures of the run as they change; the last one when it has ended."""
        ...


class Holders(Protocol):
    """Knows whose a token is."""

    async def holder(self, secret: str) -> Token | None:
        """Return what is kept of the token *secret*, if it counts."""
        ...


class _WrongForm(RedbuttonError):
    """The form cannot be read; *status* says why, in HTTP's own way."""

    def __init__(self, status: int, message: str, fix: str) -> None:
        super().__init__(message, fix=fix)
        self.status = status


class DeclareForm:
    """Shows and takes the form. *seal* makes what only this bot can make of some texts."""

    def __init__(self, desk: Desk, tokens: Holders, plan: Plan, seal: Callable[..., str]) -> None:
        self._desk = desk
        self._tokens = tokens
        self._plan = plan
        self._seal = seal
        self._wrong: deque[float] = deque(maxlen=MOST_WRONG)

    async def show(self, request: Request) -> Response:
        """Show the form, empty."""
        del request
        return _html(form_page(self._plan, secrets.token_hex(16)))

    async def take(self, request: Request) -> Response:
        """Ask for what the form says."""
        said = await _read(request)
        holder = await self._tokens.holder(said.get("token", ""))
        if holder is None:
            return self._stranger(said)
        once = said.get("once", "")
        if not _ONCE.fullmatch(once):
            return self._again(said, {"": "The form was not sent whole; send it once more."}, 400)
        origin = Origin(surface=Surface.WEB, team=holder.team, user=holder.user, token=holder.id)
        values = {name: said[name] for name in FIELDS if said.get(name, "").strip()}
        key = f"web:{holder.team}:{holder.user}:{once}"
        match await self._desk.ask(Asking(key, origin, DECLARE, Form(values))):
            case Taken(invocation=invocation):
                return await self._stands(invocation)
            case Refusal() as no:
                return _html(told_page(no.message, no.fix), 409)
            case Ask(errors=errors):
                wrong = {e.field if e.field in FIELDS else "": e.message for e in errors}
                again = {"": "This was sent before and not taken; it can be sent now."}
                return self._again(said, wrong or again, 422)

    async def look(self, request: Request) -> Response:
        """Show how it stands, to who was told its ticket."""
        said = await _read(request)
        invocation = said.get("invocation", "")
        known = hmac.compare_digest(
            self._ticket(invocation).encode(), said.get("ticket", "").encode()
        )
        if not known:
            return _html(told_page("There is no such incident.", "Go back to the form."), 404)
        return await self._stands(invocation)

    async def _stands(self, invocation: str) -> Response:
        """Show how *invocation* stands after a moment, or as soon as it has ended."""
        shown: RunCard | None = None
        try:
            async with asyncio.timeout(SHOW_WITHIN):
                async for card in self._desk.follow(invocation):
                    shown = card
                    if card.state in ENDED:
                        break
        except TimeoutError:
            pass
        return _html(state_page(shown, invocation, self._ticket(invocation)))

    def _ticket(self, invocation: str) -> str:
        return self._seal("declare state", invocation)

    def _stranger(self, said: Mapping[str, str]) -> Response:
        """Count and answer a token that does not count; too many of them are only turned away."""
        ANSWERED.labels(Surface.WEB.value, "unknown_token").inc()
        now = monotonic()
        crowded = len(self._wrong) == MOST_WRONG and now - self._wrong[0] < PER
        self._wrong.append(now)
        if crowded:
            return _html(told_page("Too many wrong tokens were sent.", "Wait a minute."), 429)
        _LOG.warning("The web form was sent with a token that does not count.")
        return self._again(said, {"token": _UNKNOWN}, 403)

    def _again(self, said: Mapping[str, str], wrong: Mapping[str, str], status: int) -> Response:
        """Show the form once more; the token is not repeated."""
        filled = {name: said.get(name, "") for name in FIELDS}
        return _html(form_page(self._plan, secrets.token_hex(16), filled, wrong), status)


def declare_routes(form: DeclareForm) -> Sequence[Route]:
    """Return the routes under which *form* is served."""
    return (
        Route("/declare", _guarded(form.show), methods=["GET"]),
        Route("/declare", _guarded(form.take), methods=["POST"]),
        Route("/declare/state", _guarded(form.look), methods=["POST"]),
    )


def _guarded(act: Act) -> Act:
    """Tell on a page what *act* raises."""

    async def answered(request: Request) -> Response:
        try:
            return await act(request)
        except _WrongForm as wrong:
            return _html(told_page(wrong.message, wrong.fix), wrong.status)
        except RedbuttonError as error:
            return _html(told_page(error.message, error.fix), 503)

    return answered


def _html(page: str, status: int = 200) -> Response:
    return HTMLResponse(page, status, _HEADERS)


async def _read(request: Request) -> Mapping[str, str]:
    """Return the fields of the form; the first of each name. Raises _WrongForm."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise _WrongForm(415, "This is no form.", "Use the page.")
    body = bytearray()
    try:
        async with asyncio.timeout(READ_WITHIN):
            async for part in request.stream():
                body += part
                if len(body) > LONGEST:
                    raise _WrongForm(413, "The form is too long.", "Shorten what you say.")
    except TimeoutError:
        raise _WrongForm(408, "The form did not arrive.", "Send it once more.") from None
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=20)
    except ValueError:
        raise _WrongForm(400, "The form cannot be read.", "Use the page.") from None
    said: dict[str, str] = {}
    for name, value in pairs:
        said.setdefault(name, value)
    return said
