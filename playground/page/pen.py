"""Draws with the macros of `blocks.html`."""

from dataclasses import dataclass
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from playground.page.place import Place


@dataclass(frozen=True)
class Pen:
    """The macros, and the place to draw at."""

    macros: Any
    place: Place

    def draw(self, macro: str, **values: Any) -> Markup:
        """Return what *macro* makes of *values*."""
        drawn: Markup = getattr(self.macros, macro)(**values)
        return drawn

    def unknown(self, what: str, kind: str) -> Markup:
        """Draw a box for a block or an element that nobody here knows."""
        return self.draw("unknown", what=what, kind=kind or "without a type")


def pen_at(place: Place, env: Environment) -> Pen:
    """Return what draws at *place*; *env* escapes by itself, and finds `blocks.html`."""
    return Pen(env.get_template("blocks.html").module, place)
