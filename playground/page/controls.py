"""Draws the elements of blocks: what is pressed, chosen and typed."""

import re
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from playground.page.choices import (
    Choice,
    Group,
    chosen_options,
    listed,
    offered,
    suggested,
    values_of,
)
from playground.page.loose import number, string, thing, things, yes
from playground.page.pen import Pen
from playground.page.place import Attributes, Place, Spot, asking, local_minute, press, spoken
from playground.page.words import bare, plain, safe_url, sound

_STYLES = {"primary": "btn btn-primary", "danger": "btn btn-danger"}
_OURS = re.compile(r"/(?![/\\])[^\\\x00-\x20]*")
_MOST_CHOSEN, _LONGEST_QUERY, _SHORTEST_QUERY, _LENGTH = 100, 150, 3, 3000

Draw = Callable[[Pen, Spot], Markup]


def element(pen: Pen, spot: Spot) -> Markup:
    """Draw the element at *spot*; an unknown one is a box that names it."""
    kind = string(spot.element, "type")
    return _ELEMENTS[kind](pen, spot) if kind in _ELEMENTS else pen.unknown("element", kind)


def image(pen: Pen, picture: Any) -> Markup:
    """Draw the image of an element or a block; one that lies elsewhere is a box with its words."""
    alt = sound(string(picture, "alt_text"))
    return pen.draw("image", source=_source(picture, pen.place), alt=alt)


def _source(picture: Any, place: Place) -> str:
    url = string(picture, "image_url")
    if _OURS.fullmatch(url):
        return url
    file_id = string(thing(picture, "slack_file"), "id")
    return f"{place.file_url}/{quote(file_id, safe='')}" if place.file_url and file_id else ""


def _image(pen: Pen, spot: Spot) -> Markup:
    return image(pen, spot.element)


def _button(pen: Pen, spot: Spot) -> Markup:
    style = _STYLES.get(string(spot.element, "style"), "btn")
    label = sound(string(spot.element, "accessibility_label"))
    own = {"id": spot.id, "class": style, **({"aria-label": label} if label else {})}
    words = spot.place.text(thing(spot.element, "text"))
    return _pressed(pen, spot, words, own, string(spot.element, "url"))


def _pressed(pen: Pen, spot: Spot, words: Markup, own: Attributes, url: str, **more: str) -> Markup:
    posting = press(spot, **more)
    if not safe_url(url):
        return pen.draw("button", words=words, attributes={**own, **posting})
    # htmx keeps a link that posts from opening, so what posts is the `<span>` around it.
    around = {**posting, "hx-trigger": "click"} if spot.place.act_url else {}
    return pen.draw("link_button", words=words, attributes={**own, "href": url}, around=around)


def _overflow(pen: Pen, spot: Spot) -> Markup:
    entries = [
        _pressed(
            pen,
            spot,
            spot.place.text(thing(option, "text")),
            {"class": "menu-item"},
            string(option, "url"),
            value=string(option, "value"),
        )
        for option in things(spot.element, "options")
    ]
    return pen.draw("overflow", id=spot.id, name=spoken(spot.element), entries=entries)


def _select(pen: Pen, spot: Spot, groups: list[Group]) -> Markup:
    placeholder = bare(thing(spot.element, "placeholder")) or "Choose"
    return pen.draw("select", attributes=spot.alone(), placeholder=placeholder, groups=groups)


def _group(pen: Pen, spot: Spot, kind: str, groups: list[Group]) -> Markup:
    around = spot.around()
    if kind == "radio":
        required = spot.typed and not spot.optional
        around |= {"role": "radiogroup", **({"aria-required": "true"} if required else {})}
        around |= spot.invalid()
    elif most := number(spot.element, "max_selected_items", 0, _MOST_CHOSEN):
        around["data-max"] = str(most)
    return pen.draw(
        "group",
        around=around,
        id=spot.id,
        legend=spot.label,
        kind=kind,
        name=spot.name,
        groups=groups,
        each=spot.invalid() if kind == "checkbox" else {},
        focus=yes(spot.element, "focus_on_load"),
    )


def _own_options(spot: Spot) -> list[Group]:
    return offered(spot.element, spot.place.names, values_of(spot.value))


def _static(pen: Pen, spot: Spot) -> Markup:
    return _select(pen, spot, _own_options(spot))


def _person(pen: Pen, spot: Spot) -> Markup:
    return _select(pen, spot, listed(spot, spot.place.people))


def _channel(pen: Pen, spot: Spot) -> Markup:
    return _select(pen, spot, listed(spot, spot.place.channels))


def _radios(pen: Pen, spot: Spot) -> Markup:
    return _group(pen, spot, "radio", _own_options(spot))


def _boxes(pen: Pen, spot: Spot) -> Markup:
    return _group(pen, spot, "checkbox", _own_options(spot))


def _people(pen: Pen, spot: Spot) -> Markup:
    return _group(pen, spot, "checkbox", listed(spot, spot.place.people))


def _channels(pen: Pen, spot: Spot) -> Markup:
    return _group(pen, spot, "checkbox", listed(spot, spot.place.channels))


def _external(pen: Pen, spot: Spot) -> Markup:
    return _combobox(pen, spot, chosen_options(spot.value, spot.place.names)[:1], ())


def _externals(pen: Pen, spot: Spot) -> Markup:
    return _combobox(pen, spot, (), chosen_options(spot.value, spot.place.names))


def _combobox(pen: Pen, spot: Spot, shown: Sequence[Choice], chips: Sequence[Choice]) -> Markup:
    least = number(spot.element, "min_query_length", _SHORTEST_QUERY, _LONGEST_QUERY)
    many = string(spot.element, "type").startswith("multi_")
    wrap = {
        "data-suggest": spot.place.suggest_url,
        "data-act": spot.place.act_url,
        "data-block": spot.block,
        "data-action": spot.action,
        "data-min": str(least),
        **({"data-multi": ""} if many else {}),
        **{key: value for key, value in asking(spot).items() if key == "data-confirm"},
    }
    # The choice is posted as it is made: what stands in the box is only what was searched for.
    mine = spot.alone().items()
    box = {
        key: value for key, value in mine if key != "name" and not key.startswith(("hx-", "data-"))
    }
    box |= {
        "aria-controls": f"{spot.id}-list",
        "placeholder": bare(thing(spot.element, "placeholder")),
        "value": shown[0].words if shown else "",
    }
    last = suggested(spot.place.offered.get(spot.block, []), spot.place.names)
    last = last if any(found for _, found in last) else []
    return pen.draw("combobox", wrap=wrap, box=box, id=spot.id, chips=chips, groups=last)


def _text(pen: Pen, spot: Spot, more: Attributes) -> Markup:
    placeholder = bare(thing(spot.element, "placeholder"))
    own = {**spot.alone(), **({"placeholder": placeholder} if placeholder else {}), **more}
    value = string({"typed": spot.value}, "typed")
    if string(spot.element, "type") == "plain_text_input" and yes(spot.element, "multiline"):
        return pen.draw("textarea", attributes=own, value=value)
    return pen.draw("text_input", kind="text", attributes=own, value=value)


def _words(pen: Pen, spot: Spot) -> Markup:
    limits = {
        "data-min-length": number(spot.element, "min_length", 0, _LENGTH),
        "data-max-length": number(spot.element, "max_length", 0, _LENGTH),
    }
    return _text(pen, spot, {key: str(limit) for key, limit in limits.items() if limit})


def _number(pen: Pen, spot: Spot) -> Markup:
    mode = "decimal" if yes(spot.element, "is_decimal_allowed") else "numeric"
    limits = {key: string(spot.element, f"{key}_value") for key in ("min", "max")}
    data = {f"data-{key}": limit for key, limit in limits.items() if limit}
    return _text(pen, spot, {"inputmode": mode, **data})


def _email(pen: Pen, spot: Spot) -> Markup:
    return _text(pen, spot, {"inputmode": "email", "spellcheck": "false"})


def _url(pen: Pen, spot: Spot) -> Markup:
    return _text(pen, spot, {"inputmode": "url", "spellcheck": "false"})


def _date(pen: Pen, spot: Spot) -> Markup:
    value = string({"typed": spot.value}, "typed")
    return pen.draw("text_input", kind="date", attributes=spot.alone(), value=value)


def _time(pen: Pen, spot: Spot) -> Markup:
    value = string({"typed": spot.value}, "typed")
    zone = string(spot.element, "timezone")
    return pen.draw("text_input", kind="time", attributes=spot.alone(), value=value, zone=zone)


def _moment(pen: Pen, spot: Spot) -> Markup:
    zone = spot.place.zone
    value, own = local_minute(spot.value, zone), spot.alone()
    return pen.draw("text_input", kind="datetime-local", attributes=own, value=value, zone=zone)


def _file(pen: Pen, _spot: Spot) -> Markup:
    return pen.draw("box", words=plain("Files cannot be added on this page."))


_ALONE: dict[str, Draw] = {
    "static_select": _static,
    "external_select": _external,
    "multi_external_select": _externals,
    "users_select": _person,
    "conversations_select": _channel,
    "channels_select": _channel,
    "datepicker": _date,
    "timepicker": _time,
    "datetimepicker": _moment,
    "plain_text_input": _words,
    "number_input": _number,
    "email_text_input": _email,
    "url_text_input": _url,
}
_TOGETHER: dict[str, Draw] = {
    "radio_buttons": _radios,
    "checkboxes": _boxes,
    "multi_static_select": _boxes,
    "multi_users_select": _people,
    "multi_conversations_select": _channels,
    "multi_channels_select": _channels,
}
_ELEMENTS: dict[str, Draw] = {
    **_ALONE,
    **_TOGETHER,
    "button": _button,
    "overflow": _overflow,
    "file_input": _file,
    "image": _image,
}
ONE_TAG, SEVERAL_TAGS = frozenset(_ALONE), frozenset(_TOGETHER)
"""Types with a `<label>` of their own, and those in a `<fieldset>` with a legend."""
