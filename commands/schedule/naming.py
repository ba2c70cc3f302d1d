"""What every schedule is told by: its name, its times, where it stands."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import StringConstraints

from bot.authoring import Schedule

SHOWN = 5
"""How many of the next times are shown."""

ScheduleName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]
"""A schedule's name: small letters, digits, dashes."""


def shown(at: datetime, zone: str) -> str:
    """Write *at* as the clock on the wall of *zone* shows it."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{local:%a %Y-%m-%d %H:%M:%S}".removesuffix(":00") + f" {local.tzname()}"


def coming(times: Sequence[datetime], zone: str) -> tuple[tuple[str, ...], ...]:
    """Return *times* as rows: in their zone, and in UTC."""
    utc = (f"{at:%Y-%m-%d %H:%M:%S}".removesuffix(":00") for at in times)
    return (("next", "UTC"), *((shown(at, zone), u) for at, u in zip(times, utc, strict=True)))


def place(schedule: Schedule) -> str:
    """Say where its results go."""
    return f"<#{schedule.channel}>" if schedule.channel else f"<@{schedule.owner}>"
