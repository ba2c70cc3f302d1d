"""Two hundred operations more, as somebody's own package would bring them."""

from pathlib import Path

from bot.authoring import Context, Params, Result, Risk, operation
from bot.domain.operation import Operation

RULE = """\
@id("everybody-takes-all-of-them")
@doc("Every full member may take any of the many.")
permit (principal is User, action in [{actions}], resource);
"""


class Nothing(Params):
    pass


def numbered(number: int) -> Operation:
    """Return the operation *number*."""

    async def take(params: Nothing, ctx: Context) -> Result:
        del params, ctx
        return Result(f"Number {number} was taken.")

    take.__doc__ = f"Take number {number} of the many."
    return operation(f"many.take_{number:03}", risk=Risk.READ)(take)


MANY = {f"take_{number:03}": numbered(number) for number in range(1, 201)}
globals().update(MANY)


def installed(folder: Path) -> tuple[str, dict[str, str]]:
    """Install them in *folder*; return more of `[policy]` for it, and the bot's environment."""
    told = folder / "redbutton_many-1.dist-info"
    told.mkdir(parents=True)
    (told / "METADATA").write_text("Metadata-Version: 2.1\nName: redbutton-many\nVersion: 1\n")
    (told / "entry_points.txt").write_text("[redbutton.operations]\nmany = tests.browser.many\n")
    rules = folder / "many.cedar"
    actions = ", ".join(f'Action::"{one.name}"' for one in MANY.values())
    rules.write_text(RULE.format(actions=actions))
    return f'paths = ["{rules}"]\n', {"PYTHONPATH": str(folder)}
