"""The element in which each kind of field is filled in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from bot.domain.fields import FieldSpec, Kind
from bot.domain.params import Option
from bot.pipeline.answers import Value
from bot.pipeline.kinds import money_words, read
from bot.pipeline.times import Unclear
from bot.slack import limits
from bot.slack.blocks import Block, option, plain

ACTION = "value"
"""The action_id of every element; the block_id is the field's name."""

# docs.slack.dev: datetimepicker; its time is a UNIX time of ten digits.
_FIRST_TIME, _LAST_TIME = 10**9, 10**10 - 1


@dataclass(frozen=True)
class Drawn:
    """An element; *held* says that it shows the value it was given."""

    element: Block
    held: bool


def draw(spec: FieldSpec, value: Value) -> Drawn:
    """Draw *spec*, filled in with *value*; one that the element cannot hold is left out."""
    element = {**_EMPTY[spec.kind](spec), "action_id": ACTION}
    # Slack takes no empty initial value, and several words may all be empty.
    if spec.secret or not any(value):
        return Drawn(element, held=not any(value))
    initial = _initial(spec, value)
    return Drawn(_unbound({**element, **(initial or {})}), held=initial is not None)


def _initial(spec: FieldSpec, value: Value) -> Block | None:
    """Return the property that fills *value* in, or None where the element cannot hold it."""
    if fits := _AS_TYPED.get(spec.kind):
        text = value if isinstance(value, str) else " ".join(value)
        return {"initial_value": text} if fits(spec, text) else None
    try:
        return _READ[spec.kind](spec, value)
    except Unclear:
        return None


def _unbound(element: Block) -> Block:
    """Leave `min_length` out where the value is shorter: its error already stands above it."""
    if len(element.get("initial_value", "")) >= element.get("min_length", 0):
        return element
    return {name: value for name, value in element.items() if name != "min_length"}


def as_option(choice: Option) -> Block:
    """Return *choice* as Slack's option."""
    return option(choice.value, choice.label)


def _asks(kind: str, words: str, **rest: Any) -> Block:
    return {"type": kind, "placeholder": plain(words, limits.PLACEHOLDER), **rest}


def _text(spec: FieldSpec) -> Block:
    short = {"min_length": spec.min_length} if spec.min_length else {}
    long = {"multiline": True} if spec.kind is Kind.LONG_TEXT else {}
    return {"type": "plain_text_input", "max_length": _room(spec), **short, **long}


def _number(spec: FieldSpec) -> Block:
    bounds = {"min_value": spec.minimum, "max_value": spec.maximum}
    words = {name: _figure(spec, bound) for name, bound in bounds.items() if bound is not None}
    decimal = spec.money is not None and spec.money.digits > 0
    return {"type": "number_input", "is_decimal_allowed": decimal, **words}


def _yes_or_no(_spec: FieldSpec) -> Block:
    return {"type": "radio_buttons", "options": [_YES, _NO]}


def _choice(spec: FieldSpec) -> Block:
    if len(spec.choices) > limits.SELECT_OPTIONS:
        return _asks("external_select", "Type to search", min_query_length=1)
    return _asks("static_select", "Choose one", options=[*map(as_option, spec.choices)])


def _choices(spec: FieldSpec) -> Block:
    options = [*map(as_option, spec.choices)]
    if len(options) <= limits.CHECKBOXES:
        return {"type": "checkboxes", "options": options}
    if len(options) <= limits.SELECT_OPTIONS:
        return _asks("multi_static_select", "Choose", options=options)
    return _asks("multi_external_select", "Type to search", min_query_length=1)


_YES, _NO = option("yes", "Yes"), option("no", "No")
# Conversations with one person are left out: an operation is told a channel that has a name.
_NAMED = {"include": ["public", "private"]}
_EMPTY: Mapping[Kind, Callable[[FieldSpec], Block]] = MappingProxyType(
    {
        Kind.TEXT: _text,
        Kind.LONG_TEXT: _text,
        Kind.SECRET: _text,
        Kind.INTEGER: _number,
        Kind.MONEY: _number,
        Kind.BOOLEAN: _yes_or_no,
        Kind.CHOICE: _choice,
        Kind.CHOICES: _choices,
        Kind.DATE: lambda _: _asks("datepicker", "Choose a day"),
        Kind.DATETIME: lambda _: {"type": "datetimepicker"},
        Kind.DURATION: lambda _: _asks("plain_text_input", "90m, 2h, 1d"),
        Kind.EMAIL: lambda _: _asks("email_text_input", "ada@example.com"),
        Kind.USER: lambda _: _asks("users_select", "Choose a person"),
        Kind.CHANNEL: lambda _: _asks("conversations_select", "Choose a channel", filter=_NAMED),
        # One character first: opening a form shall not list a whole table of a business.
        Kind.REFERENCE: lambda _: _asks("external_select", "Type to search", min_query_length=1),
    }
)


def _room(spec: FieldSpec) -> int:
    return min(spec.max_length or limits.TYPED, limits.TYPED)


def _figure(spec: FieldSpec, number: int) -> str:
    return str(number) if spec.money is None else money_words(number, spec.money)


def _fits_line(spec: FieldSpec, text: str) -> bool:
    return "\n" not in text and _fits(spec, text)


def _fits(spec: FieldSpec, text: str) -> bool:
    return len(text) <= _room(spec)


def _is_like_email(_spec: FieldSpec, text: str) -> bool:
    return "@" in text and len(text) <= limits.TYPED and not any(map(str.isspace, text))


_AS_TYPED: Mapping[Kind, Callable[[FieldSpec, str], bool]] = MappingProxyType(
    {
        Kind.TEXT: _fits_line,
        Kind.LONG_TEXT: _fits,
        Kind.DURATION: _fits_line,
        Kind.EMAIL: _is_like_email,
    }
)


def _typed(spec: FieldSpec, value: Value, zone: str = "UTC") -> Any:
    return read(spec, value, zone, {o.value: o for o in spec.choices})


def _as_number(spec: FieldSpec, value: Value) -> Block | None:
    number: int = _typed(spec, value)
    low = number if spec.minimum is None else spec.minimum
    high = number if spec.maximum is None else spec.maximum
    return {"initial_value": _figure(spec, number)} if low <= number <= high else None


def _as_yes_or_no(spec: FieldSpec, value: Value) -> Block:
    return {"initial_option": _YES if _typed(spec, value) else _NO}


def _as_choice(spec: FieldSpec, value: Value) -> Block:
    return {"initial_option": as_option(_typed(spec, value))}


def _as_choices(spec: FieldSpec, value: Value) -> Block | None:
    chosen = [as_option(choice) for choice in _typed(spec, value)]
    return {"initial_options": chosen} if 0 < len(chosen) <= limits.SELECT_OPTIONS else None


def _as_date(spec: FieldSpec, value: Value) -> Block:
    day: date = _typed(spec, value)
    return {"initial_date": day.isoformat()}


def _as_time(spec: FieldSpec, value: Value) -> Block | None:
    moment: datetime = _typed(spec, value)
    # A time without a zone of its own means another moment for each reader; it is not guessed.
    if moment != _typed(spec, value, "Pacific/Kiritimati"):
        return None
    seconds = int(moment.timestamp())
    return {"initial_date_time": seconds} if _FIRST_TIME <= seconds <= _LAST_TIME else None


def _as_user(spec: FieldSpec, value: Value) -> Block:
    return {"initial_user": _typed(spec, value)}


def _as_channel(spec: FieldSpec, value: Value) -> Block | None:
    channel: str = _typed(spec, value)
    return None if channel.startswith("D") else {"initial_conversation": channel}


def _as_reference(spec: FieldSpec, value: Value) -> Block | None:
    text: str = _typed(spec, value)
    fits = 0 < len(text) <= limits.OPTION_VALUE
    return {"initial_option": option(text, text)} if fits else None


_READ: Mapping[Kind, Callable[[FieldSpec, Value], Block | None]] = MappingProxyType(
    {
        Kind.INTEGER: _as_number,
        Kind.MONEY: _as_number,
        Kind.BOOLEAN: _as_yes_or_no,
        Kind.CHOICE: _as_choice,
        Kind.CHOICES: _as_choices,
        Kind.DATE: _as_date,
        Kind.DATETIME: _as_time,
        Kind.USER: _as_user,
        Kind.CHANNEL: _as_channel,
        Kind.REFERENCE: _as_reference,
    }
)
