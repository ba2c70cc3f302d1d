"""What a surface hands over, and what it is answered before the ack."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from bot.domain.errors import FieldError
from bot.domain.invocation import Origin
from bot.domain.operation import Risk

Value = str | tuple[str, ...]
"""One field as people give it, in words; several for a list of choices."""


@dataclass(frozen=True)
class Words:
    """What was typed after the operation's name."""

    text: str


@dataclass(frozen=True)
class Form:
    """What a form holds: field name to what people would have typed; empty fields are left out.

    *confirmed* is the target's name as typed to confirm an operation that disrupts.
    """

    values: Mapping[str, Value]
    confirmed: str | None = None


@dataclass(frozen=True)
class Asking:
    """Somebody asks for an operation.

    *key* comes from the surface's own ids: a repeat has the same.

    *again* says that the person was told "you just asked this" and wants it once more. *glass* is
    why they break the glass for it.
    """

    key: str
    origin: Origin
    operation: str
    said: Words | Form
    again: bool = False
    glass: str | None = None


class Taken(BaseModel):
    """It is recorded and goes on; what comes of it is told later.

    *waits* says, of what needs approval first, what it waits for; *aside* that who asked is told by
    direct message, and not where they asked.
    """

    model_config = ConfigDict(frozen=True)

    kind: Literal["taken"] = "taken"
    invocation: str
    operation: str
    risk: Risk
    waits: str = ""
    aside: bool = False


class Refusal(BaseModel):
    """It is not done.

    *again* names the refused invocation when pressing "Run it again" would do it, *glass* when
    breaking the glass would.
    """

    model_config = ConfigDict(frozen=True)

    kind: Literal["refusal"] = "refusal"
    message: str
    fix: str = ""
    code: str = "refused"
    again: str | None = None
    glass: str | None = None


class Ask(BaseModel):
    """Fields are missing or wrong: the surface asks for them, with what is known filled in.

    *confirm* says that the target's name must be typed. *repeated* marks a repeat: the first time
    already asked.
    """

    model_config = ConfigDict(frozen=True)

    kind: Literal["ask"] = "ask"
    operation: str
    values: dict[str, Value]
    errors: tuple[FieldError, ...] = ()
    confirm: bool = False
    repeated: bool = False


Answer = Taken | Refusal | Ask
ANSWER: TypeAdapter[Answer] = TypeAdapter(Annotated[Answer, Field(discriminator="kind")])
