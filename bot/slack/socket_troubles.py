"""Says why there is no connection: in a sentence what is wrong, in another what to do."""

from dataclasses import dataclass

from bot.domain.errors import RedbuttonError
from integrations.slack.errors import SlackRejected

NOT_YET = "The connections to Slack are not open yet. They open by themselves."
LOST = "The connections to Slack broke. They are opened again by themselves."
CLOSED = "The connections to Slack are closed. The bot is stopping; start it again."

_MAKE = (
    "Make one under Basic Information > App-Level Tokens with the scope `connections:write`"
    " and set it: `export SLACK_APP_TOKEN=xapp-…`."
)
_UNKNOWN_TOKEN = frozenset(
    {"account_inactive", "invalid_auth", "not_authed", "token_expired", "token_revoked"}
)
_FAREWELLS = {
    "too_many_websockets": (
        "Slack says 'too_many_websockets': ten connections of this app are open."
        " Stop other bots that use the token in `SLACK_APP_TOKEN`; four of ours leave room."
    ),
    "link_disabled": (
        "Slack says 'link_disabled': Socket Mode is switched off for this app."
        " Switch it on at your app's page > Socket Mode."
    ),
}
FINAL = frozenset(_FAREWELLS)
"""Farewells after which opening another connection first would be wrong or in vain."""


@dataclass(frozen=True)
class Trouble:
    """Why a connection could not be had. *vain*: somebody has to do something first.

    *retry_after* is in seconds, where Slack has said it.
    """

    words: str
    vain: bool = False
    retry_after: float = 0.0


def trouble_of(error: Exception) -> Trouble:
    """Return what *error*, met while opening, means. It never quotes the address: it is a key."""
    if isinstance(error, SlackRejected):
        return Trouble(_rejected(error), vain=True)
    if isinstance(error, RedbuttonError):
        return Trouble(str(error), retry_after=getattr(error, "retry_after", None) or 0.0)
    return Trouble(
        f"A connection to Slack could not be opened: {type(error).__name__!r}."
        " Let the network pass wss:// to Slack; it is tried again by itself."
    )


def farewell(reason: str) -> Trouble:
    """Return what it means that Slack closed with *reason* before or after its hello."""
    known = _FAREWELLS.get(reason)
    said = f"Slack closed the connection with {reason or 'no reason'!r}. It is opened again."
    return Trouble(known or said, vain=reason == "link_disabled")


def _rejected(error: SlackRejected) -> str:
    if error.code == "not_allowed_token_type":
        return f"`SLACK_APP_TOKEN` holds another kind of token: Slack says {error.code!r}. {_MAKE}"
    if error.code in _UNKNOWN_TOKEN:
        return f"Slack does not take `SLACK_APP_TOKEN`: it says {error.code!r}. {_MAKE}"
    if error.code == "missing_scope":
        return f"`SLACK_APP_TOKEN` lacks `connections:write`: Slack says {error.code!r}. {_MAKE}"
    return str(error)
