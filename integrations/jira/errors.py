"""What Jira's answers, and its silence, mean to whoever asked."""

import re
import socket
import ssl
from collections.abc import Iterator, Mapping
from email.utils import parsedate_to_datetime
from typing import Any

from jira.exceptions import JIRAError
from requests.exceptions import ConnectTimeout, RequestException

from bot.domain.errors import IntegrationError, NotConfigured, OutcomeUnknown, Rejected, Unreachable

LONGEST = 300
"""Characters of Jira's own words that are passed on."""

LONGEST_PAUSE, USUAL_PAUSE = 3600.0, 30.0
"""Seconds that are waited at most, and where Jira says only that it has had enough."""

_TOO_MANY = 429
_FAILS = 500
_NO_TIME = 408
_LOOK = "Look at Jira before you ask again."
_LATER = "Ask again in a minute; `redbutton doctor` checks the connection."
# With these at the bottom of it no byte of the request was sent.
_BEFORE = (ConnectionRefusedError, socket.gaierror, ssl.SSLCertVerificationError)
_NO = {
    401: (
        "Jira does not let the bot in",
        (
            "Set `JIRA_EMAIL` and a new `JIRA_API_TOKEN`: tokens end within a year, and one with "
            "scopes is taken at https://api.atlassian.com/ex/jira/<cloud id> only."
        ),
    ),
    403: (
        "Jira does not allow this to the bot",
        (
            "Give the account of `JIRA_EMAIL` that right in the project, or set a new "
            "`JIRA_API_TOKEN` with the scopes read:jira-work and write:jira-work; tokens end "
            "within a year."
        ),
    ),
    404: (
        "Jira does not have this, or does not show it to the bot",
        "Correct the id, or give the account of `JIRA_EMAIL` a sight of the project.",
    ),
    410: ("Jira no longer has what the bot asked it for", "Update the bot."),
}
_NOT_SET_UP = frozenset({401, 403})


def classify(error: BaseException, *, writes: bool) -> IntegrationError:
    """Turn what Jira's client raised into ours; after a write that was sent it may have happened.

    Jira's own words are passed on, cut; headers and whole answers never.
    """
    if isinstance(error, IntegrationError):
        return error
    if isinstance(error, JIRAError) and error.status_code:
        return _answered(error, error.status_code, writes=writes)
    if _never_sent(error):
        return Unreachable("Jira could not be reached, and nothing was done.", fix=_LATER)
    what = "went silent" if isinstance(error, RequestException) else "gave a strange answer"
    if writes:
        return OutcomeUnknown(
            f"Jira {what} when it was told to change something; it may have happened.", fix=_LOOK
        )
    return Unreachable(
        f"Jira {what}.",
        fix=_LATER if what == "went silent" else "Is `JIRA_URL` Jira's own? " + _LATER,
    )


def field_errors(error: JIRAError) -> Mapping[str, str]:
    """Return what Jira says of single fields, by their ids."""
    errors = _body(error).get("errors")
    if not isinstance(errors, dict):
        return {}
    return {str(field): _line(str(words)) for field, words in errors.items()}


def words_of(error: JIRAError) -> str:
    """Return what Jira says, in one line of at most 300 characters; empty where it says nothing."""
    body = _body(error)
    said = body.get("errorMessages") or body.get("errorMessage") or body.get("message") or []
    lines = [str(one) for one in said] if isinstance(said, list) else [str(said)]
    return _line(" ".join((*lines, *field_errors(error).values())))


def _answered(error: JIRAError, status: int, *, writes: bool) -> IntegrationError:
    said = words_of(error)
    quoted = f": {said}" if said else "."
    if status == _TOO_MANY:
        pause = _pause(error)
        return Unreachable(
            "Jira wants a pause, and nothing was done.",
            fix=f"Ask again in {pause:g} s.",
            retry_after=pause,
        )
    if status >= _FAILS or status == _NO_TIME:
        return _failed(error, status, writes=writes)
    what, cure = _NO.get(status, (f"Jira refused this ({status})", "Correct what is asked."))
    kind = NotConfigured if status in _NOT_SET_UP else Rejected
    return kind(f"{what}{quoted}", fix=cure)


def _failed(error: JIRAError, status: int, *, writes: bool) -> IntegrationError:
    if writes:
        return OutcomeUnknown(
            f"Jira failed ({status}) when it was told to change something; it may have happened.",
            fix=_LOOK,
        )
    wanted = _header(error, "Retry-After")
    return Unreachable(
        f"Jira failed ({status}).", fix=_LATER, retry_after=_pause(error) if wanted else None
    )


def _never_sent(error: BaseException) -> bool:
    return isinstance(error, ConnectTimeout) or any(
        isinstance(one, _BEFORE) for one in _causes(error)
    )


def _causes(error: BaseException) -> Iterator[BaseException]:
    one: BaseException | None = error
    while one is not None:
        yield one
        one = one.__cause__ or one.__context__


def _pause(error: JIRAError) -> float:
    """Return the seconds that `Retry-After` names, as a number or by Jira's own clock."""
    wanted = _header(error, "Retry-After").strip()
    if re.fullmatch(r"[0-9]{1,9}", wanted):
        return min(float(wanted), LONGEST_PAUSE)
    try:
        until, now = (parsedate_to_datetime(at) for at in (wanted, _header(error, "Date")))
        return min(max((until - now).total_seconds(), 1.0), LONGEST_PAUSE)
    except (TypeError, ValueError):
        return USUAL_PAUSE


def _header(error: JIRAError, name: str) -> str:
    headers = getattr(error.response, "headers", None) or {}
    return str(headers.get(name, ""))


def _body(error: JIRAError) -> dict[str, Any]:
    try:
        body = error.response.json() if error.response is not None else {}
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _line(words: str) -> str:
    line = " ".join(words.split())
    return line if len(line) <= LONGEST else f"{line[:LONGEST]}…"
