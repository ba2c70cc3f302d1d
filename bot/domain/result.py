"""What an operation gives back: data, from which each surface makes its own picture."""

from typing import Any

from pydantic import BaseModel, ConfigDict


class File(BaseModel):
    """A file to be handed over, at most 5 MB."""

    model_config = ConfigDict(frozen=True, ser_json_bytes="base64", val_json_bytes="base64")

    name: str
    content: bytes
    title: str = ""


class Result(BaseModel):
    """What came of it: *text* is one or two sentences; *table* has its header first."""

    model_config = ConfigDict(frozen=True, ser_json_bytes="base64", val_json_bytes="base64")

    text: str
    fields: dict[str, str] = {}
    table: tuple[tuple[str, ...], ...] = ()
    link: str | None = None
    file: File | None = None

    def __init__(self, text: str, **rest: Any) -> None:
        super().__init__(text=text, **rest)
