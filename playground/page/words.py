"""Slack's texts as HTML: mrkdwn and plain text.

What people wrote is a `str`, and a `str` is escaped wherever it meets `Markup`; only the tags that
stand in this folder's own source are `Markup`, so that nothing has to be taken out afterwards.

Each text comes in a `<bdi>`: signs that turn the direction of writing end with it, and do not
reorder the page around it. `sound` takes out the one sign that could end a `<bdi>` early.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from markupsafe import Markup

from playground.page.emoji import EMOJI, SHORTCODE, with_emoji
from playground.page.loose import string, whole_characters
from playground.page.marks import Piece, joined, mark_at
from playground.page.times import by_the_clock
from playground.render import Names

_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_ISOLATES, _END_OF_ISOLATE = "\u2066\u2067\u2068", "\u2069"
_SAFE_URL = re.compile(r"(?:https?://|mailto:)[^\s]", re.IGNORECASE)
_QUOTE = re.compile(r"(?:&gt;|>) ?")
# Every quantifier is possessive: a hostile text is read once, not again from each of its signs.
_ATOM = re.compile(
    r"`(?P<code>[^`\n]++)`"
    r"|<(?P<angle>(?:[@#!]|(?i:https?://|mailto:))[^<>\n]++)>"
    rf"|{SHORTCODE}"
    r"|(?P<mark>(?<!\*)\*(?!\*)|(?<!_)_(?!_)|(?<!~)~(?!~))"
)
_BR = Markup("<br>")
_TAGS = {
    "*": (Markup("<strong>"), Markup("</strong>")),
    "_": (Markup("<em>"), Markup("</em>")),
    "~": (Markup("<s>"), Markup("</s>")),
}


def sound(text: str) -> str:
    """Return *text* as a page can show it: whole characters, and one sign for a line's end."""
    text = whole_characters(text).replace("\r\n", "\n").replace("\r", "\n")
    text = _CONTROLS.sub("\ufffd", text)
    return _without_stray_ends(text) if _END_OF_ISOLATE in text else text


def _without_stray_ends(text: str) -> str:
    kept, depth = [], 0
    for sign in text:
        if sign == "\n":
            depth = 0
        elif sign in _ISOLATES:
            depth += 1
        elif sign == _END_OF_ISOLATE:
            if depth == 0:
                continue
            depth -= 1
        kept.append(sign)
    return "".join(kept)


def isolated(words: Markup) -> Markup:
    """Return *words* so that their direction of writing is theirs alone."""
    return Markup("<bdi>{}</bdi>").format(words) if words else words


def broken(text: str) -> Markup:
    """Return *text* with its line breaks and shortcodes, and nothing else marked up."""
    return _BR.join(with_emoji(sound(text)).split("\n"))


def plain(text: str) -> Markup:
    """Return *text* of type `plain_text`."""
    return isolated(broken(text))


def pre(code: str) -> Markup:
    """Return *code* as a block of its own."""
    # The parser drops a line break right after `<pre>`, so `<code>` stands between.
    return Markup("<pre><code>{}</code></pre>").format(sound(code).strip("\n"))


def safe_url(url: str) -> str:
    """Return *url* if a person may follow it from here; empty otherwise."""
    return url if _SAFE_URL.match(url) else ""


def link(url: str, words: str) -> Markup:
    """Return a link to *url*, or only its words where it leads nowhere on the web."""
    shown = isolated(broken(words or re.sub(r"(?i)\Amailto:", "", url)))
    if not safe_url(url):
        return shown
    tag = Markup('<a href="{}" target="_blank" rel="noopener noreferrer">{}</a>')
    return tag.format(sound(url), shown)


def mention(sign: str, name: str) -> Markup:
    """Return the mention of a person, group or channel."""
    return Markup('<bdi class="mention">{}{}</bdi>').format(sign, sound(name))


def undone(text: str) -> str:
    """Return *text* with Slack's three entities undone."""
    if "&" not in text:
        return text
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


@dataclass(frozen=True)
class Reader:
    """Who reads: what ids are called for them, and the zone that their clock stands in."""

    names: Names
    zone: str

    def called(self, slack_id: str, label: str) -> str:
        """Return the name of *slack_id*, or its *label* where it has none here."""
        name = self.names(slack_id)
        return label if label and name == slack_id else name


def text_object(value: Any, names: Names, zone: str = "") -> Markup:
    """Return a text object as HTML; empty for none. See `mrkdwn`."""
    text = string(value, "text")
    return mrkdwn(text, names, zone) if string(value, "type") == "mrkdwn" else plain(text)


def bare(value: Any) -> str:
    """Return the words of a text object for where no tags can be, as in an `<option>`."""
    return with_emoji(sound(string(value, "text")))


def mrkdwn(text: str, names: Names, zone: str = "") -> Markup:
    """Return *text* of type `mrkdwn` by Slack's rules (docs.slack.dev: formatting message text).

    A person or channel that *names* knows is called so, whatever the label in the text says.
    A date is told by the clock of *zone*, and by its own words where that is not known.
    Anything in angle brackets that is no mention and no link to the web or a mailbox is text.
    """
    return isolated(Markup().join(_paragraphs(sound(text), Reader(names, zone))))


def _paragraphs(text: str, reader: Reader) -> Iterator[Markup]:
    parts = text.split("```")
    if len(parts) % 2 == 0:
        parts[-2:] = ["```".join(parts[-2:])]
    for place, part in enumerate(parts):
        if place % 2:
            yield pre(undone(part))
            continue
        shown = part.removeprefix("\n") if place else part
        shown = shown.removesuffix("\n") if place < len(parts) - 1 else shown
        yield from _runs(shown, reader) if shown else ()


def _runs(text: str, reader: Reader) -> Iterator[Markup]:
    for quoted, lines in groupby(text.split("\n"), lambda line: bool(_QUOTE.match(line))):
        if quoted:
            inner = _BR.join(_line(_QUOTE.sub("", line, count=1), reader) for line in lines)
            yield Markup("<blockquote>{}</blockquote>").format(inner)
        else:
            yield _BR.join(_line(line, reader) for line in lines)


def _line(line: str, reader: Reader) -> Markup:
    return joined(_pieces(line, reader), _TAGS) if line else Markup()


def _pieces(line: str, reader: Reader) -> Iterator[Piece]:
    done = 0
    for found in _ATOM.finditer(line):
        yield undone(line[done : found.start()])
        yield _atom(found, reader)
        done = found.end()
    yield undone(line[done:])


def _atom(found: re.Match[str], reader: Reader) -> Piece:
    match found.lastgroup:
        case "code":
            return Markup("<code>{}</code>").format(undone(found["code"]))
        case "angle":
            return _angle(found["angle"], reader)
        case "emoji":
            return EMOJI[found["emoji"]]
        case _:
            return mark_at(found.string, found.start(), found.end())


def _angle(inside: str, reader: Reader) -> Markup:
    target, _, label = (undone(part) for part in inside.partition("|"))
    if target[0] == "@":
        return mention("@", reader.called(target[1:], label))
    if target[0] == "#":
        return mention("#", reader.called(target[1:], label))
    if target[0] == "!":
        return _special(target[1:], label, reader)
    return link(target, label)


def _special(target: str, label: str, reader: Reader) -> Markup:
    if target.startswith("subteam^"):
        name = reader.called(target.removeprefix("subteam^"), label)
        return mention("@", name.removeprefix("@"))
    if target in {"here", "channel", "everyone"}:
        return mention("@", target)
    if target.startswith("date^"):
        _, seconds, form, *_ = [*target.split("^"), "", ""]
        return plain(by_the_clock(seconds, form, reader.zone) or label or target)
    return plain(label or target)
