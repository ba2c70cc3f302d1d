"""Settings of schedules, and of the days on which they rest."""

from datetime import date
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from bot.domain.schedule import FREEZE, NAME, Late

_LEAP = 2028
"""A year that has every day that any year has."""

ScheduleName = Annotated[str, StringConstraints(pattern=NAME)]


def _is_free(name: str) -> str:
    if name == FREEZE:
        raise ValueError(f"{FREEZE!r} means the times in which all is frozen; choose another name")
    return name


CalendarName = Annotated[str, StringConstraints(pattern=NAME), AfterValidator(_is_free)]


def _is_a_day(text: str) -> str:
    try:
        # Of every year is also what only leap years have.
        date.fromisoformat(text if len(text) > len("12-25") else f"{_LEAP}-{text}")
    except ValueError:
        raise ValueError(
            f"there is no day {text!r}; days are written 2026-12-25 or 12-25"
        ) from None
    return text


Day = Annotated[
    str,
    StringConstraints(pattern=r"^([0-9]{4}-)?(0[1-9]|1[0-2])-[0-3][0-9]$"),
    AfterValidator(_is_a_day),
]
_Person = Annotated[str, StringConstraints(pattern=r"^[UW][A-Z0-9]{2,20}$")]
_Channel = Annotated[str, StringConstraints(pattern=r"^[CG][A-Z0-9]{2,20}$")]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class ScheduleSettings(_Part):
    """How schedules are kept."""

    floor: float = Field(60.0, ge=1, le=86400)
    """Seconds that lie between two times of a schedule, at least."""

    catch_up: float = Field(12.0, ge=0, le=168)
    """Hours for which times are made up for that went by while no bot ran."""

    live: float = Field(600.0, ge=1, le=86400)
    """Seconds between two looks for what a `live` schedule has posted."""


class DeclaredSchedule(_Part):
    """An operation that is asked for at given times."""

    operation: str
    """The operation's name, like `oncall.who`."""

    when: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    """The times in words; in the zone `policy.zone` where they name none."""

    params: str = ""
    """The words after the operation's name."""

    channel: _Channel | None = None
    """The id of the channel that is told; left out, the owner is, by direct message."""

    owner: _Person
    """The Slack id of the person who is told of troubles."""

    late: Late = Late.SEND
    """What becomes of a time at which no bot ran: `send` late and say so, or `skip`."""

    rests: tuple[str, ...] = ()
    """Calendars of `holidays` on whose days nothing is asked for; `freeze` while all is frozen."""

    live: bool = False
    """Whether its message is kept true until the next one comes, for a day at most."""


class HolidaySettings(_Part):
    """Days off."""

    dates: tuple[Day, ...] = Field(min_length=1)
    """Days, `2026-12-25`, or of every year, `12-25`."""
