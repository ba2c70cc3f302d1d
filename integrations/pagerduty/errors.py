"""What PagerDuty's answers mean to whoever asked."""

import math
from collections.abc import Mapping
from typing import Any

import httpx2
import pagerduty

from bot.domain.errors import IntegrationError, NotConfigured, OutcomeUnknown, Rejected, Unreachable

PAUSE = 10.0
"""Seconds to wait where PagerDuty wants a pause and does not say how long."""

LONGEST_PAUSE = 300.0
"""Seconds; what asks for more is not believed."""

_ALREADY = frozenset({1001, 1002})
"""developer.pagerduty.com, Errors: already resolved, already acknowledged."""

_NO_SUCH_SENDER = frozenset({1008, 2011})
"""developer.pagerduty.com, Errors: the requester is not found, or is missing."""

_KEY_IS_OPEN = "matching dedup key already exists"
_LONGEST = 200
_UNSENT = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.ProxyError,
    httpx2.UnsupportedProtocol,
    httpx2.LocalProtocolError,
)


class Refusal(Exception):
    """PagerDuty's no: an answer other than success to a question *about* something."""

    def __init__(self, status: int, body: Any, headers: Mapping[str, str], about: str) -> None:
        super().__init__(f"{status} about {about}")
        said = body.get("error") if isinstance(body, dict) else None
        said = said if isinstance(said, dict) else {}
        self.status = status
        self.about = about
        self.code = said.get("code")
        self.words = _words(said)
        self.pause = _pause(headers)


class Nonsense(Exception):
    """An answer that is not what PagerDuty gives."""


class KeyIsOpen(Rejected):
    """A page with this key is open already."""


class SoAlready(Rejected):
    """What was to be is so already."""


def classify(error: BaseException, *, writes: bool) -> IntegrationError:
    """Return what *error* means; after a write that was sent it may have happened."""
    match error:
        case IntegrationError():
            return error
        case Refusal():
            return _refused(error, writes=writes)
        case pagerduty.Error() if isinstance(error.__cause__, _UNSENT):
            return Unreachable(
                "PagerDuty cannot be reached, and nothing was sent.",
                fix="Ask again in a minute; `redbutton doctor` checks the connection.",
            )
        case Nonsense():
            return _unclear("PagerDuty's answer is not one of PagerDuty's", writes=writes)
        case _:
            return _unclear("PagerDuty went silent", writes=writes)


def _refused(no: Refusal, *, writes: bool) -> IntegrationError:
    match no.status:
        case 400 | 405 | 406 | 409 | 410 | 411 | 413 | 414 | 415 | 422:
            return _faulted(no)
        case 401 | 402 | 403 | 404:
            return _withheld(no)
        case 429:
            return Unreachable(
                "PagerDuty wants a pause; nothing happened.",
                fix=f"Ask again in {no.pause:g} s.",
                retry_after=no.pause,
            )
        case status:
            return _unclear(f"PagerDuty answered {status}", writes=writes)


def _withheld(no: Refusal) -> IntegrationError:
    match no.status:
        case 401:
            return NotConfigured(
                "PagerDuty does not know the key in `PAGERDUTY_API_TOKEN`.",
                fix="Make a REST key in PagerDuty > Integrations > API Access Keys and set it; "
                "`redbutton doctor` tells whether it is taken.",
            )
        case 402:
            return Rejected(
                f"The plan of this PagerDuty account does not include what {no.about} needs.",
                fix="Do it in PagerDuty itself, or have its owner change the plan.",
            )
        case 403:
            return Rejected(
                f"The key in `PAGERDUTY_API_TOKEN` may not do this to {no.about}.",
                fix="Set a key that is not read-only and may see all teams.",
            )
        case _:
            return Rejected(f"PagerDuty has no {no.about}.", fix="Look the id up in PagerDuty.")


def _faulted(no: Refusal) -> IntegrationError:
    if no.code in _NO_SUCH_SENDER:
        return NotConfigured(
            "PagerDuty has no user with the e-mail in `PAGERDUTY_FROM`.",
            fix="Set the e-mail of one of its users; what the bot does is shown in that name.",
        )
    kind = Rejected
    if _KEY_IS_OPEN in no.words.lower():
        kind = KeyIsOpen
    elif no.code in _ALREADY:
        kind = SoAlready
    said = f": {no.words}" if no.words else f" (it answered {no.status})"
    return kind(
        f"PagerDuty refused this for {no.about}{said}.", fix="Change what it names, then ask again."
    )


def _unclear(what: str, *, writes: bool) -> IntegrationError:
    if writes:
        return OutcomeUnknown(f"{what}; it may have happened.", fix="Look there before you repeat.")
    return Unreachable(f"{what}.", fix="Ask again in a minute.")


def _words(said: Mapping[str, Any]) -> str:
    """Return PagerDuty's own words, on one line and short."""
    errors = said.get("errors")
    told = [said.get("message"), *(errors if isinstance(errors, list) else [errors])]
    joined = "; ".join(word.strip() for word in told if isinstance(word, str) and word.strip())
    return " ".join(joined.split())[:_LONGEST].rstrip(". ")


def _pause(headers: Mapping[str, str]) -> float:
    """Return the seconds that the *headers* want; `ratelimit-reset` is PagerDuty's own."""
    for name in ("ratelimit-reset", "retry-after"):
        try:
            seconds = float(headers.get(name, ""))
        except ValueError:
            continue
        if math.isfinite(seconds) and seconds >= 0:
            return min(seconds, LONGEST_PAUSE)
    return PAUSE
