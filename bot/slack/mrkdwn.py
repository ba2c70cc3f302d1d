"""Text for Slack's mrkdwn that nothing can be injected into.

A `Mrkdwn` can only be made by the functions here. What people or vendors wrote goes through `text`,
which leaves it no mark-up at all; our own sentences go through `sentence`, which honours `code`.
"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Self
from urllib.parse import quote, urlsplit

from bot.slack.limits import BUTTON_URL, ELLIPSIS


class Mrkdwn(str):
    """Text that is safe to send as mrkdwn."""

    __slots__ = ()

    def __new__(cls, *_: object) -> Self:
        """Refuse: only the escaper makes safe text."""
        raise TypeError("Use text(), sentence(), code() or their like to make a Mrkdwn.")


def _made(safe: str) -> Mrkdwn:
    return str.__new__(Mrkdwn, safe)


# Controls, invisible characters, those that turn text round, half characters, invisible tags.
# The joiners U+200C and U+200D stay: emoji and several scripts are spelt with them.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
# docs.slack.dev: formatting; these three characters, and no others, are written as entities.
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
# What Slack takes for mark-up has no escape, so a likeness stands in where it would take effect.
_LIKENESS = {"*": "∗", "_": "ˍ", "~": "∼", "`": "ˋ", ":": "∶", ">": "›"}  # noqa: RUF001  Likenesses.
_MARKUP = re.compile(
    r"`"
    r"|(?<![^\W_])[*_~]|[*_~](?![^\W_])"  # At the edge of a word; inside one they are harmless.
    r"|(?m:^)(?P<lead>[^\S\n]*)>"  # At the start of a line it quotes.
    r"|:(?!\d+:)(?=[\w+'-]{1,64}:)"  # The name of an emoji follows.
)
# docs.slack.dev: user ids begin with U or W, channel ids with C, G or D.
_USER = re.compile(r"[UW][A-Z0-9]{2,20}")
_CHANNEL = re.compile(r"[CGD][A-Z0-9]{2,20}")
_CODE = re.compile(r"`([^`\n]+)`")


def visible(words: str) -> str:
    r"""Return *words* with every unseen character written out, like `\u202e`."""
    return _UNSEEN.sub(_written_out, words.replace("\r\n", "\n"))


def _written_out(found: re.Match[str]) -> str:
    number = ord(found[0])
    return f"\\U{number:08x}" if number > 0xFFFF else f"\\u{number:04x}"  # noqa: PLR2004  16 bits.


def _escaped(words: str, limit: int) -> str:
    """Write *words* with entities, clipped to *limit* without cutting an entity in two."""
    pieces = [_ENTITIES.get(character, character) for character in words[: limit + 1]]
    if sum(map(len, pieces)) <= limit:
        return "".join(pieces)
    room, kept = limit - len(ELLIPSIS), 0
    while room >= len(pieces[kept]):
        room -= len(pieces[kept])
        kept += 1
    return "".join(pieces[:kept]) + ELLIPSIS


def _enough(words: str, limit: int) -> str:
    """Return as much of *words* as can matter; two characters may become one, never none."""
    return words[: 2 * limit + 2]


def text(words: str, limit: int = 3000) -> Mrkdwn:
    """Return *words* so that they read as they are, at most *limit* characters once escaped."""
    shown = visible(_enough(words, limit))
    return _made(_escaped(_MARKUP.sub(_without_effect, shown), limit))


def _without_effect(found: re.Match[str]) -> str:
    return (found["lead"] or "") + _LIKENESS[found[0][-1]]


def code(words: str, limit: int = 3000) -> Mrkdwn:
    """Return *words* in a code span, on one line; nothing for nothing."""
    shown = visible(_enough(words, limit)).replace("`", _LIKENESS["`"])
    inner = _escaped(re.sub(r"\s", " ", shown), limit - 2)
    return _made(f"`{inner}`" if inner.strip() else "")


def sentence(words: str, limit: int = 3000) -> Mrkdwn:
    """Return a sentence of ours: *words* as `text` does, with spans between backticks as code."""
    parts: list[Mrkdwn] = []
    for place, part in enumerate(_CODE.split(_enough(words, limit))):
        room = limit - sum(map(len, parts))
        if part and room > 2:  # noqa: PLR2004  The two backticks around nothing.
            parts.append(code(part, room) if place % 2 else text(part, room))
    return join(parts)


def bold(words: Mrkdwn) -> Mrkdwn:
    """Return *words* in bold, line by line; nothing for nothing."""
    lines = (line.strip() for line in words.splitlines())
    return _made("\n".join(f"*{line}*" for line in lines if line))


def user(identifier: str) -> Mrkdwn:
    """Mention the person *identifier*; what is no Slack id is shown as text."""
    return _made(f"<@{identifier}>") if _USER.fullmatch(identifier) else text(identifier, 100)


def channel(identifier: str) -> Mrkdwn:
    """Link the channel *identifier*; what is no Slack id is shown as text."""
    return _made(f"<#{identifier}>") if _CHANNEL.fullmatch(identifier) else text(identifier, 100)


def day_and_moment(at: datetime) -> Mrkdwn:
    """Return *at* as the reader's own clock shows it, with the day, which near today is a word.

    docs.slack.dev: formatting, dates.
    """
    known = f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    return _made(f"<!date^{round(at.timestamp())}^{{date_short_pretty}} {{time}}|{known}>")


def web_address(url: str) -> str | None:
    """Return *url* as it may stand in a link or button: https, with a host; else None."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    safe = quote(url.strip(), safe="%/:=?#@!$&'()*+,;~[]", errors="replace")
    good = parts.scheme == "https" and parts.hostname and len(safe) <= BUTTON_URL
    return safe if good else None


def link(url: str, label: str) -> Mrkdwn:
    """Link *label* to *url*; an address that is not https stands beside it as text."""
    address = web_address(url)
    if address is None:
        return join([text(label, 300), code(url, 1000)], " ")
    shown = text(label, 300).replace("|", "¦").replace("\n", " ")
    return _made(f"<{address.replace('&', '&amp;')}|{shown}>")


def join(parts: Iterable[Mrkdwn], by: str = "") -> Mrkdwn:
    """Put *parts* together; those that are empty are left out. *by* may hold no mark-up."""
    return _made(text(by).join(part for part in parts if part))
