"""From what was said to params, or to what must be asked."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.domain.errors import BadRequest, FieldError
from bot.domain.operation import Operation, Risk
from bot.domain.params import Params
from bot.pipeline.answers import Form, Value, Words
from bot.pipeline.values import build, missing
from bot.pipeline.words import split


@dataclass(frozen=True)
class Understood:
    """What is known: *params* when all of it is clear, else *values* with *errors* at their fields.

    *unconfirmed* says that the target's name must still be typed; *wrong* that something was said
    that cannot be taken, rather than merely left out.
    """

    values: Mapping[str, Value]
    params: Params | None = None
    errors: tuple[FieldError, ...] = ()
    unconfirmed: bool = False
    wrong: bool = False


def understand(operation: Operation, said: Words | Form, zone: str) -> Understood:
    """Read *said* as params of *operation*, naive times in *zone*."""
    values, errors = _values(operation, said)
    absent = frozenset(missing(operation, values))
    built = build(operation, values, zone)
    if not isinstance(built, Params):
        errors = (*errors, *(e for e in built if e not in errors))
    if errors or not isinstance(built, Params):
        shown = tuple(e for e in errors if e.field not in absent or isinstance(said, Form))
        wrong = any(e.field not in absent for e in errors)
        return Understood(values, errors=shown, wrong=wrong)
    unsure = _unconfirmed(operation, built, said)
    if unsure is None:
        return Understood(values, built)
    return Understood(values, built, (unsure,) if unsure.message else (), unconfirmed=True)


def unfit(operation: Operation, said: Understood) -> BadRequest:
    """Say of words that nobody can be asked about why *operation* does not take them."""
    if said.unconfirmed:
        return BadRequest(
            f"{operation.name} disrupts what runs, and wants somebody to confirm it.",
            fix="Ask for it yourself.",
        )
    absent = [f"{name} is required" for name in missing(operation, said.values)]
    wrong = [e.message.rstrip(".") for e in said.errors if e.field not in said.values or e.message]
    told = "; ".join([*absent, *wrong][:3])
    return BadRequest(
        f"The params do not fit {operation.name}: {told}.",
        fix=f"`/ops meta.help {operation.name}` tells what it takes.",
    )


def _values(
    operation: Operation, said: Words | Form
) -> tuple[Mapping[str, Value], tuple[FieldError, ...]]:
    match said:
        case Words():
            words = split(said.text, operation)
            return words.values, words.errors
        case Form():
            return said.values, ()


CONFIRM = "confirm"
"""The name of the field in which a target's name is typed to confirm."""


def _unconfirmed(operation: Operation, params: Params, said: Words | Form) -> FieldError | None:
    """Return None when nothing more must be confirmed, else what is wrong with the confirmation."""
    if operation.risk is not Risk.DISRUPT:
        return None
    wanted = operation.target_of(params) or operation.name
    typed = said.confirmed if isinstance(said, Form) else None
    if typed is not None and typed.strip().casefold() == wanted.casefold():
        return None
    return FieldError(CONFIRM, f"Type {wanted!r} to confirm." if typed is not None else "")
