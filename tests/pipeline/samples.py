"""An operation with a field of every kind."""

from datetime import date
from enum import Enum
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from bot.authoring import (
    Context,
    DateTime,
    Duration,
    Email,
    LongText,
    MinorUnits,
    Money,
    Operation,
    Option,
    Options,
    Params,
    Personal,
    Rest,
    Result,
    Risk,
    Secret,
    SlackChannel,
    SlackUser,
    operation,
)


class Region(Enum):
    NORTH = "north"
    FAR_SOUTH = "south, far"


async def offer(typed: str) -> list[Option]:
    return [Option(typed, typed)]


class Everything(Params):
    """A field of every kind, each of which may be left out."""

    text: str = "some text"
    number: int = Field(7, ge=-(10**17), le=10**17)
    amount: Money | None = Field(None, ge=0)
    yen: Annotated[int, MinorUnits(0)] = 100
    sure: bool = False
    region: Region | None = Region.NORTH
    size: Literal[1, 2, 3] = 1
    regions: frozenset[Region] = frozenset({Region.NORTH})
    sizes: tuple[Literal["s", "m", "l"], ...] = Field((), max_length=2)
    day: date | None = None
    moment: DateTime | None = None
    span: Duration | None = None
    email: Personal[Email] | None = None
    user: SlackUser | None = None
    channel: SlackChannel | None = None
    team: Annotated[str, Options(offer)] | None = None
    password: Secret | None = Field(None, min_length=3, max_length=40)
    story: LongText = ""

    @field_validator("password")
    @classmethod
    def _not_the_obvious(cls, password: Secret | None) -> Secret | None:
        if password is not None and password.get_secret_value() == "hunter2":
            raise ValueError("hunter2 is known to everybody; take another")
        return password

    @field_validator("text")
    @classmethod
    def _not_shouted(cls, text: str) -> str:
        if text == "NO":
            raise ValueError("it shouts; write it in small letters.")
        return text


@operation("test.everything", risk=Risk.CHANGE)
async def everything(params: Everything, ctx: Context) -> Result:
    """Take a field of every kind."""
    return Result(f"{ctx.invocation} {params.text}")


class Suspend(Params):
    user: Personal[Email]
    notify: bool = False
    tags: tuple[Literal["fraud", "abuse"], ...] = ()
    reason: str = Field(min_length=5)


@operation("test.suspend", risk=Risk.CHANGE, target="user")
async def suspend(params: Suspend, ctx: Context) -> Result:
    """Suspend somebody."""
    return Result(f"{ctx.invocation} {params.user}")


class Rotate(Params):
    service: str = Field(pattern=r"^[a-z]+$")
    token: Secret = Field(min_length=8)


@operation("test.rotate", risk=Risk.CHANGE)
async def rotate(params: Rotate, ctx: Context) -> Result:
    """Give a service another token."""
    return Result(f"{ctx.invocation} {params.service}")


class Relay(Params):
    name: str
    words: Rest[Secret] = Secret("")


@operation("test.relay", risk=Risk.READ)
async def relay(params: Relay, ctx: Context) -> Result:
    """Take the rest of the line."""
    return Result(f"{ctx.invocation} {params.name}")


class Nothing(Params):
    pass


@operation("test.nothing", risk=Risk.READ)
async def nothing(params: Nothing, ctx: Context) -> Result:
    """Take nothing."""
    return Result(f"{ctx.invocation} {params}")


class Span(Params):
    first: int
    last: int

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.first > self.last:
            raise ValueError("The first comes after the last")
        return self


@operation("test.span", risk=Risk.READ)
async def span(params: Span, ctx: Context) -> Result:
    """Take two numbers in order."""
    return Result(f"{ctx.invocation} {params}")


EVERYTHING: Operation = everything
SUSPEND: Operation = suspend
ROTATE: Operation = rotate
RELAY: Operation = relay
NOTHING: Operation = nothing
SPAN: Operation = span
