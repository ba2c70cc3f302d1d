"""A pretend Statuspage: one page with components and incidents, by the vendor's own API."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from typing_extensions import override

from bot.domain.clock import Clock
from playground.vendor import Act, Said, Sent, Vendor, VendorError

API = "/v1/pages/{page}"
LIMIT, WINDOW = 60, timedelta(seconds=60)
"""developer.statuspage.io: a request a second for a key, counted over a minute."""

LONGEST_NAME, LONGEST_BODY = 255, 25_000
STATUSES = ("investigating", "identified", "monitoring", "resolved")
IMPACTS = ("none", "minor", "major", "critical")
STATES = (
    "operational",
    "under_maintenance",
    "degraded_performance",
    "partial_outage",
    "major_outage",
)
_FIELDS = frozenset(
    {"name", "status", "body", "impact_override", "metadata", "components", "component_ids"}
)


@dataclass
class Component:
    """A part of the product as customers see it."""

    id: str
    name: str
    status: str = "operational"


@dataclass(frozen=True)
class Update:
    """Words that customers read."""

    status: str
    text: str
    at: datetime


@dataclass
class Published:
    """An incident as customers read it; *updates* and *components* in order, oldest first."""

    id: str
    title: str
    status: str
    impact: str
    at: datetime
    updates: list[Update] = field(default_factory=list)
    components: list[Component] = field(default_factory=list)
    metadata: dict[str, Any] = field(default_factory=dict)


class PretendStatuspage(Vendor):
    """See `Vendor`. The bot is told `api`; customers read `published`, oldest first."""

    name = "statuspage"

    def __init__(self, clock: Clock, page: str = "j1nvlvyv7w27", key: str = "pretend-key") -> None:
        super().__init__(clock)
        self.page = page
        self.key = key
        self.components: dict[str, Component] = {}
        self.published: list[Published] = []
        self.refuses_by = 420
        """The status of an answer that wants a pause; the real one takes 420 or 429."""

        self._asked: deque[datetime] = deque()

    @property
    def api(self) -> str:
        """Return the address of the API."""
        return f"{self.url}/v1/"

    def add_component(self, name: str) -> Component:
        """Show a component that works."""
        made = Component(f"cmp{len(self.components) + 1:09d}", name)
        self.components[made.id] = made
        return made

    @override
    def ways(self) -> Mapping[str, Act]:
        return {
            f"GET {API}": lambda _: Said({"id": self.page, "name": "How things are"}),
            f"GET {API}/components": self._list_components,
            f"GET {API}/incidents": self._list_incidents,
            f"POST {API}/incidents": self._create,
            f"GET {API}/incidents/unresolved": self._list_unresolved,
            f"GET {API}/incidents/{{incident}}": lambda sent: Said(self._told(self._one(sent))),
            f"PATCH {API}/incidents/{{incident}}": self._update,
        }

    @override
    def admits(self, sent: Sent) -> None:
        if sent.headers.get("authorization") != f"OAuth {self.key}":
            raise VendorError(401, {"error": "Could not authenticate"})
        now = self.clock.now()
        while self._asked and self._asked[0] <= now - WINDOW:
            self._asked.popleft()
        if len(self._asked) >= LIMIT:
            raise VendorError(self.refuses_by, {"error": "You have exceeded your API rate limit."})
        self._asked.append(now)
        if sent.path["page"] != self.page:
            raise VendorError(404, {"error": "Not found"})

    @override
    def too_many(self, seconds: int) -> Said:
        return Said({"error": "Too many requests"}, self.refuses_by, {"Retry-After": str(seconds)})

    def _list_components(self, sent: Sent) -> Said:
        shown = [self._shown(one) for one in self.components.values()]
        return Said(_page_of(shown, sent, "per_page"))

    def _list_incidents(self, sent: Sent) -> Said:
        return Said(_page_of([self._told(p) for p in reversed(self.published)], sent, "limit"))

    def _list_unresolved(self, sent: Sent) -> Said:
        unresolved = [p for p in reversed(self.published) if p.status != "resolved"]
        return Said(_page_of([self._told(p) for p in unresolved], sent, "per_page"))

    def _create(self, sent: Sent) -> Said:
        asked = self._asked_for(sent)
        if not asked.get("name"):
            raise VendorError(422, {"error": ["Name can't be blank"]})
        number = len(self.published) + 1
        made = Published(
            f"inc{number:09d}", asked["name"], "investigating", "none", self.clock.now()
        )
        self._apply(made, asked)
        self.published.append(made)
        return Said(self._told(made), 201)

    def _update(self, sent: Sent) -> Said:
        incident, asked = self._one(sent), self._asked_for(sent)
        self._apply(incident, asked)
        return Said(self._told(incident))

    def _one(self, sent: Sent) -> Published:
        found = [p for p in self.published if p.id == sent.path["incident"]]
        if not found:
            raise VendorError(404, {"error": "Not found"})
        return found[0]

    def _asked_for(self, sent: Sent) -> dict[str, Any]:
        """Return what is wanted of an incident; raises VendorError where it makes no sense."""
        asked = sent.body.get("incident") if isinstance(sent.body, dict) else None
        if not isinstance(asked, dict):
            raise VendorError(400, {"error": "incident is missing"})
        wrong = [*_wrong_words(asked), *self._wrong_components(asked)]
        if wrong:
            raise VendorError(422, {"error": wrong})
        return asked

    def _wrong_components(self, asked: Mapping[str, Any]) -> list[str]:
        states = asked.get("components", {})
        named = [*states, *asked.get("component_ids", [])]
        return [
            *(
                f"Component {one} is not on this page"
                for one in named
                if one not in self.components
            ),
            *(f"{state} is no status" for state in states.values() if state not in STATES),
        ]

    def _apply(self, incident: Published, asked: Mapping[str, Any]) -> None:
        incident.title = asked.get("name", incident.title)
        incident.status = asked.get("status", incident.status)
        incident.impact = asked.get("impact_override", incident.impact)
        incident.metadata = asked.get("metadata", incident.metadata)
        for one in asked.get("component_ids", []):
            if self.components[one] not in incident.components:
                incident.components.append(self.components[one])
        for one, state in asked.get("components", {}).items():
            self.components[one].status = state
        if asked.get("body"):
            words = Update(incident.status, asked["body"], self.clock.now())
            incident.updates.append(words)

    def _told(self, incident: Published) -> dict[str, Any]:
        """Return *incident* as the API tells it: what was said last comes first."""
        return {
            "id": incident.id,
            "page_id": self.page,
            "name": incident.title,
            "status": incident.status,
            "impact": incident.impact,
            "created_at": incident.at.isoformat(),
            "shortlink": f"https://stspg.example/{incident.id}",
            "metadata": incident.metadata,
            "incident_updates": [
                {"status": said.status, "body": said.text, "created_at": said.at.isoformat()}
                for said in reversed(incident.updates)
            ],
            "components": [self._shown(one) for one in incident.components],
        }

    def _shown(self, component: Component) -> dict[str, Any]:
        position = list(self.components).index(component.id) + 1
        return {
            "id": component.id,
            "name": component.name,
            "status": component.status,
            "position": position,
            "group": False,
            "group_id": None,
        }


def _wrong_words(asked: Mapping[str, Any]) -> list[str]:
    """Return what the page will not take of *asked*, in its own words."""
    checks = {
        "Name is too long (maximum is 255 characters)": len(asked.get("name", "")) <= LONGEST_NAME,
        "Body is too long (maximum is 25000 characters)": (
            len(asked.get("body", "")) <= LONGEST_BODY
        ),
        "Status is not included in the list": asked.get("status", STATUSES[0]) in STATUSES,
        "Impact override is not included in the list": (
            asked.get("impact_override", IMPACTS[0]) in IMPACTS
        ),
        "Metadata's top level values must be objects": all(
            isinstance(value, dict) for value in asked.get("metadata", {}).values()
        ),
    }
    unknown = [f"{name} is unknown" for name in asked if name not in _FIELDS]
    return [*(words for words, fine in checks.items() if not fine), *unknown]


def _page_of(entries: list[dict[str, Any]], sent: Sent, size: str) -> list[dict[str, Any]]:
    each = min(int(sent.query.get(size, 100)), 100)
    first = (int(sent.query.get("page", 1)) - 1) * each
    return entries[first : first + each]
