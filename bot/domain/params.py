"""What an operation is told: a frozen model whose field docstrings are the help and the form."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated, Any, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, EmailStr, SecretStr, StringConstraints

T = TypeVar("T")


class Params(BaseModel):
    """Base of every operation's params. Unknown fields are refused, values never change."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", use_attribute_docstrings=True, str_strip_whitespace=True
    )


@dataclass(frozen=True)
class Option:
    """One thing to choose.

    *value* is kept (at most 150 characters), *label* is shown (at most 75).
    """

    value: str
    label: str


OptionProvider = Callable[..., Awaitable[Sequence[Option]]]


@dataclass(frozen=True)
class Options:
    """Marks a text field whose values *provider* offers as one types.

    *provider* is called with what was typed so far and, by type, the ports its signature asks for.
    Given an option's exact value it must offer that option: this is how a submitted value is
    checked again. Offers are kept for *keep* seconds.
    """

    provider: OptionProvider
    keep: float = 60.0


@dataclass(frozen=True)
class MinorUnits:
    """Marks an integer that people write as a decimal: `12.50` is 1250 with two *digits*."""

    digits: int = 2
    currency: str = ""


@dataclass(frozen=True)
class Mark:
    """Marks a field as one of the named kinds."""

    name: str


LONG, USER, CHANNEL, PERSONAL = Mark("long"), Mark("user"), Mark("channel"), Mark("personal")
REST, HIDDEN = Mark("rest"), Mark("hidden")

LongText = Annotated[str, LONG]
Money = Annotated[int, MinorUnits()]
Email = EmailStr
DateTime = AwareDatetime
Duration = timedelta
Secret = SecretStr
# docs.slack.dev: user ids begin with U or W, channel ids with C, G or D.
SlackUser = Annotated[str, USER, StringConstraints(pattern=r"^[UW][A-Z0-9]{2,20}$")]
SlackChannel = Annotated[str, CHANNEL, StringConstraints(pattern=r"^[CGD][A-Z0-9]{2,20}$")]
Personal = Annotated[T, PERSONAL]
# The last field alone may be one: it takes all that is typed after those before it, as it stands.
Rest = Annotated[T, REST]
# No form shows it: a button, or words, give it.
Hidden = Annotated[T, HIDDEN]


@dataclass(frozen=True)
class Reach:
    """A function together with the ports that its signature asks for."""

    call: Callable[..., Awaitable[Any]]
    injections: tuple["Injection", ...] = field(default=())


@dataclass(frozen=True)
class Injection:
    """One keyword parameter, filled with the port of type *port*, by *name* where several exist."""

    parameter: str
    port: type
    name: str | None = None
