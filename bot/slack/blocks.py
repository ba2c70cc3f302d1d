"""The pieces that views and messages are put together from."""

from collections.abc import Sequence
from typing import Any

from bot.slack import limits
from bot.slack.mrkdwn import Mrkdwn, visible

Block = dict[str, Any]
"""A block, an element or a composition object, as Slack's JSON."""

NOTHING = "–"  # noqa: RUF001  A dash stands where Slack refuses an empty text.


def plain(words: str, limit: int) -> Block:
    """Return *words* as plain text, clipped to *limit*; no emoji name in it takes effect."""
    shown = limits.clip(visible(words[: limit + 1]).strip(), limit)
    return {"type": "plain_text", "text": shown or NOTHING, "emoji": False}


def mrkdwn(words: Mrkdwn) -> Block:
    """Return *words* as they are: with `verbatim`, Slack links no address or name in them."""
    return {"type": "mrkdwn", "text": str(words) if words.strip() else NOTHING, "verbatim": True}


def section(words: Mrkdwn) -> Block:
    """Return a paragraph."""
    return {"type": "section", "text": mrkdwn(words)}


def context(words: Mrkdwn) -> Block:
    """Return a paragraph in small grey letters."""
    return {"type": "context", "elements": [mrkdwn(words)]}


def option(value: str, label: str) -> Block:
    """Return something to choose; *value* must fit, *label* is clipped."""
    return {"text": plain(label, limits.OPTION_TEXT), "value": value}


def button(label: str, action: str, value: str, **rest: Any) -> Block:
    """Return a button that sends *action* and *value*."""
    words = plain(label, limits.BUTTON_TEXT)
    return {"type": "button", "text": words, "action_id": action, "value": value, **rest}


def modal(title: str, blocks: Sequence[Block], **rest: Any) -> Block:
    """Return a modal view."""
    words = plain(title, limits.VIEW_TITLE)
    return {"type": "modal", "title": words, "blocks": list(blocks), **rest}
