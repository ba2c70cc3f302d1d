"""Operations that take every kind of field and give back every kind of result."""

from collections.abc import Mapping, Sequence
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from bot.authoring import (
    Context,
    DateTime,
    Duration,
    Email,
    File,
    LongText,
    Money,
    Option,
    Options,
    Params,
    Personal,
    Refused,
    Result,
    Risk,
    Secret,
    SlackChannel,
    SlackUser,
    operation,
)

RULES = Path(__file__).with_name("kinds.cedar")
SEEN: list[Params] = []
"""What the operations of this process were told."""

DISHES = {"d-1": "Borscht", "d-2": "Broth"}


def installed(folder: Path) -> Path:
    """Make *folder* look, to whoever has it on the path, as if these were installed in it."""
    told = folder / "redbutton_kinds-1.dist-info"
    told.mkdir(parents=True)
    (told / "METADATA").write_text("Metadata-Version: 2.1\nName: redbutton-kinds\nVersion: 1\n")
    (told / "entry_points.txt").write_text(
        "[redbutton.operations]\nkinds = tests.scenarios.kinds\n"
    )
    return folder


async def offer(typed: str) -> Sequence[Option]:
    """Return the dishes whose name or number holds what was *typed*."""
    return [Option(k, v) for k, v in DISHES.items() if typed.lower() in f"{k} {v}".lower()]


class Colour(Enum):
    RED = "red"
    LIGHT_BLUE = "light-blue"


class Everything(Params):
    name: str = Field(max_length=80)
    """What it is called."""

    story: LongText
    """What it is about, in several lines."""

    count: int = Field(ge=1, le=99)
    """How many."""

    price: Money
    """What one of them costs."""

    fresh: bool
    """Whether it is fresh."""

    colour: Colour
    """What it looks like."""

    size: Literal["s", "m", "l"]
    """How large it is."""

    day: date
    """The day of it."""

    moment: DateTime
    """The moment of it."""

    span: Duration
    """How long it takes."""

    mail: Email
    """Where to write to."""

    person: SlackUser
    """Who takes care."""

    place: SlackChannel
    """Where it is told."""

    extras: tuple[Literal["salt", "pepper", "oil"], ...]
    """What goes with it."""

    dish: Annotated[str, Options(offer)]
    """Which dish."""

    phone: Personal[str]
    """Where to call."""

    password: Secret
    """What opens it."""


async def use(password: Secret) -> int:
    """Use a secret; how long it is, is all that is remembered of it."""
    return len(password.get_secret_value())


@operation("kinds.take", risk=Risk.CHANGE, target="name")
async def take(params: Everything, ctx: Context) -> Result:
    """Take every kind of field."""
    long = await ctx.step("Use the secret", use, params.password)
    SEEN.append(params)
    return Result(f"{params.name} was taken; {params.phone} is told. It has {long} characters.")


class Stop(Params):
    service: str
    """What is stopped."""


@operation("kinds.stop", risk=Risk.DISRUPT, target="service")
async def stop(params: Stop, ctx: Context) -> Result:
    """Stop something that runs."""
    del ctx
    SEEN.append(params)
    return Result(f"{params.service} was stopped.")


REASONS: Mapping[str, Exception] = {"broken": ValueError("Its author did not think of 'broken'.")}
"""Why it cannot be looked ahead, other than for shyness, by what would be looked at."""


async def shyly(params: Stop) -> list[tuple[str, ...]]:
    """Refuse to look ahead."""
    no = Refused(f"{params.service} is not to be looked at.", fix="Look elsewhere.")
    raise REASONS.get(params.service, no)


@operation("kinds.shy", risk=Risk.CHANGE, target="service", preview=shyly)
async def shy(params: Stop, ctx: Context) -> Result:
    """Do nothing that could be looked at before."""
    del ctx
    return Result(f"{params.service} was left alone.")


HOSTILE = "<!channel> <@U1> *bold* `code` <https://evil.example|bank> & \u202egnp.exe :tada: > q"
"""What would take effect if it were mark-up."""

FORMULAS = ('=HYPERLINK("https://evil.example")', "+1+1", "-2+3", "@SUM(A1)", "\t=1", "-42")

LONG_TABLE = (("account", "state"), *((f"a{n}@example.com", "active") for n in range(300)))

RESULTS: Mapping[str, Result] = {
    "long": Result("Begin. " + "A long story. " * 3000 + "The end."),
    "table": Result(
        "Two of them.", table=(("account", "state"), ("a", "active"), ("b", "<!here>"))
    ),
    "rows": Result("A long table.", table=LONG_TABLE),
    "formulas": Result("Formulas.", table=(("cell", "much"), *((f, "x" * 200) for f in FORMULAS))),
    "hostile": Result(HOSTILE, fields={HOSTILE: HOSTILE}, table=((HOSTILE,), (HOSTILE,))),
    "link": Result("It is there.", link="https://example.com/there?a=1&b=2"),
    "bad link": Result("It is there.", link="javascript:alert(1)"),
    "file": Result("It is in the file.", file=File(name="told.bin", content=bytes(range(256)))),
    "fields": Result("It has fields.", fields={"State": "active", "Owner": "ada & sons"}),
    "nothing": Result(""),
}
"""What is given back, by what was asked for."""


class Show(Params):
    what: str
    """Which result."""


@operation("kinds.show", risk=Risk.READ)
async def show(params: Show, ctx: Context) -> Result:
    """Show a result to who asks."""
    del ctx
    return RESULTS[params.what]


@operation("kinds.make", risk=Risk.CHANGE)
async def make(params: Show, ctx: Context) -> Result:
    """Show a result to the channel."""
    del ctx
    return RESULTS[params.what]


class Say(Params):
    text: LongText
    """What is said again."""


@operation("kinds.say", risk=Risk.CHANGE, target="text")
async def say(params: Say, ctx: Context) -> Result:
    """Say something again."""
    await ctx.step("Say it", echo, params.text)
    return Result(params.text)


async def echo(text: str) -> str:
    """Return *text*."""
    return text
