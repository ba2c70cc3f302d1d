"""From the shell's words to the line that is typed in Slack, and back.

The shell has taken its quotes away; without new ones `reason=card testing` would be two words.
"""

import re
import shlex
from collections.abc import Sequence

from bot.pipeline.scanning import QUOTES, scan

_NAMED = re.compile(r"(?:--|[\u2013\u2014]{1,2})?[A-Za-z][\w-]*=")


def line_of(words: Sequence[str]) -> str:
    """Join *words* so that `scan` cuts the line into the same words, named ones with their name."""
    return " ".join(_named_or_not(word) for word in words)


def _named_or_not(word: str) -> str:
    named = _NAMED.match(word)
    start = named.end() if named else 0
    return word[:start] + _quoted(word[start:])


def _quoted(text: str) -> str:
    if text and text[0] not in QUOTES and not re.search(r"\s", text):
        return text
    inside = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{inside}"'


def for_shell(line: str) -> str:
    """Write the words of *line*, as typed in Slack, so that a shell hands over the same words."""
    words = (f"{w.key}={w.text}" if w.key else w.text for w in scan(line))
    return shlex.join(words)
