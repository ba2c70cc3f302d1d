"""PagerDuty's JSON as values of the port.

What does not fit raises KeyError, TypeError or ValueError.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from integrations.ports import Override, Page, PagedService, PageState, Responder, Shift

Raw = Mapping[str, Any]

AWAKE = frozenset({"pending", "joined"})
"""States of somebody who was called in and has not declined."""


def moment(text: str) -> datetime:
    """Return the time *text* in UTC."""
    return datetime.fromisoformat(text).astimezone(UTC)


def text_of(at: datetime) -> str:
    """Return *at* as PagerDuty reads it; a time without a zone is UTC."""
    known = at if at.tzinfo else at.replace(tzinfo=UTC)
    return known.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def responder(raw: Raw) -> Responder:
    """Return the user, of whom a reference has no more than a name."""
    return Responder(
        id=raw["id"],
        name=raw.get("name") or raw.get("summary") or raw["id"],
        email=raw.get("email") or "",
        phones=phones(raw.get("contact_methods") or ()),
    )


def phones(methods: Any) -> tuple[str, ...]:
    """Return the numbers that can be dialled, among a user's contact *methods*."""
    return tuple(
        f"+{raw['country_code']}{raw['address']}"
        for raw in methods
        if raw.get("type") == "phone_contact_method"
        and raw.get("address")
        and not raw.get("blacklisted")
    )


def service(raw: Raw) -> PagedService:
    """Return the service."""
    return PagedService(id=raw["id"], name=raw["name"], url=raw.get("html_url"))


def shift(raw: Raw) -> Shift:
    """Return the on-call entry."""
    schedule = raw.get("schedule") or {}
    covers = schedule or raw["escalation_policy"]
    # Schedules of the newer kind cannot be overridden in the older way, which is ours.
    old = schedule.get("type") in {"schedule", "schedule_reference"}
    return Shift(
        who=responder(raw["user"]),
        covers=covers.get("summary") or covers["id"],
        level=raw["escalation_level"],
        schedule=schedule["id"] if old else None,
        until=moment(raw["end"]) if raw.get("end") else None,
    )


def covered(raw: Raw) -> tuple[str, Responder]:
    """Return the id of the on-call entry's schedule, of whichever kind, and who has it."""
    return (raw.get("schedule") or {}).get("id", ""), responder(raw["user"])


def page(raw: Raw) -> Page:
    """Return the incident, with whom it wakes now: the assigned, and those who were called in."""
    state = PageState(raw["status"])
    taken = sorted(raw.get("acknowledgements") or (), key=lambda one: moment(one["at"]))
    first = taken[0] if taken else None
    awake = [one["assignee"] for one in raw.get("assignments") or ()]
    awake += [one["user"] for one in called_in(raw) if one.get("state") in AWAKE]
    if state is PageState.RESOLVED:
        awake = []
    return Page(
        id=raw["id"],
        url=raw.get("html_url"),
        service=raw["service"]["id"],
        title=raw.get("title") or "",
        state=state,
        at=moment(raw["created_at"]),
        assigned=tuple({one["id"]: responder(one) for one in reversed(awake)}.values())[::-1],
        acknowledged_by=responder(first["acknowledger"]).name if first else None,
        acknowledged_at=moment(first["at"]) if first else None,
    )


def called_in(raw: Raw) -> list[Raw]:
    """Return who was called in for the incident, each with a `state` and a `user`."""
    return list(raw.get("incidents_responders") or ())


def override(raw: Raw, schedule: str) -> Override:
    """Return the override of *schedule*."""
    return Override(
        id=raw["id"],
        who=responder(raw["user"]),
        schedule=schedule,
        starts=moment(raw["start"]),
        ends=moment(raw["end"]),
    )
