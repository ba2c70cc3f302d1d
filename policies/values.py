"""How the values of params look to the rules: their type in Cedar, and their form in JSON."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from types import MappingProxyType
from typing import Any

from bot.domain.fields import FieldSpec, Kind


@dataclass(frozen=True)
class Look:
    """The Cedar *type* of a kind of field, and how a value is *written* for it."""

    type: str
    written: Callable[[Any], object]


def moment(value: datetime) -> str:
    """Write *value* as Cedar reads it: UTC, milliseconds. A time without a zone is taken for UTC.

    What lies outside the years 1 to 9999 once it is in UTC keeps its zone, which Cedar cannot read:
    the answer is then a denial.
    """
    aware = value if value.tzinfo else value.replace(tzinfo=UTC)
    try:
        utc = aware.astimezone(UTC)
    except OverflowError:
        return aware.isoformat()
    return utc.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def _text(value: object) -> str:
    return str(value.value if isinstance(value, Enum) else value)


def _span(value: timedelta) -> str:
    return f"{value // timedelta(milliseconds=1)}ms"


_STRING = Look("String", _text)
_LONG = Look("Long", int)

LOOKS: Mapping[Kind, Look] = MappingProxyType(
    {
        Kind.TEXT: _STRING,
        Kind.LONG_TEXT: _STRING,
        Kind.EMAIL: _STRING,
        Kind.CHOICE: _STRING,
        Kind.REFERENCE: _STRING,
        Kind.USER: _STRING,
        Kind.CHANNEL: _STRING,
        Kind.INTEGER: _LONG,
        Kind.MONEY: _LONG,
        Kind.BOOLEAN: Look("Bool", bool),
        Kind.CHOICES: Look("Set<String>", lambda several: sorted(map(_text, several))),
        Kind.DATE: Look("datetime", lambda day: day.isoformat()),
        Kind.DATETIME: Look("datetime", moment),
        Kind.DURATION: Look("duration", _span),
    }
)
"""Every kind but the secret one, which rules never see."""


def seen(fields: tuple[FieldSpec, ...]) -> tuple[FieldSpec, ...]:
    """Return those of *fields* that rules may see."""
    return tuple(f for f in fields if f.kind in LOOKS)
