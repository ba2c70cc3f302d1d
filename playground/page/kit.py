"""Draws Block Kit as HTML. Whatever the JSON holds, it draws something and raises nothing."""

from collections.abc import Callable
from itertools import chain, islice, repeat
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from playground.page import controls
from playground.page.choices import suggested
from playground.page.loose import string, thing, things, under, yes
from playground.page.markdown import markdown
from playground.page.pen import Pen, pen_at
from playground.page.place import Place, Spot, dom_id
from playground.page.rich import rich_text
from playground.page.words import plain

__all__ = ["Place", "blocks", "dom_id", "options"]

_ALIGNMENTS = {"left": "left", "center": "center", "right": "right"}
_ALERTS = {
    "info": ("i", "Information"),
    "warning": ("!", "Warning"),
    "error": ("✕", "Error"),
    "success": ("✓", "Success"),
}


def blocks(env: Environment, blocks: Any, place: Place) -> Markup:
    """Return the list *blocks* as they look at *place*. *env* escapes, and finds `blocks.html`."""
    pen = pen_at(place, env)
    return Markup("\n").join(
        _block(pen, one) for one in (blocks if isinstance(blocks, list) else [])
    )


def options(env: Environment, answer: Any, at: str) -> Markup:
    """Return what a type-ahead field may offer: options and groups of them, in the list *at*.

    *at* is the DOM id of the list: `dom_id(prefix, block_id, action_id)` and `-list`.
    """
    pen = pen_at(Place(names=str), env)
    groups = suggested(answer, str)
    return pen.draw("options", groups=groups, empty=not any(found for _, found in groups), at=at)


def _block(pen: Pen, block: Any) -> Markup:
    kind = string(block, "type")
    return _BLOCKS[kind](pen, block) if kind in _BLOCKS else pen.unknown("block", kind)


def _element(pen: Pen, block: Any, one: dict[str, Any]) -> Markup:
    spot = Spot(pen.place, string(block, "block_id"), string(one, "action_id"), one)
    return controls.element(pen, spot)


def _section(pen: Pen, block: Any) -> Markup:
    accessory = under(block, "accessory")
    return pen.draw(
        "section",
        text=pen.place.text(thing(block, "text")),
        fields=[pen.place.text(one) for one in things(block, "fields")],
        accessory=_element(pen, block, accessory) if isinstance(accessory, dict) else Markup(),
    )


def _header(pen: Pen, block: Any) -> Markup:
    return pen.draw("header", words=pen.place.text(thing(block, "text")))


def _divider(pen: Pen, _block: Any) -> Markup:
    return pen.draw("divider")


def _picture(pen: Pen, block: Any) -> Markup:
    title = pen.place.text(thing(block, "title"))
    return pen.draw("figure", picture=controls.image(pen, block), title=title)


def _context(pen: Pen, block: Any) -> Markup:
    return pen.draw("context", parts=[_beside(pen, one) for one in things(block, "elements")])


def _beside(pen: Pen, one: dict[str, Any]) -> Markup:
    kind = string(one, "type")
    if kind == "image":
        return controls.image(pen, one)
    if kind in {"mrkdwn", "plain_text"}:
        return pen.place.text(one)
    return pen.unknown("element", kind)


def _actions(pen: Pen, block: Any) -> Markup:
    drawn = [_element(pen, block, one) for one in things(block, "elements")]
    return pen.draw("actions", elements=drawn)


def _rich_text(pen: Pen, block: Any) -> Markup:
    return pen.draw("written", words=rich_text(block, pen.place.names))


def _markdown(pen: Pen, block: Any) -> Markup:
    return pen.draw("written", words=markdown(string(block, "text")))


def _table(pen: Pen, block: Any) -> Markup:
    rows = [row for row in _list(block, "rows") if isinstance(row, list)]
    given = [
        _ALIGNMENTS.get(string(one, "align"), "left") for one in _list(block, "column_settings")
    ]
    aligned = chain(given, repeat("left"))
    columns = list(islice(aligned, max(map(len, rows), default=0)))
    cells = [list(zip((_cell(pen, cell) for cell in row), columns, strict=False)) for row in rows]
    return pen.draw("table", head=cells[:1], body=cells[1:])


def _list(value: Any, key: str) -> list[Any]:
    found = under(value, key)
    return found if isinstance(found, list) else []


def _cell(pen: Pen, cell: Any) -> Markup:
    if string(cell, "type") == "rich_text":
        return rich_text(cell, pen.place.names)
    return plain(string(cell, "text"))


def _alert(pen: Pen, block: Any) -> Markup:
    level = string(block, "level")
    sign, spoken = _ALERTS.get(level, ("", ""))
    words = pen.place.text(thing(block, "text"))
    known = level if sign else "default"
    return pen.draw("alert", words=words, level=known, sign=sign, spoken=spoken)


def _input(pen: Pen, block: Any) -> Markup:
    one, optional = thing(block, "element"), yes(block, "optional")
    hint = pen.place.text(thing(block, "hint"))
    words = pen.place.text(thing(block, "label"))
    label = pen.draw("label_words", words=words, optional=optional)
    spot = Spot(
        place=pen.place,
        block=string(block, "block_id"),
        action=string(one, "action_id"),
        element=one,
        typed=True,
        label=label,
        optional=optional,
        dispatches=yes(block, "dispatch_action"),
        hint=bool(hint),
    )
    return pen.draw(
        "field",
        id=spot.id,
        label=label,
        control=controls.element(pen, spot),
        kind=_labelled(string(one, "type")),
        hint=hint,
        error=plain(spot.error),
    )


def _labelled(kind: str) -> str:
    if kind in controls.SEVERAL_TAGS:
        return "legend"
    return "label" if kind in controls.ONE_TAG else "words"


_BLOCKS: dict[str, Callable[[Pen, Any], Markup]] = {
    "section": _section,
    "header": _header,
    "divider": _divider,
    "image": _picture,
    "context": _context,
    "actions": _actions,
    "rich_text": _rich_text,
    "markdown": _markdown,
    "table": _table,
    "alert": _alert,
    "input": _input,
}
