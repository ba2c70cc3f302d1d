"""Figures about incidents: medians of what counts, and a picture that a phone shows."""

import struct
from datetime import date, timedelta

from bot.domain.incident import Incident, Severity, Status
from commands.incident.figures import Figures, Median, figures
from commands.incident.plot import alternative, draw
from tests.commands.troubled import AT, BEGAN, after, trouble

SINCE, NOW = AT - timedelta(days=20), AT + timedelta(days=3)


def took(minutes: float, **more: object) -> Incident:
    """Return an incident that was resolved after so many *minutes*, and answered by nobody."""
    bare = trouble(calls=(), began_at=None, mitigated_at=None, resolved_at=after(minutes))
    return bare.with_(**more)


def told(*incidents: Incident) -> Figures:
    """Return the figures of *incidents*."""
    return figures(incidents, SINCE, NOW)


def test_a_median_is_the_middle_with_how_many_there_are() -> None:
    [group] = told(took(10), took(500), took(20), took(30, resolved_at=None)).severities

    assert (group.name, group.count) == ("SEV1", 4)
    assert group.medians == {"resolved": Median(1200.0, 3)}


def test_severities_stand_from_the_worst_down_and_services_from_the_most_troubled() -> None:
    seen = told(
        took(1, severity=Severity.SEV3, service="search"),
        took(2, severity=Severity.SEV2),
        took(3, severity=Severity.SEV3),
    )

    assert [group.name for group in seen.severities] == ["SEV2", "SEV3"]
    assert [(group.name, group.count) for group in seen.services] == [
        ("checkout", 2),
        ("search", 1),
    ]


def test_drills_false_alarms_and_merged_ones_are_outside_and_told_of() -> None:
    seen = told(
        took(10),
        took(1, drill=True),
        took(1, drill=True, status=Status.CANCELLED),
        took(1, status=Status.CANCELLED),
        took(1, status=Status.MERGED),
    )

    assert seen.counted == 1
    assert (seen.drills, seen.false_alarms, seen.merged) == (2, 1, 1)
    assert seen.severities[0].medians["resolved"] == Median(600.0, 1)


def test_what_was_written_down_afterwards_is_timed_from_when_it_began() -> None:
    over = BEGAN + timedelta(minutes=2)
    known = took(0, began_at=BEGAN, mitigated_at=over, resolved_at=over)
    beginning_unknown = took(0, mitigated_at=over, resolved_at=over)

    seen = told(known, beginning_unknown)

    assert seen.counted == 2
    assert seen.severities[0].medians["resolved"] == Median(120.0, 1)


def test_every_week_of_the_time_is_there_though_nothing_happened_in_it() -> None:
    seen = told(took(1), took(1), took(1, at=AT - timedelta(days=14)))

    assert seen.weeks == (
        (date(2026, 10, 26), 0),
        (date(2026, 11, 2), 1),
        (date(2026, 11, 9), 0),
        (date(2026, 11, 16), 2),
        (date(2026, 11, 23), 0),
    )


def test_the_picture_is_as_wide_as_a_sharp_phone_and_told_in_words() -> None:
    seen = told(took(10), took(90, severity=Severity.SEV3))

    picture = draw(seen, "in the last 20 days")

    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">I", picture[16:20]) == (780,)
    assert alternative(seen, "in the last 20 days") == (
        "Incidents in the last 20 days: 2. Median times: "
        "SEV1: resolved 10 min; SEV3: resolved 1 h 30 min."
    )


def test_incidents_without_any_time_are_drawn_too() -> None:
    seen = told(took(1, resolved_at=None))

    assert draw(seen, "in the last day").startswith(b"\x89PNG")
    assert alternative(seen, "in the last day").endswith("Median times: none yet.")
