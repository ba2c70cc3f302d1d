"""Names, topics and purposes as Slack takes them, and the mark by which a room is known again."""

import hashlib
import html
import re
import unicodedata

NAME, LABEL = 80, 250
"""Characters. docs.slack.dev: conversations.create; conversations.setTopic and .setPurpose."""

NAMELESS = "room"
"""What a room is called whose name has no letter that Slack takes."""

_OTHER = re.compile(r"[^a-z0-9_]+")
_LETTERS = str.maketrans({"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th"})
_CALL = re.compile(r"<(?=[!@#])")
_MARK = re.compile(r"· rb:[0-9a-f]{10}$")


def room_name(text: str) -> str:
    """Return *text* as a channel's name: at most 80 of `a-z`, `0-9`, `-` and `_`; never empty."""
    # Decomposed, an umlaut is a letter and a sign; the sign is left out.
    parts = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    bare = "".join(c for c in parts if not unicodedata.combining(c))
    name = _OTHER.sub("-", bare).strip("-_")
    return name[:NAME].strip("-_") or NAMELESS


def numbered(name: str, number: int) -> str:
    """Return *name* for the first room of it, `name-2` for the second, and so on; at most 80."""
    if number == 1:
        return name
    end = f"-{number}"
    return name[: NAME - len(end)].rstrip("-_") + end


def mark_of(key: str) -> str:
    """Return what a room opened under *key* carries at the end of its purpose."""
    return f"· rb:{hashlib.sha256(key.encode()).hexdigest()[:10]}"


def marked(purpose: str, key: str) -> str:
    """Return *purpose* with the mark of *key*, cut so that Slack takes it."""
    mark = mark_of(key)
    return f"{fitted(purpose, LABEL - len(mark) - 1)} {mark}".strip()


def mark_in(purpose: str) -> str:
    """Return the mark at the end of *purpose*, as Slack gave it back; empty if there is none."""
    found = _MARK.search(purpose.rstrip())
    return found[0] if found else ""


def fitted(text: str, most: int = LABEL) -> str:
    """Return *text* as one line of at most *most* characters, cut with an ellipsis.

    What could call somebody (`<!here>`, `<@U1>`) calls nobody: labels know no way to escape it.
    """
    line = _CALL.sub("‹", " ".join(text.split()))  # noqa: RUF001  It looks like what it stands for.
    if _weight(line) <= most:
        return line
    cut = line[: most - 1]
    while _weight(cut) > most - 1:
        cut = cut[:-1]
    return cut.rstrip() + "…"


def _weight(text: str) -> int:
    """Return how long *text* is for Slack, which keeps three of its signs as entities."""
    return len(html.escape(text, quote=False))


def unescaped(text: object) -> str:
    """Return *text* as it was set: Slack gives `&`, `<` and `>` back as entities."""
    return html.unescape(text) if isinstance(text, str) else ""
