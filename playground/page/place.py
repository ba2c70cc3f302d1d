"""Where blocks are drawn, and the names and attributes that controls get from standing there."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from playground.model import Values
from playground.page.loose import string, thing, under, yes
from playground.page.times import local_time
from playground.page.words import bare, mrkdwn, text_object
from playground.render import Names

Attributes = dict[str, str]
"""What a tag carries; a template escapes the values. Keys never come from an app or a person."""


@dataclass(frozen=True)
class Place:
    """What drawing needs to know beside the blocks."""

    names: Names
    act_url: str = ""
    """Where presses are posted; empty: nothing can be pressed."""

    suggest_url: str = ""
    values: Values = field(default_factory=dict)
    """What is typed; a message has none and shows its initial values."""

    errors: Mapping[str, str] = field(default_factory=dict)
    offered: Mapping[str, list[dict[str, Any]]] = field(default_factory=dict)
    """What was last suggested for a type-ahead field, by block id."""

    people: Sequence[tuple[str, str]] = ()
    """Who can be chosen: id and name."""

    channels: Sequence[tuple[str, str]] = ()
    prefix: str = "b"
    """What makes DOM ids unique on the page."""

    zone: str = "UTC"
    """The reader's time zone, by its IANA name."""

    file_url: str = ""
    """Where a file of the workspace is read, with a slash and its id after it."""

    def text(self, value: Any) -> Markup:
        """Return a text object as who reads here sees it."""
        return text_object(value, self.names, self.zone)


@dataclass(frozen=True)
class Spot:
    """Where one control stands. With *typed* it is filled in, without it posts itself."""

    place: Place
    block: str
    action: str
    element: dict[str, Any]
    typed: bool = False
    label: Markup = field(default_factory=Markup)
    optional: bool = False
    dispatches: bool = False
    hint: bool = False

    @property
    def id(self) -> str:
        """The DOM id."""
        return dom_id(self.place.prefix, self.block, self.action)

    @property
    def name(self) -> str:
        """The name in the form. htmx sends the whole form along, so no two may be the same."""
        return f"{self.block}/{self.action}"

    @property
    def error(self) -> str:
        """What is wrong with what is typed; empty: nothing."""
        return self.place.errors.get(self.block, "") if self.typed else ""

    @property
    def value(self) -> Any:
        """What is typed or chosen, else the initial value: text, id, number, option or a list."""
        state = under(self.place.values.get(self.block), self.action)
        if isinstance(state, dict):
            return next((value for key, value in state.items() if key != "type"), None)
        initial = (v for k, v in self.element.items() if k.startswith("initial_"))
        return next(initial, None)

    def alone(self) -> Attributes:
        """Return the attributes of a control that is one tag."""
        own = {"id": self.id, "name": self.name, **self._focus()}
        if not self.typed:
            return {**own, "aria-label": spoken(self.element), **self._posting()}
        required = {} if self.optional else {"aria-required": "true"}
        return {**own, **self.described(), **self.invalid(), **required, **self._posting(own=True)}

    def around(self) -> Attributes:
        """Return the attributes of the `<fieldset>` around several controls of one name."""
        if not self.typed:
            label = {"id": self.id, "aria-label": spoken(self.element)}
            return {**label, **self._posting(own=True)}
        legend = {"id": self.id, "aria-labelledby": f"{self.id}-legend"}
        return {**legend, **self.described(), **self._posting(own=True)}

    def described(self) -> Attributes:
        """Return what names the hint and the error that are there."""
        there = [f"{self.id}-hint"] * self.hint + [f"{self.id}-error"] * bool(self.error)
        return {"aria-describedby": " ".join(there)} if there else {}

    def invalid(self) -> Attributes:
        """Return what marks a control that holds something wrong."""
        return {"aria-invalid": "true"} if self.error else {}

    def _focus(self) -> Attributes:
        return {"autofocus": ""} if yes(self.element, "focus_on_load") else {}

    def _posting(self, *, own: bool = False) -> Attributes:
        if self.typed and not (self.dispatches and self.place.act_url):
            return {}
        posted = press(self)
        if not self.place.act_url:
            return posted
        include = {"hx-include": "this"} if own else {}
        return {**posted, "hx-trigger": "change", **include}


def dom_id(prefix: str, block: str, action: str) -> str:
    """Return the DOM id of an element: other than its parts it holds no space, quote or dot."""
    return "--".join([prefix, *(_slug(part) for part in (block, action))])


def _slug(part: str) -> str:
    return re.sub(r"[^A-Za-z0-9_]", lambda sign: f"-{ord(sign[0]):x}-", part)


_SPOKEN = {
    "datepicker": "Date",
    "timepicker": "Time",
    "datetimepicker": "Date and time",
    "radio_buttons": "Options",
    "checkboxes": "Options",
    "overflow": "More actions",
}


def spoken(element: Any) -> str:
    """Return what a control is called that has no label beside it."""
    return bare(thing(element, "placeholder")) or _SPOKEN.get(string(element, "type"), "Choose")


def press(spot: Spot, **more: str) -> Attributes:
    """Return what posts a press, with *more* values; where nothing can be pressed, what says so."""
    if not spot.place.act_url:
        return {"disabled": ""}
    # Quotes and angle brackets in this JSON are escaped by the template, as in any attribute.
    sent = json.dumps({"block": spot.block, "action": spot.action, **more})
    posting = {"hx-post": spot.place.act_url, "hx-swap": "none", "hx-vals": sent}
    return {**posting, **asking(spot)}


def asking(spot: Spot) -> Attributes:
    """Return the question that is asked before a press counts; nothing where there is none."""
    question = thing(spot.element, "confirm")
    if not question:
        return {}
    asked = {
        "title": bare(thing(question, "title")) or "Are you sure?",
        "text": _said(thing(question, "text"), spot.place),
        "confirm": bare(thing(question, "confirm")) or "Yes",
        "deny": bare(thing(question, "deny")) or "Cancel",
        "style": string(question, "style"),
    }
    return {"hx-confirm": "ask", "data-confirm": json.dumps(asked)}


def _said(text: dict[str, Any], place: Place) -> str:
    if string(text, "type") == "mrkdwn":
        return mrkdwn(string(text, "text"), place.names, place.zone).striptags()
    return bare(text)


def local_minute(stamp: Any, zone: str) -> str:
    """Return a UNIX time in *zone* as a `datetime-local` field wants it; empty for no time."""
    if isinstance(stamp, bool) or not isinstance(stamp, int):
        return ""
    at = local_time(stamp, zone) or local_time(stamp, "UTC")
    return at.strftime("%Y-%m-%dT%H:%M") if at else ""
