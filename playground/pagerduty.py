"""A pretend PagerDuty: REST as its client speaks it, strict about what it takes, with a memory."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Self

from typing_extensions import override

from bot.domain.clock import Clock
from playground import pagerduty_state as shown
from playground.pagerduty_asked import many, one_of, page_of, refusal, time_of
from playground.pagerduty_hooks import Delivery, Hooks
from playground.pagerduty_state import Incident, Override, Schedule, Service, Target, User
from playground.vendor import Act, Said, Sent, Vendor

ACCEPT = "application/vnd.pagerduty+json;version=2"
OPEN_KEY = "Open incident with matching dedup key already exists on this service"
NEEDS_FROM = frozenset({"POST /incidents", "PUT /incidents/{id}", "POST /incidents/{id}/notes"})
"""Where the vendor requires the header `From`, of what is answered here."""


class PretendPagerDuty(Vendor):
    """See `Vendor`. `add_person` and `add_service` fill the account; `pages` is what came of it."""

    name = "PagerDuty"
    token = "pretend-token"  # noqa: S105  Nothing real takes it.

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.people: list[User] = []
        self.services: list[Service] = []
        self.schedules: list[Schedule] = []
        self.pages: list[Incident] = []
        self.abilities = ["coordinated_responding", "teams", "urgencies"]
        self.accepts_and_drops = False
        """Answers 201 to a create, and then has no such incident."""

        self._hooks = Hooks()
        self._made = 0

    # What people do there.

    def add_person(
        self, name: str, email: str, phones: Iterable[str] = (), *, key: str = ""
    ) -> User:
        """Give *name* an account; *phones* as `+49 15112345`, *key* their id."""
        self.people.append(User(key or self._id(), name, email, tuple(phones)))
        return self.people[-1]

    def add_schedule(self, name: str, usual: User, *, key: str = "") -> Schedule:
        """Make a rota that *usual* has."""
        self.schedules.append(Schedule(key or self._id(), name, usual))
        return self.schedules[-1]

    def add_service(
        self, name: str, levels: Sequence[Sequence[Target]] = (), *, key: str = ""
    ) -> Service:
        """Make a service with the *levels* of its escalation policy, the first woken first."""
        made = Service(key or self._id(), name, self._id(), [list(level) for level in levels])
        self.services.append(made)
        return made

    def acknowledges(self, page: Incident, person: User) -> None:
        """Let *person* take *page* in PagerDuty itself."""
        page.acknowledged.append((person, self.clock.now()))
        page.state = "acknowledged"
        self._happened("acknowledged", page, person)

    def resolves(self, page: Incident, person: User) -> None:
        """Let *person* end *page* in PagerDuty itself."""
        page.state, page.assigned = "resolved", []
        self._happened("resolved", page, person)

    def reassigns(self, page: Incident, person: User, to: User) -> None:
        """Let *person* hand *page* to somebody else in PagerDuty itself."""
        page.state, page.assigned, page.acknowledged = "triggered", [to], []
        page.woken.append(to)
        self._happened("reassigned", page, person)

    def nobody_answers(self, page: Incident) -> None:
        """Let the time of the level go by."""
        self._escalate(page, page.level + 1, None)

    def hook(self, url: str, secret: str) -> None:
        """Post what happens to *url* from now on, signed with *secret*."""
        self._hooks.subscribe(url, secret)

    async def delivered(self) -> Sequence[Delivery]:
        """Return every webhook once all of them were posted."""
        await self._hooks.done()
        return self._hooks.deliveries

    def redeliver(self) -> None:
        """Post the newest webhook once more."""
        self._hooks.again()

    # What is answered.

    @override
    @asynccontextmanager
    async def open(self, port: int = 0) -> AsyncIterator[Self]:
        async with super().open(port):
            try:
                yield self
            finally:
                await self._hooks.close()

    @override
    def ways(self) -> Mapping[str, Act]:
        return {
            "GET /abilities": lambda _: Said({"abilities": self.abilities}),
            "GET /users": self._list_users,
            "GET /users/{id}": self._show_user,
            "GET /users/{id}/contact_methods": self._contact_methods,
            "GET /services": self._list_services,
            "GET /services/{id}": self._show_service,
            "GET /escalation_policies/{id}": self._show_policy,
            "GET /oncalls": self._oncalls,
            "GET /schedules/{id}/overrides": self._list_overrides,
            "POST /schedules/{id}/overrides": self._override,
            "GET /incidents": self._list_incidents,
            "POST /incidents": self._create,
            "GET /incidents/{id}": self._show_incident,
            "PUT /incidents/{id}": self._change,
            "GET /incidents/{id}/log_entries": self._log,
            "GET /incidents/{id}/notes": self._list_notes,
            "POST /incidents/{id}/notes": self._note,
            "POST /incidents/{id}/responder_requests": self._call_in,
        }

    @override
    def admits(self, sent: Sent) -> None:
        if sent.headers.get("authorization") != f"Token token={self.token}":
            raise refusal(401, 2006, "Authentication failed")
        if sent.headers.get("accept") != ACCEPT:
            raise refusal(406, 2015, "Invalid operation")
        if sent.raw and not isinstance(sent.body, dict):
            raise refusal(400, 2001, "Invalid Input Provided", "The body is no JSON object")
        if sent.way in NEEDS_FROM:
            self._sender(sent)

    @override
    def too_many(self, seconds: int) -> Said:
        headers = {"ratelimit-limit": "960", "ratelimit-remaining": "0"}
        body = {"error": {"message": "Rate Limit Exceeded", "code": 2020}}
        return Said(body, 429, {**headers, "ratelimit-reset": str(seconds)})

    def _sender(self, sent: Sent) -> User:
        email = sent.headers.get("from", "")
        found = next((one for one in self.people if one.email == email), None)
        if found is None:
            raise refusal(400, 1008, "Requester User Not Found")
        return found

    def _list_users(self, sent: Sent) -> Said:
        words, full = sent.query.get("query", "").casefold(), "contact_methods" in many(sent)
        found = [one for one in self.people if words in f"{one.name} {one.email}".casefold()]
        return page_of(sent, "users", [shown.whole_user(one, contacts=full) for one in found])

    def _show_user(self, sent: Sent) -> Said:
        user = one_of(self.people, sent.path["id"])
        full = "contact_methods" in many(sent)
        return Said({"user": shown.whole_user(user, contacts=full)})

    def _contact_methods(self, sent: Sent) -> Said:
        user = one_of(self.people, sent.path["id"])
        return Said({"contact_methods": shown.contact_methods(user)})

    def _list_services(self, sent: Sent) -> Said:
        words = sent.query.get("query", "").casefold()
        found = [one for one in self.services if words in one.name.casefold()]
        found.sort(key=lambda one: one.name)
        return page_of(sent, "services", [shown.whole_service(one) for one in found])

    def _show_service(self, sent: Sent) -> Said:
        return Said({"service": shown.whole_service(one_of(self.services, sent.path["id"]))})

    def _show_policy(self, sent: Sent) -> Said:
        wanted = sent.path["id"]
        found = next((one for one in self.services if one.policy == wanted), None)
        if found is None:
            raise refusal(404, 5001, "Escalation Policy Not Found")
        return Said({"escalation_policy": shown.whole_policy(found)})

    def _oncalls(self, sent: Sent) -> Said:
        policies, schedules = many(sent, "escalation_policy_ids"), many(sent, "schedule_ids")
        services = [one for one in self.services if not policies or one.policy in policies]
        entries = shown.oncalls(services, self.clock.now(), users="users" in many(sent))
        if schedules:
            entries = [e for e in entries if e["schedule"] and e["schedule"]["id"] in schedules]
        return page_of(sent, "oncalls", entries)

    def _list_overrides(self, sent: Sent) -> Said:
        schedule = one_of(self.schedules, sent.path["id"])
        since, until = time_of(sent.query.get("since")), time_of(sent.query.get("until"))
        there = [one for one in schedule.overrides if one.starts < until and since < one.ends]
        return Said({"overrides": [shown.whole_override(one) for one in there]})

    def _override(self, sent: Sent) -> Said:
        schedule = one_of(self.schedules, sent.path["id"])
        return Said([self._overridden(schedule, raw) for raw in sent.body["overrides"]], 201)

    def _overridden(self, schedule: Schedule, raw: Mapping[str, Any]) -> dict[str, Any]:
        starts = max(time_of(raw["start"]), self.clock.now().replace(microsecond=0))
        made = Override(
            self._id(), one_of(self.people, raw["user"]["id"]), starts, time_of(raw["end"])
        )
        if made.ends <= made.starts:
            said = ["Override must end after its start"]
            return {"status": 400, "errors": said, "override": dict(raw)}
        schedule.overrides.append(made)
        return {"status": 201, "override": shown.whole_override(made)}

    def _list_incidents(self, sent: Sent) -> Said:
        found = list(self.pages)
        # An empty key is no filter there, either.
        if key := sent.query.get("incident_key"):
            found = [one for one in found if one.key == key]
        if states := many(sent, "statuses"):
            found = [one for one in found if one.state in states]
        if services := many(sent, "service_ids"):
            found = [one for one in found if one.service.id in services]
        if sent.query.get("sort_by") == "created_at:desc":
            found.reverse()
        return page_of(sent, "incidents", [shown.whole_incident(one, many(sent)) for one in found])

    def _create(self, sent: Sent) -> Said:
        raw = (sent.body or {}).get("incident") or {}
        title, key = raw.get("title") or "", raw.get("incident_key") or self._id()
        service = next(
            (one for one in self.services if one.id == raw.get("service", {}).get("id")), None
        )
        if service is None:
            raise refusal(400, 2001, "Invalid Input Provided", "Service cannot be found")
        if not title.strip() or len(title) > 1024:  # noqa: PLR2004  The length of an event's summary.
            raise refusal(400, 2001, "Invalid Input Provided", "Title cannot be empty or so long")
        if any((p.key, p.service) == (key, service) and p.state != "resolved" for p in self.pages):
            raise refusal(400, 2002, "Arguments Caused Error", OPEN_KEY)
        details = (raw.get("body") or {}).get("details", "")
        number, now = len(self.pages) + 1, self.clock.now()
        made = Incident(self._id("Q"), number, title, service, key, details, now)
        made.assigned = service.on_level(1, now)
        if not self.accepts_and_drops:
            made.woken += made.assigned
            self.pages.append(made)
            self._happened("triggered", made, self._sender(sent))
        return Said({"incident": shown.whole_incident(made)}, 201)

    def _incident(self, sent: Sent) -> Incident:
        return one_of(self.pages, sent.path["id"])

    def _show_incident(self, sent: Sent) -> Said:
        return Said({"incident": shown.whole_incident(self._incident(sent), many(sent))})

    def _change(self, sent: Sent) -> Said:
        page, sender = self._incident(sent), self._sender(sent)
        wanted = sent.body["incident"]
        if page.state == "resolved" and wanted.get("status") == "resolved":
            raise refusal(400, 1001, "Incident Already Resolved")
        match wanted:
            case {"status": "acknowledged"}:
                self.acknowledges(page, sender)
            case {"status": "resolved"}:
                self.resolves(page, sender)
            case {"escalation_level": int(level)}:
                self._escalate(page, level, sender)
            case _:
                raise refusal(400, 2001, "Invalid Input Provided", "Nothing is to be changed")
        return Said({"incident": shown.whole_incident(page)})

    def _escalate(self, page: Incident, level: int, agent: User | None) -> None:
        woken = page.service.on_level(level, self.clock.now())
        if page.state == "resolved" or not woken:
            raise refusal(400, 1006, "Cannot Escalate")
        page.state, page.level, page.assigned, page.acknowledged = "triggered", level, woken, []
        page.woken += woken
        self._happened("escalated", page, agent)

    def _log(self, sent: Sent) -> Said:
        entries = [
            {"type": f"{kind}_log_entry", "summary": summary, "created_at": shown.stamp(at)}
            for kind, summary, at in reversed(self._incident(sent).log)
        ]
        return page_of(sent, "log_entries", entries)

    def _list_notes(self, sent: Sent) -> Said:
        return Said({"notes": [shown.whole_note(one) for one in self._incident(sent).notes]})

    def _note(self, sent: Sent) -> Said:
        page, content = self._incident(sent), sent.body["note"]["content"]
        page.notes.append((self._id(), self._sender(sent), content, self.clock.now()))
        return Said({"note": shown.whole_note(page.notes[-1])})

    def _call_in(self, sent: Sent) -> Said:
        page, raw = self._incident(sent), sent.body
        if "coordinated_responding" not in self.abilities:
            raise refusal(402, 2014, "Missing Account Ability", "coordinated_responding")
        one_of(self.people, raw["requester_id"])
        for target in raw["responder_request_targets"]:
            user = one_of(self.people, target["responder_request_target"]["id"])
            page.asked.append((user, raw["message"], "pending"))
            page.woken.append(user)
        told = {"message": raw["message"], "requested_at": shown.stamp(self.clock.now())}
        targets = raw["responder_request_targets"]
        return Said({"responder_request": {**told, "responder_request_targets": targets}})

    def _happened(self, kind: str, page: Incident, agent: User | None) -> None:
        by = f" by {agent.name}" if agent else ""
        page.log.append((kind, f"{kind.capitalize()}{by}", self.clock.now()))
        self._made += 1
        self._hooks.tell(kind, page, agent, self._made)
        self.changed()

    def _id(self, first: str = "P") -> str:
        self._made += 1
        return f"{first}{self._made:06d}"
