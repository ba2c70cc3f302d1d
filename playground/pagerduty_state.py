"""What the pretend PagerDuty remembers, and how it shows it: as the vendor's JSON."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

API = "https://api.pagerduty.com"
WEB = "https://pretend.pagerduty.com"
Json = dict[str, Any]


@dataclass(eq=False)
class User:
    """Somebody with an account. *phones* are as `+49 15112345`."""

    id: str
    name: str
    email: str
    phones: tuple[str, ...] = ()


@dataclass(eq=False)
class Override:
    """*user* has the schedule from *starts* to *ends*."""

    id: str
    user: User
    starts: datetime
    ends: datetime


@dataclass(eq=False)
class Schedule:
    """A rota; *usual* has it unless it is overridden."""

    id: str
    name: str
    usual: User
    overrides: list[Override] = field(default_factory=list)

    def holder(self, now: datetime) -> User:
        """Return who has it."""
        there = [one.user for one in self.overrides if one.starts <= now < one.ends]
        return there[-1] if there else self.usual


Target = User | Schedule


@dataclass(eq=False)
class Service:
    """Something that people are paged for, with the levels of its escalation policy."""

    id: str
    name: str
    policy: str
    levels: list[list[Target]] = field(default_factory=list)

    def on_level(self, level: int, now: datetime) -> list[User]:
        """Return who is on call on *level*, from 1."""
        if not 1 <= level <= len(self.levels):
            return []
        return [t.holder(now) if isinstance(t, Schedule) else t for t in self.levels[level - 1]]


@dataclass(eq=False)
class Incident:
    """A page, as its row in the web page. *woken* are the people it rang, in order."""

    id: str
    number: int
    title: str
    service: Service
    key: str
    details: str
    at: datetime
    state: str = "triggered"
    level: int = 1
    assigned: list[User] = field(default_factory=list)
    acknowledged: list[tuple[User, datetime]] = field(default_factory=list)
    asked: list[tuple[User, str, str]] = field(default_factory=list)
    """Who was called in, with which words, and how far that is: pending, joined, declined."""

    notes: list[tuple[str, User, str, datetime]] = field(default_factory=list)
    woken: list[User] = field(default_factory=list)
    log: list[tuple[str, str, datetime]] = field(default_factory=list)
    """What happened: the type of the entry, its summary, when."""


def stamp(at: datetime) -> str:
    """Return *at* as PagerDuty writes times."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def reference(kind: str, key: str, summary: str) -> Json:
    """Return a reference to something."""
    plural = "escalation_policies" if kind == "escalation_policy" else f"{kind}s"
    return {
        "id": key,
        "type": f"{kind}_reference",
        "summary": summary,
        "self": f"{API}/{plural}/{key}",
        "html_url": f"{WEB}/{plural}/{key}",
    }


def user_reference(user: User) -> Json:
    """Return a reference to *user*."""
    return reference("user", user.id, user.name)


def contact_methods(user: User) -> list[Json]:
    """Return how *user* is reached."""
    methods: list[Json] = [
        {"type": "email_contact_method", "label": "Default", "address": user.email}
    ]
    for phone in user.phones:
        code, number = phone.removeprefix("+").split(" ", 1)
        for kind in ("phone_contact_method", "sms_contact_method"):
            told = {"country_code": int(code), "address": number, "blacklisted": False}
            methods.append({"type": kind, "label": "Mobile", **told})
    for place, method in enumerate(methods):
        method |= {"id": f"{user.id}M{place}", "summary": method["label"]}
    return methods


def whole_user(user: User, *, contacts: bool) -> Json:
    """Return *user*; the contact methods in full or as references."""
    methods = contact_methods(user)
    if not contacts:
        methods = [
            {"id": m["id"], "type": f"{m['type']}_reference", "summary": m["summary"]}
            for m in methods
        ]
    told = {"name": user.name, "email": user.email, "time_zone": "UTC", "role": "user"}
    return {**user_reference(user), "type": "user", **told, "contact_methods": methods}


def whole_service(service: Service) -> Json:
    """Return *service*."""
    return {
        **reference("service", service.id, service.name),
        "type": "service",
        "name": service.name,
        "status": "active",
        "escalation_policy": policy_reference(service),
    }


def policy_reference(service: Service) -> Json:
    """Return a reference to the escalation policy of *service*."""
    return reference("escalation_policy", service.policy, f"{service.name} policy")


def whole_policy(service: Service) -> Json:
    """Return the escalation policy of *service*."""
    rules = [
        {
            "id": f"{service.policy}R{place}",
            "escalation_delay_in_minutes": 30,
            "targets": [_target(one) for one in level],
        }
        for place, level in enumerate(service.levels)
    ]
    reference_ = policy_reference(service)
    return {
        **reference_,
        "type": "escalation_policy",
        "name": reference_["summary"],
        "escalation_rules": rules,
    }


def _target(one: Target) -> Json:
    if isinstance(one, User):
        return user_reference(one)
    return reference("schedule", one.id, one.name)


def oncalls(services: Iterable[Service], now: datetime, *, users: bool) -> list[Json]:
    """Return who is on call, an entry for each person, policy and level."""
    return [
        {
            "user": _who(person, full=users),
            "schedule": _target(target) if isinstance(target, Schedule) else None,
            "escalation_policy": policy_reference(service),
            "escalation_level": place,
            "start": stamp(now) if isinstance(target, Schedule) else None,
            "end": stamp(now.replace(hour=23, minute=59)) if isinstance(target, Schedule) else None,
        }
        for service in services
        for place, level in enumerate(service.levels, 1)
        for target in level
        for person in [target.holder(now) if isinstance(target, Schedule) else target]
    ]


def whole_incident(one: Incident, include: Sequence[str] = ()) -> Json:
    """Return *one*; its people in full where *include* says so."""
    assignees, takers = "assignees" in include, "acknowledgers" in include
    over = one.state == "resolved"
    return {
        **reference("incident", one.id, f"[#{one.number}] {one.title}"),
        "type": "incident",
        "incident_number": one.number,
        "title": one.title,
        "created_at": stamp(one.at),
        "status": one.state,
        "incident_key": one.key,
        "urgency": "high",
        "service": reference("service", one.service.id, one.service.name),
        "escalation_policy": policy_reference(one.service),
        "assigned_via": "escalation_policy",
        "assignments": [
            {"at": stamp(one.at), "assignee": _who(user, full=assignees)} for user in one.assigned
        ],
        "acknowledgements": [
            {"at": stamp(at), "acknowledger": _who(user, full=takers)}
            for user, at in one.acknowledged
            if not over
        ],
        "incidents_responders": [
            {"state": state, "user": user_reference(user), "message": words}
            for user, words, state in one.asked
        ],
        "teams": [],
        "priority": None,
        "conference_bridge": None,
        "resolve_reason": None,
    }


def told_incident(one: Incident) -> Json:
    """Return *one* as webhooks tell it."""
    whole = whole_incident(one)
    left_out = {"incident_number", "assignments", "acknowledgements", "incidents_responders"}
    left_out |= {"summary", "assigned_via"}
    assignees = [user_reference(user) for user in one.assigned]
    kept = {key: value for key, value in whole.items() if key not in left_out}
    return {**kept, "number": one.number, "assignees": assignees}


def whole_override(one: Override) -> Json:
    """Return *one*."""
    return {
        "id": one.id,
        "start": stamp(one.starts),
        "end": stamp(one.ends),
        "user": user_reference(one.user),
    }


def whole_note(note: tuple[str, User, str, datetime]) -> Json:
    """Return *note*."""
    key, user, content, at = note
    channel = {"summary": "The PagerDuty website or APIs"}
    told = {"content": content, "created_at": stamp(at)}
    return {"id": key, "user": user_reference(user), "channel": channel, **told}


def _who(user: User, *, full: bool) -> Json:
    return whole_user(user, contacts=False) if full else user_reference(user)
