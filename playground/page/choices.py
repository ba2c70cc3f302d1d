"""What can be chosen in a control, and what is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

from markupsafe import Markup

from playground.page.loose import string, thing, things, under
from playground.page.place import Spot
from playground.page.words import bare, plain, text_object
from playground.render import Names


@dataclass(frozen=True)
class Choice:
    """One thing to choose."""

    number: int
    """Its place among all that is offered, from 1."""

    value: str
    words: str
    """What it is called where no tags can be."""

    text: Markup
    description: Markup
    chosen: bool


Group = tuple[str, list[Choice]]
"""A label, empty for what stands in no group, and the choices under it."""


def values_of(value: Any) -> list[str]:
    """Return the values in a control's state: of options their `value`, of ids the ids."""
    found = value if isinstance(value, list) else [value]
    said = [one if isinstance(one, str) else string(one, "value") for one in found]
    return [one for one in said if one]


def offered(source: Any, names: Names, chosen: Iterable[str] = ()) -> list[Group]:
    """Return the choices under `options` and `option_groups` of *source*, in their groups."""
    numbers, picked = count(1), frozenset(chosen)

    def choices(options: list[dict[str, Any]]) -> list[Choice]:
        return [_choice(next(numbers), one, names, picked) for one in options]

    loose: list[Group] = [("", choices(things(source, "options")))]
    grouped = things(source, "option_groups")
    return loose + [(bare(thing(g, "label")), choices(things(g, "options"))) for g in grouped]


def suggested(answer: Any, names: Names) -> list[Group]:
    """Return the choices in *answer*, a list in which options and groups of them may stand."""
    rows = [one for one in answer if isinstance(one, dict)] if isinstance(answer, list) else []
    groups = [row for row in rows if isinstance(under(row, "options"), list)]
    options = [row for row in rows if not isinstance(under(row, "options"), list)]
    return offered({"options": options, "option_groups": groups}, names)


def listed(spot: Spot, known: Sequence[tuple[str, str]]) -> list[Group]:
    """Return people or channels to choose from, also a chosen one that is not *known*."""
    chosen = values_of(spot.value)
    there = {slack_id for slack_id, _ in known}
    more = [(one, spot.place.names(one)) for one in chosen if one not in there]
    rows = enumerate([*known, *more], 1)
    return [("", [Choice(n, i, w, plain(w), Markup(), i in chosen) for n, (i, w) in rows])]


def chosen_options(value: Any, names: Names) -> list[Choice]:
    """Return the options that a control's state holds."""
    found = value if isinstance(value, list) else [value]
    options = [one for one in found if isinstance(one, dict)]
    return [_choice(n, one, names, frozenset()) for n, one in enumerate(options, 1)]


def _choice(number: int, option: Any, names: Names, chosen: frozenset[str]) -> Choice:
    value = string(option, "value")
    return Choice(
        number=number,
        value=value,
        words=bare(thing(option, "text")),
        text=text_object(thing(option, "text"), names),
        description=text_object(thing(option, "description"), names),
        chosen=value in chosen,
    )
