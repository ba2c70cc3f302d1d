"""Markdown that shows what people wrote as they wrote it: none of it becomes mark-up."""

import re
import unicodedata
from urllib.parse import quote, urlsplit

_MARKS = re.compile(r"([\\`*_\[\]|~#!$])")
# At the start of a line these would begin a list, or underline a heading.
_FIRST = re.compile(r"^(\d*)([-+=.)])")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_SAFE_IN_A_LINK = "%/:?#@!$&*+,;=~-._"
_LONGEST_LINK = 2000


def plain(text: str) -> str:
    """Return *text* on one line, as words alone.

    Signs that nobody sees, and those that turn the direction of reading, are left out. Angle
    brackets become entities, since Slack takes them for mentions whatever stands before them.
    """
    seen = "".join(sign if _is_seen(sign) else " " for sign in text)
    line = " ".join(seen.split())
    told = "".join(_ENTITIES.get(sign, sign) for sign in line)
    marked = _MARKS.sub(r"\\\1", told)
    return _FIRST.sub(r"\1\\\2", marked)


def _is_seen(sign: str) -> bool:
    return unicodedata.category(sign) not in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


def link(label: str, url: str | None) -> str:
    """Return *label* leading to *url*; the label alone where that is no address of the web."""
    address = _address(url or "")
    return f"[{plain(label)}]({address})" if address else plain(label)


def _address(url: str) -> str:
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https"} or not parts.netloc or len(url) > _LONGEST_LINK:
        return ""
    return quote(url.strip(), safe=_SAFE_IN_A_LINK)
