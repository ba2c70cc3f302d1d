"""Times as people say them: read into fields of a calendar, and said again.

`weekdays at 9:00 Europe/Berlin`, `first Monday at 10`, `the 1st and 15th at 6:00`, `every 15
minutes`, `24 December at noon`, or the five fields of cron, with weekdays by name. Nothing is
guessed: what is not understood is named, beside examples.
"""

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from bot.pipeline.spoken_days import (
    MONTHS,
    WORDS,
    Dates,
    Days,
    EveryDay,
    Nth,
    Weekdays,
    days_field,
    listed,
    read_days,
    said_days,
)
from bot.pipeline.times import Unclear

EXAMPLES = (
    "`weekdays at 9:00 Europe/Berlin`, `first Monday at 10`, `the 1st and 15th at 6:00`, "
    "`every 15 minutes`"
)
FIELDS = ("minute", "hour", "day", "month", "day_of_week")
UNITS = {"second": 60, "minute": 60, "hour": 24}
"""Of how many the next larger unit has."""

_SECONDS = {"second": 1, "minute": 60, "hour": 3600}
_ZONE = re.compile(r"[A-Za-z_]+(?:/[A-Za-z0-9_+-]+)+|[A-Z]{3,5}")
_ZONE_OF_OLD = re.compile(r"[A-Z][A-Za-z0-9+-]+")
_NO_ZONES = ("posix/", "right/")
"""Folders of the zone files. `right` counts leap seconds, which no clock of ours does."""

_STEP = re.compile(r"(?:every|each) (?:(?P<n>[0-9]{1,6}) )?(?P<unit>second|minute|hour)s?|hourly")
_TIME = re.compile(r"(?P<hour>[0-9]{1,2})(?:[:.](?P<minute>[0-9]{2}))? ?(?P<half>am|pm)?")
_CRON = re.compile(r"[0-9a-z*,/ -]+")
_NUMBER = re.compile(r"[0-9]+")
_NAMES = re.compile(r"[a-z]+(?:-[a-z]+)?|[^a-z]+")
_HALF_DAY = 12

Fields = Mapping[str, str]


@dataclass(frozen=True)
class Clock:
    """Times of the day, hours and minutes, on *days* of *months*; of all months where none is."""

    days: Days
    times: tuple[tuple[int, int], ...]
    months: tuple[int, ...] = ()


@dataclass(frozen=True)
class Step:
    """Every *n* units, counted from the top of the next larger one."""

    n: int
    unit: str


@dataclass(frozen=True)
class Cron:
    """The five fields of cron as they were given."""

    fields: tuple[str, ...]


@dataclass(frozen=True)
class Spoken:
    """Times that were understood, in a zone."""

    what: Clock | Step | Cron
    zone: str = "UTC"

    @property
    def words(self) -> str:
        """Return the words that mean this, without the zone."""
        match self.what:
            case Step(n=1, unit=unit):
                return f"every {unit}"
            case Step(n=n, unit=unit):
                return f"every {n} {unit}s"
            case Cron(fields=fields):
                return f"cron {' '.join(fields)}"
            case Clock(days=days, times=times, months=months):
                at = listed([f"{hour:02}:{minute:02}" for hour, minute in times])
                within = _said_months(days, months)
                return f"{said_days(days, months)} at {at}{within}"

    @property
    def canonical(self) -> str:
        """Return the words that mean this, wherever they are read."""
        return f"{self.words} {self.zone}"

    @property
    def sentence(self) -> str:
        """Say it to people."""
        words = self.words
        if words.startswith("weekdays"):
            words = f"every weekday{words.removeprefix('weekdays')}"
        return f"{words[0].upper()}{words[1:]}, {self.zone}."

    @property
    def shortest(self) -> int:
        """Return the seconds between two of them that are never undercut."""
        return self.what.n * _SECONDS[self.what.unit] if isinstance(self.what, Step) else 60

    @property
    def fields(self) -> tuple[Fields, ...]:
        """Return the calendars' fields, of which any may be met."""
        match self.what:
            case Step(n=n, unit=unit):
                return (_step_fields(n, unit),)
            case Cron(fields=fields):
                return (dict(zip(FIELDS, fields, strict=True)),)
            case Clock(days=days, times=times, months=months):
                month = ",".join(map(str, months)) or "*"
                on = {**days_field(days), "month": month}
                return tuple({**on, "hour": str(h), "minute": str(m)} for h, m in times)

    @property
    def goes_on(self) -> bool:
        """Say whether it is by the hour or less, so that an hour that repeats is no repetition."""
        return all(one.get("hour", "*") == "*" for one in self.fields)


def parse(text: str, zone: str = "UTC") -> Spoken:
    """Read *text*, in *zone* where it names none; raise Unclear with a whole sentence."""
    said = " ".join(text.split())
    head, _, last = said.rpartition(" ")
    if head and _is_zone(last):
        said, zone = head, last
    known(zone)
    words = re.sub(r"[,;]+", " , ", said.casefold()).strip(" .")
    words = " ".join(words.split())
    if not words:
        raise Unclear(f"Say when. For example: {EXAMPLES}.")
    return Spoken(_step(words) or _cron(words) or _clock(words, said), zone)


def known(zone: str) -> None:
    """Raise Unclear where there is no time zone *zone*."""
    if _is_there(zone):
        return
    near = difflib.get_close_matches(zone, _places(), n=2, cutoff=0.6)
    meant = f"Did you mean {' or '.join(near)}?" if near else "Name one like Europe/Berlin."
    raise Unclear(f"There is no time zone {zone[:40]!r}. {meant}")


def _is_there(zone: str) -> bool:
    try:
        ZoneInfo(zone)
    # A name that is a folder of the zone files, like `Europe`, fails as a file does.
    except (KeyError, ValueError, OSError):
        return False
    return not zone.startswith(_NO_ZONES)


@cache
def _places() -> Sequence[str]:
    """Return the zones that are named for a place: letters alone, like PST, resemble each other."""
    return sorted(zone for zone in available_timezones() if "/" in zone)


def _is_zone(word: str) -> bool:
    if word.casefold() in WORDS:
        return False
    is_old = _ZONE_OF_OLD.fullmatch(word) is not None and _is_there(word)
    return is_old or _ZONE.fullmatch(word) is not None


def _step(words: str) -> Step | None:
    found = _STEP.fullmatch(words)
    if found is None:
        return None
    n, unit = int(found["n"] or 1), found["unit"] or "hour"
    whole = UNITS[unit]
    if n and whole % n == 0 and n < whole:
        return Step(n, unit)
    if n == whole:
        more = {"second": "every minute", "minute": "every hour", "hour": "daily at 9:00"}
        raise Unclear(f"Every {n} {unit}s is said shorter. Say `{more[unit]}`.")
    near = min((d for d in range(1, whole) if whole % d == 0), key=lambda d: abs(d - n))
    raise Unclear(
        f"Every {n} {unit}s does not come out even: {whole} {unit}s are no multiple of it. "
        f"Say `every {near} {unit}{'s' if near > 1 else ''}`."
    )


def _step_fields(n: int, unit: str) -> Fields:
    each = "*" if n == 1 else f"*/{n}"
    match unit:
        case "second":
            return {"second": each}
        case "minute":
            return {"minute": each}
        case _:
            return {"hour": each, "minute": "0"}


def _cron(words: str) -> Cron | None:
    word, _, rest = words.partition(" ")
    if word != "cron":
        return None
    fields = tuple(rest.replace(" , ", ",").split())
    if len(fields) != len(FIELDS) or _CRON.fullmatch(" ".join(fields)) is None:
        raise Unclear(
            f"{rest[:60]!r} is not the five fields of cron: minute, hour, day, month, weekday. "
            "For example: `cron 0 9 * * mon-fri`."
        )
    _see_one_meaning(fields)
    return Cron(fields)


def _see_one_meaning(fields: Sequence[str]) -> None:
    """Raise Unclear where programs that know cron differ about *fields*, or read half of them."""
    _, _, day, _, weekday = fields
    if _NUMBER.search(weekday.partition("/")[0]):
        raise Unclear(
            f"The weekday {weekday!r} is a number, which calendars read in two ways. "
            "Name it: `mon`, `tue-thu`, `sat,sun`."
        )
    if "/" in weekday:
        raise Unclear(
            f"The steps of the weekday {weekday!r} are counted from Sunday by some and from Monday "
            "by others. Name the days: `mon,wed,fri`."
        )
    if not (day.startswith("*") or weekday.startswith("*")):
        raise Unclear(
            f"The day {day!r} and the weekday {weekday!r} are read as *or* by some and as *and* by "
            "others. Leave one of them `*`, and make a schedule for each."
        )
    for part in (part for field in fields for part in field.split(",")):
        if not _NAMES.fullmatch(part) or (part.startswith("last") and part != "last"):
            raise Unclear(
                f"{part[:30]!r} is not understood: names stand alone or in ranges of names. "
                "For example: `jan-mar`, `mon,wed`, `last`."
            )


def _clock(words: str, said: str) -> Clock:
    on, at, after = _parted(words)
    if not at:
        raise Unclear(
            f"{said[:60]!r} names no time of the day that I understand. For example: {EXAMPLES}."
        )
    times, rest = _times(at, said)
    days, months = read_days(on, f"{rest} {after}".strip(), said)
    _is_possible(days, months)
    return Clock(days, times, months)


def _parted(words: str) -> tuple[str, str, str]:
    """Part days from times: `at` stands between them, or the times come first."""
    on, sign, at = words.partition(" at ")
    if sign:
        return on, at, ""
    if words.startswith("at "):
        at, _, on = words.removeprefix("at ").partition(" on ")
        return (on, at, "") if on else ("every day", at, "")
    return words, "", ""


def _times(at: str, said: str) -> tuple[tuple[tuple[int, int], ...], str]:
    """Read the times that *at* begins with; return them and what follows."""
    words = re.sub(r" (am|pm)\b", r"\1", at).split()
    named: list[str] = []
    while words:
        if words[0] in {"and", ","} and named and len(words) > 1:
            words.pop(0)
            continue
        if named and words[0] in {"in", "of", "on", "every", "each"}:
            break
        named.append(words.pop(0))
    times = [_time(word, said) for word in named]
    _see_half_of_each(named, said)
    return tuple(sorted(set(times))), " ".join(words)


def _see_half_of_each(named: Sequence[str], said: str) -> None:
    """Raise Unclear for `9 and 10 pm`, of which 9 may be in the morning or in the evening."""
    found = [hour for word in named if (hour := _TIME.fullmatch(word))]
    bare = [hour[0] for hour in found if not hour["half"] and 1 <= int(hour["hour"]) <= _HALF_DAY]
    if bare and len(bare) < len(found) and any(hour["half"] for hour in found):
        raise Unclear(
            f"{bare[0]!r} in {said[:60]!r} may be in the morning or in the evening. "
            f"Say it of each: `{bare[0]}am` or `{bare[0]}pm`."
        )


def _time(word: str, said: str) -> tuple[int, int]:
    if word in {"noon", "midday", "midnight"}:
        return (0 if word == "midnight" else _HALF_DAY), 0
    found = _TIME.fullmatch(word)
    if found is None:
        raise Unclear(f"{word[:30]!r} in {said[:60]!r} is no time of the day. {_LIKE}")
    hour, minute, half = int(found["hour"]), int(found["minute"] or 0), found["half"]
    if half and not 1 <= hour <= _HALF_DAY:
        raise Unclear(f"{word!r} is a time that no clock shows. {_LIKE}")
    hour = hour % _HALF_DAY + (_HALF_DAY if half == "pm" else 0) if half else hour
    if hour >= UNITS["hour"] or minute >= UNITS["minute"]:
        raise Unclear(f"{word!r} is a time that no clock shows. {_LIKE}")
    return hour, minute


_LIKE = "Write it like `9:00`, `17:30`, `9am` or `noon`."
_LONGEST = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def _is_possible(days: Days, months: Sequence[int]) -> None:
    """Raise Unclear for a day that none of *months* has."""
    if not isinstance(days, Dates) or not months:
        return
    for month in months:
        late = [d for d in days.days if d and d > _LONGEST[month - 1]]
        if late:
            name = tuple(MONTHS)[month - 1].capitalize()
            raise Unclear(
                f"There is no {late[0]} {name}. {name} has {_LONGEST[month - 1]} days at most; "
                f"`last day` is always there."
            )


def _said_months(days: Days, months: Sequence[int]) -> str:
    if not months or (isinstance(days, Dates) and len(months) == 1 and 0 not in days.days):
        return ""
    return f" in {listed([tuple(MONTHS)[m - 1].capitalize() for m in months])}"


__all__ = [
    "EXAMPLES",
    "Clock",
    "Cron",
    "Dates",
    "EveryDay",
    "Nth",
    "Spoken",
    "Step",
    "Weekdays",
    "known",
    "parse",
]
