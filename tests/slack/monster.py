"""One operation with a field of every kind, and the judges of what is drawn of it."""

from datetime import date
from enum import Enum
from typing import Annotated, Any, Literal

from pydantic import Field

from bot.authoring import (
    Context,
    DateTime,
    Duration,
    Email,
    LongText,
    MinorUnits,
    Option,
    Options,
    Params,
    Result,
    Risk,
    Secret,
    SlackChannel,
    SlackUser,
    operation,
)
from bot.slack.limits import MESSAGE_CHARACTERS, MESSAGE_TEXT
from playground.blocks import blocks_problems, characters, refuse_view
from tests.slackblocks_judge import judge_message, judge_view


async def shops(typed: str) -> list[Option]:
    return [Option(f"shop-{n}", f"Shop {n} {typed}") for n in range(3)]


Colour = Enum("Colour", {f"COLOUR_{n}": f"c{n}" for n in range(40)})  # type: ignore[misc]  # Made, not written.
Town = Enum("Town", {f"TOWN_{n}": f"t{n}" for n in range(140)})  # type: ignore[misc]  # Made, not written.


class Monster(Params):
    title: str = Field(min_length=5, max_length=80)
    """What it is about, like `a leak`."""

    story: LongText | None = None
    """All of it."""

    count: int = Field(ge=1, le=10)
    """How many, from 1 to 10."""

    amount: Annotated[int, MinorUnits(2, "EUR"), Field(ge=100, le=99_950)]
    """How much."""

    loud: bool = False
    """Whether it makes a noise."""

    size: Literal["small", "large"] = "small"
    """How big it is."""

    town: Town | None = None
    """Where it is."""

    tags: tuple[Literal["red", "green", "blue"], ...] = ()
    """What sort it is."""

    colours: tuple[Colour, ...] = ()
    """What it looks like."""

    towns: tuple[Town, ...] = ()
    """Where it was seen."""

    day: date | None = None
    """The day."""

    at: DateTime | None = None
    """The moment."""

    wait: Duration | None = None
    """How long."""

    mail: Email | None = None
    """Whom to write to."""

    owner: SlackUser | None = None
    """Who cares for it."""

    room: SlackChannel | None = None
    """Where it is discussed."""

    shop: Annotated[str, Options(shops)]
    """Which shop."""

    token: Secret | None = None
    """The key to it."""


@operation("monsters.tame", risk=Risk.DISRUPT, target="shop")
async def tame_monster(params: Monster, ctx: Context) -> Result:
    """Tame a monster.

    It is put to sleep with `lullaby` and taken <home>.
    """
    return Result(f"{params.title} {ctx.invocation}")


class Nothing(Params):
    pass


@operation("monsters.count", risk=Risk.READ)
async def count_monsters(params: Nothing, ctx: Context) -> Result:
    """Count the monsters."""
    return Result(f"{params} {ctx.invocation}")


def faults_of_view(view: dict[str, Any], kind: str = "modal") -> list[str]:
    return judge_view(view) + refuse_view(view, kind)


def faults_of_message(message: dict[str, Any]) -> list[str]:
    length = characters(message["blocks"])
    tables = [b for b in message["blocks"] if b["type"] == "table"]
    return [
        *judge_message(message),
        *blocks_problems(message["blocks"]),
        *([f"{length} characters"] if length > MESSAGE_CHARACTERS else []),
        *(["two tables"] if len(tables) > 1 else []),
        *([] if 0 < len(message["text"]) <= MESSAGE_TEXT else ["the text is empty or too long"]),
    ]


def words_in(value: Any) -> list[str]:
    """Return every text, label and value in *value*, wherever it stands."""
    if isinstance(value, dict):
        return [word for inner in value.values() for word in words_in(inner)]
    if isinstance(value, list):
        return [word for inner in value for word in words_in(inner)]
    return [value] if isinstance(value, str) else []


def mrkdwn_in(value: Any) -> list[str]:
    """Return every text in *value* that Slack reads as mrkdwn."""
    if isinstance(value, dict):
        own = [value["text"]] if value.get("type") == "mrkdwn" else []
        return own + [word for inner in value.values() for word in mrkdwn_in(inner)]
    if isinstance(value, list):
        return [word for inner in value for word in mrkdwn_in(inner)]
    return []
