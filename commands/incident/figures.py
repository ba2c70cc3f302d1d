"""How incidents went, in figures: medians, and how many there were in each week."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median

from bot.authoring import Incident, Severity, Status, durations

MARKS = ("acknowledged", "mitigated", "resolved")
"""What is timed, from when the trouble began."""

_OUTSIDE = frozenset({Status.CANCELLED, Status.MERGED})


@dataclass(frozen=True)
class Median:
    """The middle of *count* times, in seconds."""

    seconds: float
    count: int


@dataclass(frozen=True)
class Group:
    """Incidents that have something in common, and their medians by what is timed."""

    name: str
    count: int
    medians: Mapping[str, Median]


@dataclass(frozen=True)
class Figures:
    """All figures. *weeks* are the Mondays of every week of the time, with how many began in it.

    *drills*, *false_alarms* and *merged* are how many were left out for that.
    """

    counted: int
    severities: tuple[Group, ...]
    services: tuple[Group, ...]
    weeks: tuple[tuple[date, int], ...]
    drills: int = 0
    false_alarms: int = 0
    merged: int = 0


def counts(incident: Incident) -> bool:
    """Say whether *incident* is part of the figures.

    A drill is none, a cancelled one was no trouble, a merged one is counted where it went.
    """
    return not incident.drill and incident.status not in _OUTSIDE


def figures(found: Sequence[Incident], since: datetime, now: datetime) -> Figures:
    """Return the figures of *found*, all declared *since* then."""
    real = [one for one in found if counts(one)]
    services = Counter(one.service for one in real)
    left = [one for one in found if not one.drill]
    return Figures(
        counted=len(real),
        severities=tuple(
            group
            for severity in Severity
            if (group := _group(severity.value, [o for o in real if o.severity is severity])).count
        ),
        services=tuple(
            _group(name, [one for one in real if one.service == name])
            for name, _ in sorted(services.items(), key=lambda item: (-item[1], item[0]))
        ),
        weeks=tuple(_weeks(real, since, now)),
        drills=len(found) - len(left),
        false_alarms=sum(one.status is Status.CANCELLED for one in left),
        merged=sum(one.status is Status.MERGED for one in left),
    )


def _group(name: str, incidents: Sequence[Incident]) -> Group:
    took: dict[str, list[float]] = {mark: [] for mark in MARKS}
    for one in incidents:
        for mark, seconds in durations(one).items():
            # What was written down afterwards may not say when it began.
            if seconds >= 0:
                took[mark].append(seconds)
    medians = {mark: Median(median(all_), len(all_)) for mark, all_ in took.items() if all_}
    return Group(name, len(incidents), medians)


def _weeks(
    incidents: Sequence[Incident], since: datetime, now: datetime
) -> Iterator[tuple[date, int]]:
    begun = Counter(_monday(one.at) for one in incidents)
    week = _monday(since)
    while week <= _monday(now):
        yield week, begun[week]
        week += timedelta(days=7)


def _monday(at: datetime) -> date:
    day = at.date()
    return day - timedelta(days=day.weekday())
