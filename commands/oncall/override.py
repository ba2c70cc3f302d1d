"""Let somebody take a schedule for a while."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated

from bot.authoring import (
    Clock,
    Context,
    DateTime,
    Email,
    Option,
    Options,
    Params,
    Personal,
    Refused,
    Result,
    Risk,
    operation,
)
from commands.oncall.pages import moment
from integrations.ports import Pager

LONGEST = timedelta(days=31)
_ID = re.compile(r"P[A-Z0-9]{5,20}")


async def offer_schedules(typed: str, *, pager: Pager) -> Sequence[Option]:
    """Return the schedules that somebody is on call by now, by what was *typed*."""
    wanted = typed.strip()
    known = {s.schedule: s.covers for s in await pager.shifts() if s.schedule}
    found = [
        Option(schedule, covers[:75])
        for schedule, covers in known.items()
        if wanted.casefold() in covers.casefold() or wanted == schedule
    ]
    # A schedule that nobody is on call by is the very one that wants an override.
    if _ID.fullmatch(wanted) and wanted not in known:
        found.append(Option(wanted, f"{wanted} (nobody is on call by it now)"))
    return found


class TakeSchedule(Params):
    schedule: Annotated[str, Options(offer_schedules)]
    """The schedule, by its PagerDuty id; in the form, type a part of its name."""

    person: Personal[Email]
    """Who takes it, by the e-mail that PagerDuty knows them by."""

    until: DateTime
    """When it ends, like `2026-11-20 18:00`; at most 31 days after it starts."""

    starts: DateTime | None = None
    """When it starts, like `2026-11-20 09:00`; left out, now."""


async def overrides(params: TakeSchedule, *, pager: Pager) -> list[tuple[str, ...]]:
    """Return who is on call by the schedule now, and who would take it."""
    now = [shift for shift in await pager.shifts() if shift.schedule == params.schedule]
    who = ", ".join(dict.fromkeys(shift.who.name for shift in now)) or "nobody"
    starts = f"{params.starts:%Y-%m-%d %H:%M %Z}" if params.starts else "now"
    until = f"{params.until:%Y-%m-%d %H:%M %Z}"
    schedule = now[0].covers if now else params.schedule
    header = ("schedule", "on call now", "then", "from", "until")
    return [header, (schedule, who, params.person, starts, until)]


@operation("oncall.override", risk=Risk.CHANGE, target="schedule", preview=overrides)
async def override_schedule(params: TakeSchedule, ctx: Context, *, pager: Pager) -> Result:
    """Let somebody take a schedule for a while."""
    # Remembered: a run that goes on later must not find that its start has passed.
    starts = await ctx.step("Look at the times", start_of, params, ctx.clock)
    who = await ctx.step("Find the person", pager.person, params.person)
    if who is None:
        raise Refused(
            f"PagerDuty knows nobody by {params.person!r}, so nothing was changed.",
            fix="Give the e-mail that they sign in to PagerDuty with.",
        )
    made = await ctx.step(
        "Override the schedule",
        pager.override,
        params.schedule,
        who.id,
        starts.astimezone(UTC),
        params.until.astimezone(UTC),
    )
    zone = ctx.actor.zone
    span = f"from {moment(made.starts, zone)} until {moment(made.ends, zone)}"
    return Result(f"{made.who.name} has the schedule {made.schedule} {span}.")


async def start_of(params: TakeSchedule, clock: Clock) -> datetime:
    """Return when the override starts; raise Refused where its times cannot be."""
    now = clock.now()
    starts = params.starts or now
    if starts < now:
        raise Refused(
            f"It cannot start at {starts:%Y-%m-%d %H:%M %Z}, which has passed.",
            fix="Leave `starts` out for now, or give a time to come.",
        )
    if params.until <= starts:
        raise Refused(
            f"It would end at {params.until:%Y-%m-%d %H:%M %Z}, before it starts.",
            fix="Give `until` a time after it, like `2026-11-20 18:00`.",
        )
    if params.until - starts > LONGEST:
        raise Refused(
            f"An override lasts at most {LONGEST.days} days, and this one would last longer.",
            fix="Give an earlier `until`; for good, change the schedule in PagerDuty.",
        )
    return starts
