"""The common part of Markdown as HTML, for Slack's `markdown` block.

Like rich text it is made of block elements, which browsers isolate from their surroundings as to
the direction of writing.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import groupby

from markupsafe import Markup

from playground.page.emoji import EMOJI, SHORTCODE
from playground.page.marks import Piece, joined, mark_at
from playground.page.words import link, pre, safe_url, sound, undone

_LINE = re.compile(
    r"(?P<indent>[ \t]*+)(?:"
    r"(?P<heading>#{1,6})[ \t]++(?P<title>.*)"
    r"|(?P<rule>(?:-[ \t]*+){3,}+|(?:\*[ \t]*+){3,}+|(?:_[ \t]*+){3,}+)\Z"
    r"|[-*+][ \t]++(?P<bullet>.*)"
    r"|(?P<number>\d{1,9})[.)][ \t]++(?P<item>.*)"
    r"|> ?(?P<quote>.*)"
    r"|(?P<text>.*))"
)
_ATOM = re.compile(
    r"`(?P<code>[^`]++)`"
    r"|\\(?P<literal>[!-/:-@\[-`{-~])"
    r"|!?\[(?P<words>[^\[\]]*+)\]\((?P<url>[^()\s<>]*+)\)"
    r"|<(?P<auto>(?:https?://|mailto:)[^<>\s]++)>"
    rf"|{SHORTCODE}"
    r"|(?P<mark>\*{1,3}|_{1,3}|~~)"
)
_BR = Markup("<br>")
_STRONG, _EM = (Markup("<strong>"), Markup("</strong>")), (Markup("<em>"), Markup("</em>"))
_BOTH = (_STRONG[0] + _EM[0], _EM[1] + _STRONG[1])
_TAGS = {
    "*": _EM,
    "_": _EM,
    "**": _STRONG,
    "__": _STRONG,
    "***": _BOTH,
    "___": _BOTH,
    "~~": (Markup("<s>"), Markup("</s>")),
}
_TOP, _LOWEST = 2, 6
"""A heading in a message stands below the page's own: `#` is an `<h3>`."""

_SPACES_PER_INDENT, _INDENT = 2, 8


def markdown(text: str) -> Markup:
    """Return *text*: headings, lists, quotes, fences, rules, links, and marks within a line."""
    parts = Markup().join(_parts(sound(text).split("\n")))
    return Markup('<div class="rich">{}</div>').format(parts) if parts else parts


def _parts(lines: list[str]) -> Iterator[Markup]:
    rest: list[str] = []
    fence: list[str] | None = None
    for line in lines:
        if not line.lstrip().startswith("```"):
            (rest if fence is None else fence).append(line)
        elif fence is None:
            yield from _prose(rest)
            rest, fence = [], []
        else:
            yield pre("\n".join(fence))
            fence = None
    # A fence that nobody closed goes on to the end.
    yield from _prose(rest) if fence is None else [pre("\n".join(fence))]


def _prose(lines: list[str]) -> Iterator[Markup]:
    found = [match for line in lines if (match := _LINE.fullmatch(line))]
    for kind, group in groupby(found, _kind):
        yield _drawn(kind, list(group))


def _kind(line: re.Match[str]) -> str:
    if line["text"] is not None:
        return "text" if line["text"].strip() else "blank"
    kinds = ("heading", "rule", "bullet", "number", "quote")
    return next(kind for kind in kinds if line[kind] is not None)


def _drawn(kind: str, lines: list[re.Match[str]]) -> Markup:
    match kind:
        case "heading":
            return Markup().join(_heading(line) for line in lines)
        case "bullet" | "number":
            return _list(kind, lines)
        case "quote":
            return Markup("<blockquote>{}</blockquote>").format(_wrapped(lines, "quote"))
        case "text":
            return Markup("<p>{}</p>").format(_wrapped(lines, "text"))
        case _:
            return Markup("<hr>") if kind == "rule" else Markup()


def _list(kind: str, lines: list[re.Match[str]]) -> Markup:
    if kind == "bullet":
        return Markup("<ul>{}</ul>").format(_items(lines, "bullet"))
    start = int(lines[0]["number"])
    return Markup('<ol start="{}">{}</ol>').format(start, _items(lines, "item"))


def _heading(line: re.Match[str]) -> Markup:
    level = min(len(line["heading"]) + _TOP, _LOWEST)
    return Markup("<h{0}>{1}</h{0}>").format(level, _line(line["title"]))


def _items(lines: Iterable[re.Match[str]], group: str) -> Markup:
    item = Markup('<li class="indent-{}">{}</li>')
    return Markup().join(item.format(_depth(line["indent"]), _line(line[group])) for line in lines)


def _depth(indent: str) -> int:
    return min(len(indent.expandtabs(4)) // _SPACES_PER_INDENT, _INDENT)


def _wrapped(lines: Iterable[re.Match[str]], group: str) -> Markup:
    return _BR.join(_line(line[group]) for line in lines)


def _line(line: str) -> Markup:
    return joined(_pieces(line), _TAGS)


def _pieces(line: str) -> Iterator[Piece]:
    done = 0
    for found in _ATOM.finditer(line):
        yield undone(line[done : found.start()])
        yield _atom(found)
        done = found.end()
    yield undone(line[done:])


def _atom(found: re.Match[str]) -> Piece:
    match found.lastgroup:
        case "code":
            return Markup("<code>{}</code>").format(found["code"])
        case "literal":
            return found["literal"]
        case "url":
            url = undone(found["url"])
            return link(url, undone(found["words"])) if safe_url(url) else found[0]
        case "auto":
            return link(undone(found["auto"]), "")
        case "emoji":
            return EMOJI[found["emoji"]]
        case _:
            inside_words = found["mark"][0] != "_"
            return mark_at(found.string, found.start(), found.end(), inside_words=inside_words)
