"""Days as people say them: every day, weekdays, the first Monday, the 15th, 24 December."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from bot.pipeline.times import Unclear

_WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_YEAR = (
    *("january", "february", "march", "april", "may", "june", "july", "august"),
    *("september", "october", "november", "december"),
)
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "last")
_LAST = len(_ORDINALS)
LONGEST_MONTH = 31

MONTHS: Mapping[str, int] = MappingProxyType({name: n for n, name in enumerate(_YEAR, 1)})
_MONTH = {**MONTHS, **{name[:3]: n for name, n in MONTHS.items()}, "sept": 9}
_DAY = {
    **{name: n for n, name in enumerate(_WEEK)},
    **{f"{name}s": n for n, name in enumerate(_WEEK)},
    **{name[:3]: n for n, name in enumerate(_WEEK)},
    "tues": 1,
    "weds": 2,
    "thur": 3,
    "thurs": 3,
}
_EACH = frozenset({"every", "each"})
WORDS = frozenset(_DAY) | frozenset(_MONTH)
"""What is a day or a month, and so no time zone."""

_NTH = {
    **{word: n for n, word in enumerate(_ORDINALS, 1)},
    "1st": 1,
    "2nd": 2,
    "3rd": 3,
    "4th": 4,
    "5th": 5,
}
_ON_MONTH_DAY = re.compile(r"(?P<day>[0-9]{1,2})(?:st|nd|rd|th)?")
_FILLERS = frozenset({"on", "the", "every", "each", "and", ",", "of", "in", "month", "months"})


@dataclass(frozen=True)
class EveryDay:
    """Every day."""


@dataclass(frozen=True)
class Weekdays:
    """Days of the week, Monday being 0."""

    days: tuple[int, ...]


@dataclass(frozen=True)
class Nth:
    """The first, second, ... *which* of a month's *weekday*; 6 is the last."""

    which: tuple[int, ...]
    weekday: int


@dataclass(frozen=True)
class Dates:
    """Days of the month; 0 is the last."""

    days: tuple[int, ...]


Days = EveryDay | Weekdays | Nth | Dates
WORK, REST = Weekdays((0, 1, 2, 3, 4)), Weekdays((5, 6))


def listed(words: Sequence[str]) -> str:
    """Return *words* as a list that ends in `and`."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def said_days(days: Days, months: Sequence[int]) -> str:
    """Say *days*; of a single month, a date like `24 December`."""
    match days:
        case EveryDay():
            return "every day"
        case Weekdays(days=some):
            names = {WORK: "weekdays", REST: "weekends"}
            return names.get(days) or listed([_WEEK[d].capitalize() for d in some])
        case Nth(which=which, weekday=weekday):
            return f"{listed([_ORDINALS[n - 1] for n in which])} {_WEEK[weekday].capitalize()}"
        case Dates(days=some) if len(months) == 1 and 0 not in some:
            return f"{listed([str(d) for d in some])} {_YEAR[months[0] - 1].capitalize()}"
        case Dates(days=some):
            return f"the {listed([_ordinal(d) for d in some])}"


def days_field(days: Days) -> Mapping[str, str]:
    """Return the calendar's fields that *days* are."""
    match days:
        case EveryDay():
            return {}
        case Weekdays(days=some):
            return {"day_of_week": ",".join(_WEEK[d][:3] for d in some)}
        case Nth(which=which, weekday=weekday):
            ordinals = ("1st", "2nd", "3rd", "4th", "5th", "last")
            return {"day": ",".join(f"{ordinals[n - 1]} {_WEEK[weekday][:3]}" for n in which)}
        case Dates(days=some):
            return {"day": ",".join(str(d) if d else "last" for d in some)}


def read_days(on: str, rest: str, said: str) -> tuple[Days, tuple[int, ...]]:
    """Read the days in *on* and the months in *rest*, of what was *said*; raise Unclear."""
    words = _words(on)
    months = [w for w in words if w in _MONTH]
    found = _months(rest, said)
    if months:
        _see_months_together([w in _MONTH for w in words], found, said)
        found = tuple(sorted({*found, *(_MONTH[m] for m in months)}))
    words = [w for w in words if w not in _MONTH]
    if set(words) & _EACH:
        _see_counted([w for w in words if w not in _EACH], found, said)
    return _days(words, on, said), found


def _see_months_together(are_months: Sequence[bool], after: Sequence[int], said: str) -> None:
    """Raise Unclear for `2 January and 3 February`: days are of all the months that are said."""
    parts = "".join("m" if is_month else "d" for is_month in are_months)
    if after or re.search("md+m", parts):
        raise Unclear(
            f"In {said[:60]!r} some days are of one month and some of another. Make a schedule "
            "for each, like `2 January at 9:00`."
        )


def _see_counted(words: Sequence[str], months: Sequence[int], said: str) -> None:
    """Raise Unclear for `every 2 days`, or `every second Monday`, which may be every other one."""
    if months or "month" in words or not words:
        return
    *counts, what = words
    unsure = {"second", "third", "fourth", "fifth", "2nd", "3rd", "4th", "5th"}
    if what in _DAY and len(counts) == 1 and counts[0] in unsure:
        raise Unclear(
            f"{said[:60]!r} may mean one of each month, or of every so many weeks. Say "
            f"`{counts[0]} {what.capitalize()}` for that of each month; weeks are not counted."
        )
    is_counted = what in {"day", "days"} and any(w not in {"first", "1st", "last"} for w in counts)
    if is_counted or (any(w.isdecimal() for w in words) and (what.isdecimal() or what in _DAY)):
        raise Unclear(
            f"{said[:60]!r} says not from when it is counted. Name the days, like `Monday, "
            "Wednesday and Friday at 9:00`, or `the 1st and 15th at 9:00` of each month."
        )


def _words(text: str) -> list[str]:
    return [w for w in text.split() if w not in {",", "and", "on", "the", "of", "in"}]


def _months(rest: str, said: str) -> tuple[int, ...]:
    found = set()
    for word in rest.split():
        if word in _MONTH:
            found.add(_MONTH[word])
        elif word not in _FILLERS:
            raise _strange(word, said)
    return tuple(sorted(found))


def _days(words: list[str], on: str, said: str) -> Days:
    """Read days by the first reading that fits all the *words*."""
    plain = [w for w in words if w not in {"every", "each", "month"}]
    if not plain or plain in (["day"], ["days"], ["daily"]):
        if plain or (set(words) & _EACH and "month" not in words) or not on:
            return EveryDay()
        raise _strange(on, said)
    if plain in (["weekday"], ["weekdays"]):
        return WORK
    if plain in (["weekend"], ["weekends"]):
        return REST
    if all(w in _DAY for w in plain):
        return Weekdays(tuple(sorted({_DAY[w] for w in plain})))
    return _nth(plain, said) or _dates(plain, said)


def _nth(words: list[str], said: str) -> Nth | None:
    *ordinals, day = words
    if day not in _DAY or not ordinals:
        return None
    for word in ordinals:
        if word not in _NTH:
            raise _strange(word, said)
    return Nth(tuple(sorted({_NTH[w] for w in ordinals})), _DAY[day])


def _dates(words: list[str], said: str) -> Dates:
    found: set[int] = set()
    for word in words:
        if word == "last":
            found.add(0)
            continue
        if word == "day" or (word == "days" and word == words[0]):
            continue
        if word in _NTH:
            found.add(_NTH[word])
            continue
        number = _ON_MONTH_DAY.fullmatch(word)
        if number is None:
            raise _strange(word, said)
        day = int(number["day"])
        if not 1 <= day <= LONGEST_MONTH:
            raise Unclear(f"No month has a day {day}. Days go from 1 to 31, or say `last day`.")
        found.add(day)
    if not found:
        raise _strange(" ".join(words), said)
    # The last day stands at the end, where people look for it.
    return Dates(tuple(sorted(found, key=lambda d: d or LONGEST_MONTH + 1)))


def _ordinal(day: int) -> str:
    if not day:
        return "last day"
    special = {1: "st", 2: "nd", 3: "rd", 21: "st", 22: "nd", 23: "rd", 31: "st"}
    return f"{day}{special.get(day, 'th')}"


def _strange(word: str, said: str) -> Unclear:
    return Unclear(
        f"I do not understand {word[:30]!r} in {said[:60]!r}. Say it like "
        "`weekdays at 9:00 Europe/Berlin`, `first Monday at 10`, `the 1st and 15th at 6:00` or "
        "`every 15 minutes`."
    )
