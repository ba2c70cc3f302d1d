"""The page of settings: what may be said in the environment and in `redbutton.toml`."""

from collections.abc import Iterator
from typing import Any, get_args, get_origin

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from bot.settings import CONFIG_VARIABLE, DEFAULT_CONFIG, Settings
from bot.settings_examples import EXAMPLES
from tests.conventions.reference.markdown import code, line, table

HEADER = ("name", "default", "what it is", "for example")
Row = tuple[str, str, str, str]


def page() -> str:
    """Return the page."""
    variables, keys = rows()
    return f"""# Settings

Secrets and what differs from machine to machine come from the environment; what a team reviews
stands in `{DEFAULT_CONFIG}`. Nothing else is read, and whatever is unknown or wrong stops the bot
at start with exit code 2 and a sentence that names the setting, the rule and an example.

## Environment

{table(HEADER, variables)}

## `{DEFAULT_CONFIG}`

{table(HEADER, keys)}
"""


def rows() -> tuple[list[Row], list[Row]]:
    """Return a row for each variable of the environment, and for each key of the file."""
    file = "The settings file. One that is named has to be there; the default may be missing."
    variables = [(code(CONFIG_VARIABLE), code(DEFAULT_CONFIG), file, "")]
    keys: list[Row] = []
    for name, info in Settings.model_fields.items():
        if info.validation_alias:
            variables.append(_row(str(info.validation_alias), info))
        else:
            keys.extend(_keys(name, info))
    return variables, keys


def _keys(name: str, info: FieldInfo) -> Iterator[Row]:
    """Return the rows of a key, or those of the keys within it."""
    part, prefix = _part(name, info.annotation)
    if part is None:
        yield _row(name, info)
        return
    if info.description:
        yield (code(prefix), "", line(info.description), _example(name))
    for inner, told in part.model_fields.items():
        yield from _keys(f"{prefix}.{inner}", told)


def _part(name: str, annotation: Any) -> tuple[type[BaseModel] | None, str]:
    """Return the model that holds the keys within *name*, and what they are called by."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation, name
    if get_origin(annotation) is dict:
        part, inner = _part(f"{name}.NAME", get_args(annotation)[1])
        return part, inner if part else name
    return None, name


def _row(name: str, info: FieldInfo) -> Row:
    return code(name), _default(info), line(info.description), _example(name)


def _default(info: FieldInfo) -> str:
    if isinstance(info.default, SecretStr):
        # What is set may hold a password; what holds without a setting does not.
        return code(info.default.get_secret_value())
    if info.default is PydanticUndefined:
        return "required"
    if info.default is None or info.default in ((), {}):
        return ""
    told = str(info.default).lower() if isinstance(info.default, bool) else str(info.default)
    return code(told)


def _example(name: str) -> str:
    shown = EXAMPLES.get(name, "")
    return "<br>".join(code(part) for part in shown.splitlines())
