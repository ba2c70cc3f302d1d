"""From words to a value and back, for one field of each kind."""

import difflib
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, Literal, get_args, get_origin

from pydantic import SecretStr

from bot.domain.fields import FieldSpec, Kind
from bot.domain.params import MinorUnits, Option, Params
from bot.pipeline.answers import Value
from bot.pipeline.times import (
    Unclear,
    duration_words,
    read_date,
    read_datetime,
    read_duration,
)

YES = frozenset({"yes", "y", "true", "on", "1"})
NO = frozenset({"no", "n", "false", "off", "0"})
VERBATIM = frozenset({Kind.TEXT, Kind.LONG_TEXT, Kind.SECRET, Kind.REFERENCE})

HIDDEN = "***"
SHORT = 40
LISTED = 10

# Controls, line separators, the overrides and isolates that turn text round, half characters.
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_UNSAFE_IN_LINE = re.compile(f"[\t\n]|{_UNSAFE.pattern}")
# Eighteen digits fit the 64 bits that rules and databases reckon with.
_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
_DECIMAL = re.compile(r"(?P<sign>[+-]?)(?P<whole>[0-9]{1,12})(?:\.(?P<part>[0-9]+))?")
_USER = re.compile(r"<@([UW][A-Z0-9]{2,20})(?:\|[^>]*)?>|([UW][A-Z0-9]{2,20})")
_CHANNEL = re.compile(r"<#([CGD][A-Z0-9]{2,20})(?:\|[^>]*)?>|([CGD][A-Z0-9]{2,20})")


def quote(text: str) -> str:
    """Return *text* in quotes, at most 40 characters of it, without what could disguise it."""
    short = text if len(text) <= SHORT else f"{text[: SHORT - 1]}…"
    return f"'{_UNSAFE_IN_LINE.sub('�', short)}'"


def read(spec: FieldSpec, value: Value, zone: str, members: Mapping[str, object]) -> object:
    """Read what people gave for *spec*; *members* are its choices' values by their text.

    Raises Unclear with a whole sentence, which never quotes a secret.
    """
    if spec.kind is Kind.CHOICES:
        return [members[_choice(spec, word)] for word in several(spec, value)]
    text = value if isinstance(value, str) else " ".join(value)
    if spec.kind in VERBATIM:
        return _text(spec, text)
    try:
        return _typed(spec, text.strip(), zone, members)
    except Unclear as wrong:
        sentence = str(wrong)
        # A sentence of its own begins with a capital letter; the others begin with the value.
        raise Unclear(sentence if sentence[0].isupper() else f"{quote(text)} {sentence}") from None


def _typed(spec: FieldSpec, text: str, zone: str, members: Mapping[str, object]) -> object:
    """Read *text* by the kinds that have a form of their own; an e-mail is judged with the rest."""
    readers: dict[Kind, Callable[[], object]] = {
        Kind.INTEGER: lambda: _integer(text),
        Kind.MONEY: lambda: _money(text, spec.money or MinorUnits()),
        Kind.BOOLEAN: lambda: _boolean(text),
        Kind.CHOICE: lambda: members[_choice(spec, text)],
        Kind.DATE: lambda: read_date(text),
        Kind.DATETIME: lambda: read_datetime(text, zone),
        Kind.DURATION: lambda: read_duration(text),
        Kind.USER: lambda: _mention(text, _USER, "person", "@"),
        Kind.CHANNEL: lambda: _mention(text, _CHANNEL, "channel", "#"),
        Kind.EMAIL: lambda: _text(spec, text),
    }
    return readers[spec.kind]()


def _text(spec: FieldSpec, text: str) -> str:
    long, text = spec.kind is Kind.LONG_TEXT, text.strip()
    text = text.replace("\r\n", "\n") if long else text
    if unsafe := (_UNSAFE if long else _UNSAFE_IN_LINE).search(text):
        raise Unclear(_unsafe(spec, unsafe[0]))
    if spec.max_length is not None and len(text) > spec.max_length:
        raise Unclear(
            f"{spec.label} has {len(text):,} characters and at most {spec.max_length:,} fit; "
            "shorten it."
        )
    return text


def _unsafe(spec: FieldSpec, character: str) -> str:
    if character in "\t\n" and not spec.secret:
        return f"{spec.label} must stand on one line without tabs; put spaces there."
    name = unicodedata.name(character, "a control character").lower()
    return (
        f"{spec.label} holds U+{ord(character):04X} ({name}), which can disguise text; "
        "delete it, or type the text by hand."
    )


def _integer(text: str) -> int:
    text = text.replace("\N{MINUS SIGN}", "-")
    if _INTEGER.fullmatch(text):
        return int(text)
    if re.fullmatch(r"[+-]?[0-9]+", text):
        raise Unclear("is larger than can be reckoned with; use at most 18 digits.")
    if re.fullmatch(r"[+-]?[0-9]{1,3}([ ,._'][0-9]{3})+", text):
        raise Unclear(f"has separators; write {re.sub(r'[ ,._]', '', text)} without them.")
    raise Unclear("is not a whole number; write digits only, like 42.")


def _money(text: str, units: MinorUnits) -> int:
    parts = _DECIMAL.fullmatch(text.replace("\N{MINUS SIGN}", "-"))
    example = money_words(1250, units)
    if parts is None:
        raise Unclear(
            f"is not an amount; write it like {example}, with a point and without separators."
        )
    part = parts["part"] or ""
    if len(part) > units.digits:
        raise Unclear(f"has too many decimals; {units.digits} are kept, like {example}.")
    return int(f"{parts['sign']}{parts['whole']}{part.ljust(units.digits, '0')}")


def money_words(amount: int, units: MinorUnits) -> str:
    """Write *amount*, in minor units, as a decimal: 1250 is `12.50`."""
    if not units.digits:
        return str(amount)
    digits = f"{abs(amount):0{units.digits + 1}}"
    return f"{'-' * (amount < 0)}{digits[: -units.digits]}.{digits[-units.digits :]}"


def _boolean(text: str) -> bool:
    if text.casefold() in YES | NO:
        return text.casefold() in YES
    raise Unclear("is neither yes nor no; write one of the two.")


def several(spec: FieldSpec, value: Value) -> tuple[str, ...]:
    """Split what was given for a list: at commas, save where a choice itself holds one."""
    given = (value,) if isinstance(value, str) else value
    parts = (
        (word,) if _found(spec.choices, word) else word.split(",") for word in given if word.strip()
    )
    return tuple(dict.fromkeys(w.strip() for part in parts for w in part if w.strip()))


def _choice(spec: FieldSpec, text: str) -> str:
    if found := _found(spec.choices, text):
        return found.value
    near = _nearest_first(text, [o.value for o in spec.choices])
    more = f" or one of {len(near) - LISTED} more" if len(near) > LISTED else ""
    listed = ", ".join(near[:LISTED])
    raise Unclear(f"There is no choice {quote(text)}; take one of {listed}{more}.")


def _found(choices: Iterable[Option], text: str) -> Option | None:
    wanted, choices = text.strip(), list(choices)
    exact = (o for o in choices if o.value == wanted)
    value = (o for o in choices if o.value.casefold() == wanted.casefold())
    label = (o for o in choices if o.label.casefold() == wanted.casefold())
    return next(exact, None) or next(value, None) or next(label, None)


def _nearest_first(text: str, names: list[str]) -> list[str]:
    near = difflib.get_close_matches(text[:SHORT], names, n=LISTED, cutoff=0.3)
    return list(dict.fromkeys([*near, *names]))


def _mention(text: str, form: re.Pattern[str], what: str, sign: str) -> str:
    if found := form.fullmatch(text):
        return found[1] or found[2]
    raise Unclear(f"names no {what} for certain; choose from the list that {sign} opens.")


def members(model: type[Params], spec: FieldSpec) -> dict[str, object]:
    """Return the values that a field of choices may hold, by their text."""
    return dict(_members(model.model_fields[spec.name].annotation)) if spec.choices else {}


def _members(annotation: Any) -> Iterable[tuple[str, object]]:
    if get_origin(annotation) is Literal:
        return [(str(v), v) for v in get_args(annotation)]
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return [(str(m.value), m) for m in annotation]
    return [pair for inner in get_args(annotation) for pair in _members(inner)]


def words_of(spec: FieldSpec, value: object) -> Value:
    """Return what people would type for *value*; a secret in clear, nothing for None."""
    if isinstance(value, list | tuple | frozenset):
        texts = [_one_word(spec, v) for v in value]
        order = [o.value for o in spec.choices]
        return tuple(sorted(texts, key=order.index) if isinstance(value, frozenset) else texts)
    return "" if value is None else _one_word(spec, value)


def _one_word(spec: FieldSpec, value: object) -> str:
    match value:
        case SecretStr():
            words = value.get_secret_value()
        case Enum():
            words = str(value.value)
        case bool() if spec.kind is Kind.BOOLEAN:
            words = "yes" if value else "no"
        case datetime():
            words = value.isoformat()
        case timedelta():
            words = duration_words(value)
        case int() if spec.money:
            words = money_words(value, spec.money)
        case _:
            words = str(value)
    return words
