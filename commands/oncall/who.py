"""Show who is on call."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from bot.authoring import Context, Params, Result, Risk, operation
from commands.oncall.services import Service
from integrations.ports import Pager, Shift

MOST = 50
"""Rows that are shown: more are not read."""


class WhoIsOnCall(Params):
    service: Service | None = None
    """The service in trouble, by its PagerDuty id; left out, everything there is."""


@operation("oncall.who", risk=Risk.READ)
async def show_who_is_on_call(params: WhoIsOnCall, ctx: Context, *, pager: Pager) -> Result:
    """Show who is on call, for what and until when.

    Whoever is woken first stands first. Phone numbers are not printed; for one service it is told
    of whom there are some.
    """
    shifts = await ctx.step("Ask who is on call", pager.shifts, params.service)
    if not shifts:
        what = f" for {params.service}" if params.service else ""
        return Result(f"Nobody is on call{what} now.")
    return Result(_told(shifts), table=_table(shifts[:MOST], ctx.actor.zone))


def _told(shifts: Sequence[Shift]) -> str:
    people = len({shift.who.id for shift in shifts})
    told = "1 person is on call now." if people == 1 else f"{people:,} people are on call now."
    if len(shifts) <= MOST:
        return told
    return f"{told} {len(shifts) - MOST:,} more turns are not shown; name a service to see its own."


def _table(shifts: Sequence[Shift], zone: str) -> tuple[tuple[str, ...], ...]:
    header = ("who", "level", "covers", f"until, {zone}")
    rows = [_row(shift, ZoneInfo(zone)) for shift in shifts]
    # Of whom nothing is told there may be numbers all the same, so nobody is said to have none.
    if not any(shift.who.phones for shift in shifts):
        return (header, *rows)
    phones = ["yes" if shift.who.phones else "" for shift in shifts]
    told = [(*row, phone) for row, phone in zip(rows, phones, strict=True)]
    return ((*header, "phone known"), *told)


def _row(shift: Shift, zone: ZoneInfo) -> tuple[str, ...]:
    until = f"{shift.until.astimezone(zone):%Y-%m-%d %H:%M}" if shift.until else "always"
    return shift.who.name, str(shift.level), shift.covers, until
