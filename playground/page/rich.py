"""Slack's rich text as HTML.

Each part is a block element (`div`, `li`, `blockquote`, `pre`), which browsers isolate from its
surroundings as to the direction of writing; blocks.css says so once more.
"""

import re
from typing import Any

from markupsafe import Markup

from playground.page.emoji import EMOJI
from playground.page.loose import number, string, thing, things, yes
from playground.page.words import broken, link, mention, pre
from playground.render import Names

_HEX = re.compile(r"[0-9a-fA-F]{2,5}(?:-[0-9a-fA-F]{2,5}){0,9}")
_INDENT, _OFFSET = 8, 10_000
_MENTIONED = {
    "user": ("@", "user_id"),
    "usergroup": ("@", "usergroup_id"),
    "channel": ("#", "channel_id"),
}
_STYLES = {
    "code": Markup("<code>{}</code>"),
    "bold": Markup("<strong>{}</strong>"),
    "italic": Markup("<em>{}</em>"),
    "strike": Markup("<s>{}</s>"),
    "underline": Markup("<u>{}</u>"),
}


def rich_text(block: Any, names: Names) -> Markup:
    """Return a `rich_text` block; of what is unknown its text, if it has any."""
    parts = Markup().join(_part(one, names) for one in things(block, "elements"))
    return Markup('<div class="rich">{}</div>').format(parts) if parts else parts


def _part(part: dict[str, Any], names: Names) -> Markup:
    match string(part, "type"):
        case "rich_text_list":
            return _list(part, names)
        case "rich_text_quote":
            return Markup("<blockquote>{}</blockquote>").format(_inside(part, names))
        case "rich_text_preformatted":
            return pre("".join(_code(one) for one in things(part, "elements")))
        case _:
            return Markup("<div>{}</div>").format(_inside(part, names))


def _list(part: dict[str, Any], names: Names) -> Markup:
    items = things(part, "elements")
    rows = Markup().join(Markup("<li>{}</li>").format(_inside(item, names)) for item in items)
    indent = number(part, "indent", 0, _INDENT)
    if string(part, "style") != "ordered":
        return Markup('<ul class="indent-{}">{}</ul>').format(indent, rows)
    first = number(part, "offset", 0, _OFFSET) + 1
    return Markup('<ol class="indent-{}" start="{}">{}</ol>').format(indent, first, rows)


def _inside(part: dict[str, Any], names: Names) -> Markup:
    inner = things(part, "elements")
    return Markup().join(_inline(one, names) for one in inner) if inner else _inline(part, names)


def _code(one: dict[str, Any]) -> str:
    return string(one, "text") or string(one, "url")


def _inline(one: dict[str, Any], names: Names) -> Markup:
    shown = _content(one, names)
    style = thing(one, "style")
    for name, tag in _STYLES.items():
        shown = tag.format(shown) if yes(style, name) else shown
    return shown


def _content(one: dict[str, Any], names: Names) -> Markup:
    kind = string(one, "type")
    if kind in _MENTIONED:
        sign, key = _MENTIONED[kind]
        return mention(sign, names(string(one, key)))
    match kind:
        case "link":
            return link(string(one, "url"), string(one, "text"))
        case "broadcast":
            return mention("@", string(one, "range"))
        case "emoji":
            return broken(_emoji(one))
        case "date":
            return broken(string(one, "fallback") or string(one, "format"))
        case _:
            # A colour has no text, only its value.
            return broken(string(one, "text") or string(one, "value"))


def _emoji(one: dict[str, Any]) -> str:
    name, code = string(one, "name"), string(one, "unicode")
    if name in EMOJI or not _HEX.fullmatch(code):
        return EMOJI.get(name, f":{name}:")
    return "".join(chr(int(point, 16)) for point in code.split("-"))
