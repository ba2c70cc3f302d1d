"""What an operation gives back: data, from which each surface makes its own picture."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict


class File(BaseModel):
    """A file to be handed over, at most 5 MB. *alt* says in words what a picture shows."""

    model_config = ConfigDict(frozen=True, ser_json_bytes="base64", val_json_bytes="base64")

    name: str
    content: bytes
    title: str = ""
    alt: str = ""


class Press(BaseModel):
    """A button that asks for *operation* with *params*, as words; who presses it asks.

    With *fill* its form is opened first, with *params* in it.
    """

    model_config = ConfigDict(frozen=True)

    label: str
    operation: str
    params: Mapping[str, str] = {}
    fill: bool = False
    style: Literal["primary", "danger"] | None = None


class Item(BaseModel):
    """One of several things that are told: *text* is a line or a few, *presses* are about it."""

    model_config = ConfigDict(frozen=True)

    title: str
    text: str = ""
    presses: tuple[Press, ...] = ()


class Result(BaseModel):
    """What came of it: *text* is one or two sentences; *table* has its header first.

    *items* stand below the text, the most important first; *further* ones do not fit a screen, and
    stand in the thread of what a schedule tells. *presses* are buttons for what may be done next.
    *silent*: there is nothing to tell, and who did not ask in person is told nothing.
    """

    model_config = ConfigDict(frozen=True, ser_json_bytes="base64", val_json_bytes="base64")

    text: str
    items: tuple[Item, ...] = ()
    further: tuple[Item, ...] = ()
    fields: dict[str, str] = {}
    table: tuple[tuple[str, ...], ...] = ()
    link: str | None = None
    file: File | None = None
    presses: tuple[Press, ...] = ()
    silent: bool = False

    def __init__(self, text: str, **rest: Any) -> None:
        super().__init__(text=text, **rest)
