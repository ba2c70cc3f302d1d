"""Bolt, joined to our handlers: one catch-all listener per payload kind, routing in our code."""

import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.front import Ack, Dispatch
from bot.slack.payload import Payload, fit_for_bolt, kind_of

Handle = Callable[[str, Payload], Awaitable[str | dict[str, Any] | None]]
"""Takes a payload of a kind and returns the body of the ack; None becomes a 500."""

_ALL = re.compile("")
_RETRY = ("x-slack-retry-num", "x-slack-retry-reason")


def slack_app(handle: Handle, client: AsyncWebClient) -> Dispatch:
    """Build the Bolt app and return the one way into it; *client* carries no token."""
    # Below WARNING Bolt logs whole bodies; its loggers take this one's level.
    logger = logging.getLogger("redbutton.bolt")
    logger.setLevel(logging.WARNING)
    # It warns of the token in the environment, which our own client uses and Bolt's need not.
    logger.addFilter(_is_news)
    app = AsyncApp(
        # Bolt sets the level of the logger of this name.
        name=logger.name,
        logger=logger,
        client=client,
        authorize=_authorize,
        process_before_response=True,
        # The front has checked the signature on the raw bytes, and refuses ssl_check.
        request_verification_enabled=False,
        ssl_check_enabled=False,
        # No event of ours is acted on, and a token inside a payload must never become ours.
        ignoring_self_events_enabled=False,
        attaching_function_token_enabled=False,
    )
    _listen(app, handle)

    async def dispatch(payload: dict[str, Any], headers: Mapping[str, str]) -> Ack:
        kind = kind_of(payload)
        if kind is None:
            return Ack(400, "This kind of payload is not known here.")
        request = AsyncBoltRequest(
            body=fit_for_bolt(payload, kind),
            headers={name: headers[name] for name in _RETRY if name in headers},
            # The body is parsed already; every transport looks alike from here on.
            mode="socket_mode",
        )
        response = await app.async_dispatch(request)
        return Ack(response.status, response.body, response.headers["content-type"][0])

    return dispatch


async def _authorize(team_id: str | None) -> AuthorizeResult:
    """Accept every team: who asks is judged by the directory and the rules."""
    return AuthorizeResult(enterprise_id=None, team_id=team_id)


def _is_news(record: logging.LogRecord) -> bool:
    return "`token` will be unused" not in record.getMessage()


def _listen(app: AsyncApp, handle: Handle) -> None:
    def listener(kind: str) -> Callable[..., Awaitable[BoltResponse]]:
        async def listen(body: dict[str, Any]) -> BoltResponse:
            answer = await handle(kind, Payload(body))
            return BoltResponse(status=500 if answer is None else 200, body=answer or "")

        return listen

    # The most frequent first: each listener passed over costs some 15 microseconds.
    app.command(_ALL)(listener("command"))
    app.view_submission(_ALL)(listener("view_submission"))
    app.block_suggestion(_ALL)(listener("block_suggestion"))
    app.block_action({"action_id": _ALL})(listener("block_actions"))
    app.event(_ALL)(listener("event_callback"))
    app.view_closed(_ALL)(listener("view_closed"))
    app.global_shortcut(_ALL)(listener("shortcut"))
    app.message_shortcut(_ALL)(listener("message_action"))
