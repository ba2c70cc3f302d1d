"""Operations whose steps cost nothing themselves. Loaded as an installed package's."""

from bot.authoring import Context, Params, Result, Risk, operation


class Lap(Params):
    """One lap."""

    name: str
    """What this lap is called."""


async def act(name: str, *, key: str) -> str:
    """Pretend to write something under *key*."""
    return f"{name}: {key}"


@operation("bench.lap", risk=Risk.CHANGE, target="name")
async def run_lap(params: Lap, ctx: Context) -> Result:
    """Take three steps, one after the other."""
    for step in ("First", "Second", "Third"):
        await ctx.step(step, act, params.name)
    return Result(f"{params.name} is done.")


@operation("bench.five", risk=Risk.CHANGE, target="name")
async def run_five(params: Lap, ctx: Context) -> Result:
    """Take five steps, one after the other."""
    for step in ("First", "Second", "Third", "Fourth", "Fifth"):
        await ctx.step(step, act, params.name)
    return Result(f"{params.name} is done.")
