"""Cut a typed line into words, undoing what phones do to quotes and dashes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

# Typographic quotes, high and low, left and right: phones and languages disagree on direction.
_DOUBLE, _SINGLE = "\u201c\u201d\u201e\u201f", "\u2018\u2019\u201a"
_CLOSERS = {'"': '"', "'": "'", "«": "»", "»": "«"}
_CLOSERS |= dict.fromkeys(_DOUBLE, _DOUBLE) | dict.fromkeys(_SINGLE, _SINGLE)
# A single quote inside a word is an apostrophe, so it closes only where the word ends.
_APOSTROPHES = frozenset(f"'{_SINGLE}")
# An en dash (2013) or an em dash (2014) is what a phone makes of two hyphens.
_NAMED = re.compile(
    r"(?:--|[\u2013\u2014]{1,2})(?P<flag>[A-Za-z][\w-]*)(?P<after>=|(?!\S))"
    r"|(?P<key>[A-Za-z][\w-]*)="
)
QUOTES = frozenset(_CLOSERS)
"""Every character that opens or closes a quote."""

_SPACE, _SOLID = re.compile(r"\s*"), re.compile(r"\S*")


@dataclass(frozen=True)
class Word:
    """A word from *start* to *end* of the line: its text without quotes.

    *key* is the name before `=` or after `--`, as fields are written; *flag* says that no `=`
    followed. *closed* is false when its quote has no end.
    """

    start: int
    end: int
    text: str
    key: str | None = None
    flag: bool = False
    closed: bool = True


def scan(line: str) -> Iterator[Word]:
    """Cut *line* at white space outside quotes, in time that grows with its length alone."""
    at = _after(_SPACE, line, 0)
    while at < len(line):
        word = _word(line, at)
        yield word
        at = _after(_SPACE, line, word.end)


def _word(line: str, start: int) -> Word:
    named = _NAMED.match(line, start)
    if named is None:
        end, text, closed = _value(line, start)
        return Word(start, end, text, closed=closed)
    key = (named["flag"] or named["key"]).casefold().replace("-", "_")
    if named["flag"] and not named["after"]:
        return Word(start, named.end(), "", key, flag=True)
    end, text, closed = _value(line, named.end())
    return Word(start, end, text, key, closed=closed)


def _value(line: str, start: int) -> tuple[int, str, bool]:
    """Return where the value at *start* ends, its text, and whether its quote is closed."""
    closers = _CLOSERS.get(line[start : start + 1])
    if closers is None:
        end = _after(_SOLID, line, start)
        return end, line[start:end], True
    at_end = "(?!\\S)" if line[start] in _APOSTROPHES else ""
    quoted = re.compile(
        rf"((?:\\.|(?![{closers}]{at_end}).)*+)"
        rf"[{closers}]{at_end}",
        re.DOTALL,
    ).match(line, start + 1)
    if quoted is None:
        return len(line), _unescaped(line[start + 1 :], closers), False
    end = _after(_SOLID, line, quoted.end())
    return end, _unescaped(quoted[1], closers) + line[quoted.end() : end], True


def _unescaped(text: str, closers: str) -> str:
    return re.sub(rf"\\([\\{closers}])", r"\1", text)


def _after(pattern: re.Pattern[str], line: str, start: int) -> int:
    found = pattern.match(line, start)
    return found.end() if found else start
