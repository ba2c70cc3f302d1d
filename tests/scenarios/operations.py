"""Operations to be disturbed. They are loaded as an installed package's would be."""

import asyncio
import os
from pathlib import Path
from typing import Annotated, Literal

from bot.authoring import Context, KeyOf, Params, Refused, Result, Risk, operation
from bot.domain.clock import SystemClock
from bot.domain.errors import OutcomeUnknown
from integrations.ports import Database
from tests.scenarios.ledger import Ledger
from tests.scenarios.points import pass_by

CODE = "REDBUTTON_DRILL_CODE"
"""The variable that says which version of the code this process has."""

RULES = Path(__file__).with_name("rules.cedar")
STEPS = ("first", "second", "third")


class Drill(Params):
    name: str
    """What this drill is called."""


async def act(step: str, *, key: str) -> str:
    """Have the effect of *step*; its answer is the key."""
    ledger = Ledger.told()
    ledger.called(step, key)
    await pass_by(f"inside {step}, before its effect")
    ledger.effect(step, key)
    await pass_by(f"inside {step}, after its effect")
    return key


async def one(ctx: Context, step: str) -> str:
    """Take *step*, with a point before it and one after."""
    await pass_by(f"before {step}")
    answer = await ctx.step(step, act, step)
    await pass_by(f"after {step}")
    return answer


async def in_order(ctx: Context, steps: tuple[str, ...]) -> list[str]:
    """Take *steps* one after the other."""
    return [await one(ctx, step) for step in steps]


VERSIONS: dict[str, tuple[str, ...]] = {
    "as it was": STEPS,
    "a step inserted": ("zeroth", *STEPS),
    "a step renamed": ("first", "second, by another name", "third"),
    "another order": ("third", "second", "first"),
}


@operation("drill.three", risk=Risk.CHANGE, target="name")
async def three_steps(params: Drill, ctx: Context) -> Result:
    """Take three steps, one after the other."""
    keys = await in_order(ctx, VERSIONS[os.environ.get(CODE, "as it was")])
    return Result(f"{params.name}: {len(set(keys))} steps were taken.")


@operation("drill.fan", risk=Risk.CHANGE, target="name")
async def three_limbs(params: Drill, ctx: Context) -> Result:
    """Take three steps side by side."""
    keys = await asyncio.gather(*(one(ctx, step) for step in STEPS))
    return Result(f"{params.name}: {len(set(keys))} steps were taken.")


FIVE = ("first", "second", "third", "fourth", "fifth")
TAKES = 0.2
"""Seconds that a vendor takes to answer: long enough to be killed in."""


async def spend(step: str, db: Database, *, key: str) -> str:
    """Write one row into the business's database, as slowly as a vendor across the world."""
    ledger = Ledger.told()
    ledger.called(step, key)
    await SystemClock().sleep(TAKES)
    await db.change("INSERT INTO effect VALUES (:name)", key=key, expect=1, name=key)
    return key


@operation("drill.five", risk=Risk.CHANGE, target="name")
async def five_steps(
    params: Drill, ctx: Context, *, db: Annotated[Database, "backoffice"]
) -> Result:
    """Take five steps that each write a row elsewhere."""
    for step in FIVE:
        key = await ctx.step(step, spend, step, db)
        Ledger.told().done(step, key)
    return Result(f"{params.name}: five steps were taken.")


@operation("drill.look", risk=Risk.READ)
async def look(params: Drill, ctx: Context) -> Result:
    """Look, for as long as one is made to."""
    await ctx.step("look", _see)
    return Result(f"{params.name} was looked at.")


async def _see() -> None:
    await pass_by("looking")


class Loss(Params):
    name: str
    """What this drill is called."""

    seen: Literal["yes", "no", "nothing", "its_key"]
    """What the probe sees."""


async def seen(params: Loss, key_of: KeyOf) -> bool | None:
    """Answer the probe."""
    called = {call.key for call in Ledger.told().calls()}
    told = {"yes": True, "no": False, "nothing": None, "its_key": called == {key_of("write")}}
    return told[params.seen]


async def lose(*, key: str) -> None:
    """Lose the answer to a write."""
    Ledger.told().called("write", key)
    raise OutcomeUnknown("The line went dead.", fix="Look before you ask again.")


@operation("drill.lose", risk=Risk.CHANGE, target="name", probe=seen)
async def lose_an_answer(params: Loss, ctx: Context) -> Result:
    """Write something and lose the answer."""
    await ctx.step("write", lose)
    return Result(f"{params.name} was written.")


@operation("drill.tells", risk=Risk.CHANGE, target="name")
async def tells(params: Drill, ctx: Context) -> Result:
    """Tell twice within a moment how far it is, and go on for a while."""
    await ctx.progress("one of two")
    await ctx.progress("two of two")
    await pass_by("telling")
    return Result(f"{params.name} was told.")


async def refuse() -> None:
    """Say no, at once."""
    raise Refused("This limb will not.", fix="Ask for something else.")


@operation("drill.torn", risk=Risk.CHANGE, target="name")
async def torn(params: Drill, ctx: Context) -> Result:
    """Let one of two limbs refuse while the other writes."""
    await asyncio.gather(one(ctx, "first"), ctx.step("refuse", refuse))
    return Result(f"{params.name} was not torn.")


@operation("drill.frayed", risk=Risk.CHANGE, target="name")
async def frayed(params: Drill, ctx: Context) -> Result:
    """Let one of two limbs refuse while the other loses its answer."""
    await asyncio.gather(ctx.step("write", fray), ctx.step("refuse", refuse))
    return Result(f"{params.name} was not frayed.")


async def fray(*, key: str) -> None:
    """Write, be held, and lose the answer."""
    await pass_by("fraying")
    await lose(key=key)


@operation("drill.garbled", risk=Risk.CHANGE, target="name")
async def garbled(params: Drill, ctx: Context) -> Result:
    """Return what no record can hold."""
    await one(ctx, "first")
    return Result(f"{params.name} \ud800")
