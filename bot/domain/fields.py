"""The fields of a Params model, as every surface needs them.

Parser, form, help, rules and record.
"""

import types
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum, StrEnum
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import annotated_types
from pydantic import EmailStr, SecretStr
from pydantic.fields import FieldInfo

from bot.domain.params import (
    CHANNEL,
    HIDDEN,
    LONG,
    PERSONAL,
    REST,
    USER,
    MinorUnits,
    Option,
    Options,
    Params,
)

TEXT_LIMIT = 3000
"""docs.slack.dev: a plain_text_input holds at most 3000 characters."""


class Kind(StrEnum):
    """What sort of value a field holds; each surface knows every kind."""

    TEXT = "text"
    LONG_TEXT = "long text"
    INTEGER = "integer"
    MONEY = "money"
    BOOLEAN = "yes or no"
    CHOICE = "choice"
    CHOICES = "choices"
    DATE = "date"
    DATETIME = "date and time"
    DURATION = "duration"
    EMAIL = "e-mail"
    USER = "Slack user"
    CHANNEL = "Slack channel"
    REFERENCE = "reference"
    SECRET = "secret"  # noqa: S105  The name of a kind, not a secret.


@dataclass(frozen=True)
class FieldSpec:
    """One field.

    Its kind, bounds and words. Bounds of money are in minor units, of text in characters. *rest*
    says that it takes the rest of the line, as it stands, *hidden* that no form shows it.
    """

    name: str
    kind: Kind
    required: bool
    default: object
    help: str
    choices: tuple[Option, ...] = ()
    minimum: int | None = None
    maximum: int | None = None
    min_length: int | None = None
    max_length: int | None = None
    money: MinorUnits | None = None
    options: Options | None = None
    personal: bool = False
    rest: bool = False
    hidden: bool = False

    @property
    def label(self) -> str:
        """Return the name as people read it: `card_number` is `Card number`."""
        return self.name.replace("_", " ").capitalize()

    @property
    def secret(self) -> bool:
        """Say whether the value must never be shown or kept readable."""
        return self.kind is Kind.SECRET


def fields_of(model: type[Params]) -> tuple[FieldSpec, ...]:
    """Read the fields of *model* in their order; raise TypeError for a type no surface knows."""
    specs = tuple(_spec(name, info) for name, info in model.model_fields.items())
    for early in (s.name for s in specs[:-1] if s.rest):
        raise TypeError(f"The field {early!r} takes the rest of the line, so it must be the last.")
    for lacking in (s.name for s in specs if s.hidden and s.required):
        raise TypeError(f"The field {lacking!r} is in no form, so it cannot be required.")
    return specs


def _spec(name: str, info: FieldInfo) -> FieldSpec:
    base, marks = _unwrap(info.annotation)
    marks = [*marks, *info.metadata]
    kind, choices = _kind(name, base, marks)
    bounds = dict(_bounds(marks))
    if kind in {Kind.TEXT, Kind.LONG_TEXT, Kind.SECRET}:
        bounds["max_length"] = min(bounds.get("max_length", TEXT_LIMIT), TEXT_LIMIT)
    return FieldSpec(
        name=name,
        kind=kind,
        required=info.is_required(),
        default=None if info.is_required() else info.get_default(call_default_factory=False),
        help=info.description or "",
        choices=choices,
        money=next((m for m in marks if isinstance(m, MinorUnits)), None),
        options=next((m for m in marks if isinstance(m, Options)), None),
        personal=PERSONAL in marks,
        rest=REST in marks,
        hidden=HIDDEN in marks,
        **bounds,
    )


def _unwrap(annotation: Any) -> tuple[Any, list[Any]]:
    """Take `Annotated` and `| None` off *annotation*, keeping the marks met on the way."""
    if get_origin(annotation) is Annotated:
        inner, *marks = get_args(annotation)
        base, deeper = _unwrap(inner)
        return base, [*deeper, *marks]
    if get_origin(annotation) in {Union, types.UnionType}:
        rest = [a for a in get_args(annotation) if a is not type(None)]
        if len(rest) == 1:
            return _unwrap(rest[0])
    return annotation, []


def _kind(name: str, base: Any, marks: list[Any]) -> tuple[Kind, tuple[Option, ...]]:
    if any(isinstance(m, Options) for m in marks):
        return Kind.REFERENCE, ()
    if any(isinstance(m, MinorUnits) for m in marks):
        return Kind.MONEY, ()
    for mark, kind in ((LONG, Kind.LONG_TEXT), (USER, Kind.USER), (CHANNEL, Kind.CHANNEL)):
        if mark in marks:
            return kind, ()
    if get_origin(base) in {list, tuple, frozenset} and (several := _choices(get_args(base)[0])):
        return Kind.CHOICES, several
    if one := _choices(base):
        return Kind.CHOICE, one
    return _plain(name, base), ()


def _plain(name: str, base: Any) -> Kind:
    known: dict[Any, Kind] = {
        str: Kind.TEXT,
        int: Kind.INTEGER,
        bool: Kind.BOOLEAN,
        date: Kind.DATE,
        datetime: Kind.DATETIME,
        timedelta: Kind.DURATION,
        EmailStr: Kind.EMAIL,
        SecretStr: Kind.SECRET,
    }
    aware = getattr(base, "__name__", "") == "AwareDatetime"
    if not aware and base not in known:
        raise TypeError(
            f"The field {name!r} has the type {base!r}, which no form knows. "
            "Use one of the kinds in bot.authoring."
        )
    return Kind.DATETIME if aware else known[base]


def _choices(base: Any) -> tuple[Option, ...]:
    if get_origin(base) is Literal:
        return tuple(Option(str(v), str(v)) for v in get_args(base))
    if isinstance(base, type) and issubclass(base, Enum):
        return tuple(Option(str(m.value), m.name.replace("_", " ").capitalize()) for m in base)
    return ()


def _bounds(marks: list[Any]) -> Iterator[tuple[str, Any]]:
    for mark in marks:
        match mark:
            case annotated_types.Ge(ge=low):
                yield "minimum", low
            case annotated_types.Gt(gt=low) if isinstance(low, int):
                yield "minimum", low + 1
            case annotated_types.Le(le=high):
                yield "maximum", high
            case annotated_types.Lt(lt=high) if isinstance(high, int):
                yield "maximum", high - 1
            case annotated_types.MinLen(min_length=short):
                yield "min_length", short
            case annotated_types.MaxLen(max_length=long):
                yield "max_length", long
            case _:
                pass
