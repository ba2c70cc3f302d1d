"""Sorts everything that can go wrong with Slack into our errors, in one place."""

from collections.abc import Mapping
from typing import Any

import aiohttp
from prometheus_client import Counter
from slack_sdk.errors import SlackApiError

from bot.domain.errors import IntegrationError, OutcomeUnknown, Rejected, Unreachable

TOO_MANY = 429
SERVER_TROUBLE = 500
GONE = frozenset({"ratelimited", "rate_limited"})
# docs.slack.dev: these may come after part of the work was done.
HALF_DONE = frozenset({"internal_error", "fatal_error", "service_unavailable", "request_timeout"})

LIMITED = Counter("redbutton_slack_rate_limited", "Answers 429 from Slack, by method.", ["method"])

_LATER = "It is tried again by itself; https://slack-status.com says how Slack is."


class SlackRejected(Rejected):
    """Slack said no; *code* is its own word for why, *needed* the scope that is lacking."""

    def __init__(self, method: str, code: str, needed: str = "") -> None:
        super().__init__(
            f"Slack answered {code!r} to `{method}`.",
            fix=f"https://docs.slack.dev/reference/methods/{method} says what it means.",
        )
        self.code = code
        self.needed = needed


class RateLimited(Unreachable):
    """Slack wants a pause of *retry_after* seconds; nothing happened."""


def classify(error: BaseException, method: str, *, writes: bool) -> IntegrationError:
    """Return what *error*, met while calling *method*, means for us.

    A lost answer is harmless to a reading call and unknown for one that *writes*.
    """
    if isinstance(error, IntegrationError):
        return error
    if isinstance(error, SlackApiError):
        response: Any = error.response
        # The SDK hands over its own response or, where the body was no JSON, aiohttp's.
        status = int(getattr(response, "status_code", 0) or getattr(response, "status", 0))
        body = getattr(response, "data", None)
        answer = body if isinstance(body, dict) else {}
        headers = getattr(response, "headers", None) or {}
        meant = from_answer(method, status, _code_in(answer), headers, writes=writes)
        if isinstance(meant, SlackRejected):
            meant.needed = str(answer.get("needed") or "")
        return meant
    never_sent = isinstance(error, aiohttp.ClientConnectorError | aiohttp.InvalidURL)
    return _lost(method, writes=writes and not never_sent)


def from_answer(
    method: str, status: int, code: str, headers: Mapping[str, str], *, writes: bool
) -> IntegrationError:
    """Return what an answer that is no success means."""
    if status == TOO_MANY or code in GONE:
        LIMITED.labels(method).inc()
        return RateLimited(
            f"Slack allows no more calls of `{method}` for now.",
            fix=_LATER,
            retry_after=_seconds(headers.get("Retry-After")),
        )
    if status >= SERVER_TROUBLE or code in HALF_DONE or (status in {0, 200} and not code):
        return _lost(method, writes=writes)
    return SlackRejected(method, code or f"http_{status}")


def _code_in(answer: Mapping[str, Any]) -> str:
    """Return Slack's word in *answer*: one for all of it, or else the first of several."""
    several = answer.get("errors")
    first = several[0] if isinstance(several, list) and several else None
    each = first.get("error") if isinstance(first, dict) else None
    return str(answer.get("error") or each or "")


def _lost(method: str, *, writes: bool) -> IntegrationError:
    if writes:
        return OutcomeUnknown(f"Slack went silent during `{method}`; it may have happened.")
    return Unreachable(f"Slack does not answer `{method}`.", fix=_LATER)


def _seconds(text: object) -> float:
    """Read a Retry-After header; Slack sends whole seconds."""
    return float(text) if isinstance(text, str) and text.isascii() and text.isdigit() else 1.0
