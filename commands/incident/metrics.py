"""How incidents went, all together."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta

from bot.authoring import (
    Context,
    Duration,
    File,
    Incidents,
    Params,
    Refused,
    Result,
    Risk,
    operation,
    span,
)
from commands.incident.figures import MARKS, Figures, Group, figures
from commands.incident.plot import alternative, draw

MOST = 1000
"""How many incidents the store tells at once, the newest."""

MOST_SERVICES = 10
LONGEST = timedelta(days=2 * 365)
"""What is asked for further back is cut to this; the answer names the time that it is of."""


class ShowMetrics(Params):
    since: Duration = timedelta(days=90)
    """How far back, like `90d`: those that were declared since."""


@operation("incident.metrics", risk=Risk.READ)
async def show_metrics(params: ShowMetrics, ctx: Context, *, incidents: Incidents) -> Result:
    """Show how fast incidents were answered, mitigated and resolved."""
    if params.since <= timedelta(0):
        raise Refused("That is no time back.", fix="Give `since` like `90d`.")
    now = ctx.clock.now()
    since = now - min(params.since, LONGEST)
    found = await incidents.since(ctx.actor, since)
    told = figures(found, since, now)
    days = max(1, round((now - since) / timedelta(days=1)))
    period = "in the last day" if days == 1 else f"in the last {days} days"
    if not told.counted:
        return Result(f"There was no incident that you may see {period}.{_outside(told)}")
    count = "1 incident" if told.counted == 1 else f"{told.counted} incidents"
    cut = f" Only the newest {MOST} are counted." if len(found) >= MOST else ""
    picture = await asyncio.to_thread(draw, told, period)
    return Result(
        f"{count} {period}, of those that you may see. Times are medians from when the trouble "
        f"began, with how many there are of each.{cut}{_outside(told)}",
        fields={"A week": _weeks(told)},
        table=(("", "incidents", *MARKS), *map(_row, _groups(told))),
        file=File(
            name="incidents.png",
            content=picture,
            title="How fast incidents were met",
            alt=alternative(told, period),
        ),
    )


def _groups(told: Figures) -> Iterator[Group]:
    yield from told.severities
    yield from told.services[:MOST_SERVICES]


def _row(group: Group) -> tuple[str, ...]:
    took = (group.medians.get(mark) for mark in MARKS)
    cells = (f"{span(m.seconds)} ({m.count})" if m else "" for m in took)
    return (group.name, str(group.count), *cells)


def _weeks(told: Figures) -> str:
    shown = told.weeks[-13:]
    each = ", ".join(str(count) for _, count in shown)
    return f"{each} (since {shown[0][0]:%d %b}; the last week is not over)"


def _outside(told: Figures) -> str:
    """Say what is not counted, where there is such."""
    kinds = (
        (told.drills, "drill", "drills"),
        (told.false_alarms, "false alarm", "false alarms"),
        (told.merged, "merged into another", "merged into others"),
    )
    left = [f"{count} {one if count == 1 else more}" for count, one, more in kinds if count]
    return f" Not counted: {', '.join(left)}." if left else ""
