"""Sorts everything that can go wrong with Statuspage into our errors, in one place."""

import json

from bot.domain.errors import IntegrationError, NotConfigured, OutcomeUnknown, Rejected, Unreachable
from integrations.web import NoAnswer, NoSuccess

PAUSE, LONGEST_PAUSE = 5.0, 60.0
"""Seconds to wait where Statuspage names none, and at most: its limit counts over a minute."""

# developer.statuspage.io: 420 or 429 say that the limit was met and the request rejected.
_TOO_MANY = frozenset({420, 429})
_NOT_LET_IN = frozenset({401, 403})
_UNKNOWN, _IN_VAIN, _SLOW, _TROUBLE = 404, frozenset({400, 422}), 408, 500
_REDIRECTS = range(300, 400)
_LATER = "Ask again in a minute; https://metastatuspage.com says how Statuspage is."


def classify(error: BaseException, *, writes: bool) -> IntegrationError:
    """Return what *error*, met while asking Statuspage, means for us.

    A lost answer is harmless to a reading call and unknown for one that *writes*.
    """
    match error:
        case IntegrationError():
            return error
        case NoSuccess():
            return _answered(error, writes=writes)
        case NoAnswer():
            return _lost("did not answer", writes=writes and error.sent)
        case UnicodeEncodeError():
            return Rejected(
                "What was to be said holds half a character, and nothing was sent.",
                fix="Take the odd sign out, then ask again.",
            )
        case _:
            return _lost("gave an answer that cannot be read", writes=writes)


def _answered(no: NoSuccess, *, writes: bool) -> IntegrationError:
    if no.status in _TOO_MANY:
        return Unreachable(
            "Statuspage takes no more requests for now, and nothing was changed.",
            fix="It allows 60 a minute for a key; ask again in a minute.",
            retry_after=_pause(no.headers.get("retry-after", "")),
        )
    if no.status in _NOT_LET_IN:
        return NotConfigured(
            f"Statuspage does not let the bot in: it answered {no.status}.",
            fix="Set `STATUSPAGE_API_KEY` to a key that may change this page; Statuspage shows "
            "keys under your picture > API info.",
        )
    if no.status in _REDIRECTS:
        return NotConfigured(
            "Statuspage is somewhere else than the bot was told.",
            fix="Correct `url` under `[statuspage]`, or leave it out.",
        )
    if no.status >= _TROUBLE or no.status == _SLOW:
        return _lost(f"answered {no.status}", writes=writes)
    if no.status == _UNKNOWN:
        return Rejected(
            "Statuspage knows no such page, or no such incident on it.",
            fix="Check the id that you gave, and `page` under `[statuspage]`.",
        )
    return Rejected(
        f"Statuspage refused it: {_reason(no)}.", fix="Change what it names, then ask again."
    )


def _lost(how: str, *, writes: bool) -> IntegrationError:
    if writes:
        return OutcomeUnknown(
            f"Statuspage {how}; it may have happened.",
            fix="Look at the page before you ask again.",
        )
    return Unreachable(f"Statuspage {how}.", fix=_LATER)


def _pause(text: str) -> float:
    """Read a Retry-After header; a date is as good as none."""
    if not (text.isascii() and text.isdigit()):
        return PAUSE
    return min(float(text[:6]), LONGEST_PAUSE)


def _reason(no: NoSuccess) -> str:
    """Return Statuspage's own words for what it did not like, on one short line."""
    if no.status not in _IN_VAIN:
        return f"it answered {no.status}"
    try:
        body = json.loads(no.body)
    except (ValueError, RecursionError):
        body = None
    said = (body.get("error") or body.get("message")) if isinstance(body, dict) else None
    words = "; ".join(str(one) for one in said) if isinstance(said, list) else str(said or "")
    shown = " ".join("".join(c if c.isprintable() else " " for c in words[:1000]).split())
    return repr(shown[:200]) if shown else f"it answered {no.status}"
