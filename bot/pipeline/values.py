"""Params from what people gave, and what is kept, recorded and compared of them.

Every value arrives as words, from a line or from a form, and is read here by the kind of its field;
what cannot be taken is told at its field, in one sentence that holds the cure.
"""

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from types import MappingProxyType
from typing import Any

from pydantic import SecretStr, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from bot.domain.actor import Actor
from bot.domain.errors import BadRequest, FieldError
from bot.domain.fields import FieldSpec, Kind
from bot.domain.operation import Operation
from bot.domain.params import Params
from bot.pipeline.answers import Value
from bot.pipeline.kinds import HIDDEN, members, quote, read, words_of
from bot.pipeline.times import Unclear

__all__ = [
    "REQUIRED",
    "build",
    "facts",
    "meaning",
    "missing",
    "params_from_json",
    "params_json",
    "words_of",
]

REQUIRED = "Required."
"""The message of a field that must be given and was not."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
BOUNDS = frozenset({"ge", "gt", "le", "lt"})
OUR_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "string_too_short": "has too few characters; write at least {min_length}",
        "string_too_long": "has too many characters; write at most {max_length}",
        "too_short": "is too few; choose at least {min_length}",
        "too_long": "is too many; choose at most {max_length}",
        "greater_than_equal": "is too little; take {ge} or more",
        "greater_than": "is too little; take more than {gt}",
        "less_than_equal": "is too much; take {le} or less",
        "less_than": "is too much; take less than {lt}",
        "multiple_of": "does not fit; take a multiple of {multiple_of}",
        "string_pattern_mismatch": "does not have the form `{pattern}`; write it in that form",
    }
)
"""What pydantic finds wrong (docs.pydantic.dev: Validation Errors), as it is told here."""


def build(
    operation: Operation, values: Mapping[str, Value], zone: str
) -> Params | tuple[FieldError, ...]:
    """Read *values* as params of *operation*, local times in *zone*; or tell every field's error.

    A required field that is left out or blank is `REQUIRED`. Another one left out is its default;
    given as blank it is None, no text or no choices, whichever it may be, or else its default.
    """
    typed: dict[str, object] = {}
    errors = [FieldError("", _stranger(operation, n)) for n in values if not _known(operation, n)]
    for spec in operation.fields:
        try:
            typed.update(_read(operation, spec, values.get(spec.name), zone))
        except Unclear as wrong:
            errors.append(FieldError(spec.name, str(wrong)))
    return _validated(operation, typed, errors)


def _read(
    operation: Operation, spec: FieldSpec, value: Value | None, zone: str
) -> dict[str, object]:
    """Return the field with its value, or nothing where its default is meant."""
    if value is not None and not _blank(value):
        return {spec.name: read(spec, value, zone, members(operation.params, spec))}
    if spec.required:
        raise Unclear(REQUIRED)
    return {} if value is None else _nothing(operation, spec)


def missing(operation: Operation, values: Mapping[str, Value]) -> tuple[str, ...]:
    """Return the names of the required fields that *values* leave out or blank."""
    required = (f.name for f in operation.fields if f.required)
    return tuple(name for name in required if _blank(values.get(name)))


def _blank(value: Value | None) -> bool:
    words = (value,) if isinstance(value, str) else value or ()
    return not any(word.strip() for word in words)


def _known(operation: Operation, name: str) -> bool:
    return name in operation.params.model_fields


def _stranger(operation: Operation, name: str) -> str:
    return f"{operation.name} has no field {quote(name)}; leave it out."


def _nothing(operation: Operation, spec: FieldSpec) -> dict[str, object]:
    """Return what a blank stands for: None where it may be, no text, no choices, or the default."""
    adapter = _adapters(operation.params)[spec.name]
    for nothing in (None, "", ()):
        with suppress(ValidationError):
            return {spec.name: adapter.validate_python(nothing)}
    return {}


def _validated(
    operation: Operation, typed: Mapping[str, object], errors: list[FieldError]
) -> Params | tuple[FieldError, ...]:
    wrong = {e.field for e in errors}
    try:
        params = operation.params.model_validate(typed)
    except ValidationError as invalid:
        for error in invalid.errors(include_url=False):
            name = str(error["loc"][0]) if error["loc"] else ""
            if name not in wrong:
                errors.append(FieldError(name, _in_our_words(operation, name, error)))
                wrong.add(name)
        return tuple(errors)
    return tuple(errors) or params


def _in_our_words(operation: Operation, name: str, error: ErrorDetails) -> str:
    spec = next((f for f in operation.fields if f.name == name), None)
    if spec is None:
        return _sentence(_own_words(error))
    words, own = words_of(spec, error["input"]), _own_words(error)
    words = words if isinstance(words, str) else ", ".join(words)
    if spec.secret:
        own = "" if words in own else own
    subject = "The secret" if spec.secret else quote(words)
    return _sentence(f"{subject} {_wrong(spec, error, own)}")


def _wrong(spec: FieldSpec, error: ErrorDetails, own: str) -> str:
    """Say what is wrong in the second half of a sentence; *own* are the words of a validator."""
    if spec.kind is Kind.EMAIL or "valid email" in own:
        return "is not an e-mail address; write it like ada@example.com"
    context = error.get("ctx", {})
    bounds = {k: words_of(spec, v) if k in BOUNDS else v for k, v in context.items()}
    if sentence := OUR_WORDS.get(error["type"]):
        return sentence.format_map(bounds)
    return f"cannot be taken: {own or 'it does not have the form that is asked for'}"


def _own_words(error: ErrorDetails) -> str:
    """Return what the validator of the model's author says, or else pydantic."""
    said = error.get("ctx", {}).get("error")
    return str(said) if said else error["msg"].removeprefix("Value error, ")


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


def facts(operation: Operation, params: Params) -> dict[str, object]:
    """Return *params* ready for JSON, secrets in clear: only for who seals them."""
    plain = _plain(params)
    return {spec.name: plain[spec.name] for spec in operation.fields}


def params_json(params: Params, *, wipe_secrets: bool = False) -> str:
    """Write *params* to be kept, secrets in clear or, wiped, as `***`; equal params alike."""
    return _canonical(_plain(params, HIDDEN if wipe_secrets else None))


def _plain(params: Params, instead: str | None = None) -> dict[str, object]:
    """Return *params* ready for JSON, with *instead* for secrets if it is given."""
    plain: dict[str, object] = params.model_dump(mode="json")
    for name in type(params).model_fields:
        match getattr(params, name):
            case SecretStr() as secret:
                plain[name] = secret.get_secret_value() if instead is None else instead
            case frozenset():
                # A set has no order of its own, and equal params must give equal bytes.
                plain[name] = sorted(plain[name], key=str)  # type: ignore[call-overload]  # A list by now.
            case _:
                pass
    return plain


def _canonical(plain: Any) -> str:
    return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def params_from_json(operation: Operation, text: str) -> Params:
    """Read what `params_json` wrote, without judging it again: it was judged when it was asked.

    Fields that the operation has lost since are dropped, new ones take their default. Raises
    BadRequest where the stored values no longer fit the operation.
    """
    kept = json.loads(text)
    try:
        typed = {
            name: adapter.validate_python(kept[name])
            for name, adapter in _adapters(operation.params).items()
            if name in kept
        }
    except ValidationError as changed:
        raise _outdated(operation) from changed
    if any(f.required and f.name not in typed for f in operation.fields):
        raise _outdated(operation)
    return operation.params.model_construct(**typed)


def _outdated(operation: Operation) -> BadRequest:
    return BadRequest(
        f"The fields of {operation.name} have changed since this was asked.",
        fix=f"Ask again: `/ops {operation.name}` opens the form.",
    )


@cache
def _adapters(model: type[Params]) -> dict[str, TypeAdapter[Any]]:
    """Return what reads each field's type, without the bounds that stand beside it."""
    fields: dict[str, Any] = {n: info.annotation for n, info in model.model_fields.items()}
    return {name: TypeAdapter(annotation) for name, annotation in fields.items()}


def meaning(operation: Operation, actor: Actor, params: Params) -> str:
    """Return a digest (SHA-256, hex) of who asks for what with which params.

    It is for comparing in memory: whoever keeps it makes a keyed digest of it first, for a short
    secret could be guessed from this one.
    """
    # A moment is the same in every zone, however it was written.
    moments = {n: str(v - _EPOCH) for n, v in params if isinstance(v, datetime) and v.tzinfo}
    said = [actor.team, actor.id, operation.name, _plain(params) | moments]
    return hashlib.sha256(_canonical(said).encode()).hexdigest()
