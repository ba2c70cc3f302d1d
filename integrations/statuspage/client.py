"""Statuspage's API, as far as it is needed: each answer read, nothing repeated."""

import re
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from bot.domain.errors import Rejected
from integrations.guard import Guard
from integrations.statuspage.config import StatuspageConfig
from integrations.web import Web

PAGE_OF = 50
"""Entries asked for at once: an incident with its history can have some fifty kilobytes."""

MOST_PAGES = 10

_ID = re.compile(r"[A-Za-z0-9]{1,64}")
T = TypeVar("T")


class _Told(BaseModel):
    """What Statuspage tells; it may tell more than is read."""

    model_config = ConfigDict(frozen=True)


class Part(_Told):
    """A component, or a group of them."""

    id: str
    name: str
    status: str = ""
    position: int = 0
    group: bool | None = False
    group_id: str | None = None


class Update(_Told):
    """One thing that was said of an incident."""

    status: str
    body: str | None = ""
    created_at: str | None = ""


class Incident(_Told):
    """An incident, as the page has it."""

    id: str
    name: str
    status: str
    impact: str | None = None
    shortlink: str | None = None
    created_at: str | None = ""
    metadata: dict[str, Any] | None = None
    incident_updates: list[Update] | None = Field(default_factory=list)
    components: list[Part] | None = Field(default_factory=list)


class _Page(_Told):
    id: str


_PARTS, _INCIDENTS = TypeAdapter(list[Part]), TypeAdapter(list[Incident])


class StatuspageClient:
    """Asks for one page, through *guard*. Must be closed."""

    def __init__(self, config: StatuspageConfig, guard: Guard) -> None:
        self._guard = guard
        self._web = Web(config.url, {"Authorization": f"OAuth {config.key.get_secret_value()}"})
        self._page = f"pages/{config.page}"

    async def page(self) -> None:
        """Ask for the page itself, even where Statuspage has been silent."""

        async def call() -> _Page:
            return _Page.model_validate(await self._web.get(self._page))

        await self._guard.calling(call, writes=False, insist=True)

    async def parts(self) -> list[Part]:
        """Return the components and their groups."""
        return await self._all("components", _PARTS)

    async def unresolved(self) -> list[Incident]:
        """Return the incidents that are not resolved."""
        return await self._all("incidents/unresolved", _INCIDENTS)

    async def recent(self) -> list[Incident]:
        """Return the newest `PAGE_OF` incidents, resolved ones too."""
        return await self._listed("incidents", {"limit": PAGE_OF}, _INCIDENTS)

    async def incident(self, incident: str) -> Incident:
        """Return one incident. Raises Rejected where *incident* cannot be an id."""
        path = self._path(incident)

        async def call() -> Incident:
            return Incident.model_validate(await self._web.get(path))

        return await self._guard.calling(call, writes=False)

    async def create(self, incident: Mapping[str, Any]) -> Incident:
        """Make an incident."""

        async def call() -> Incident:
            made = await self._web.post(f"{self._page}/incidents", {"incident": incident})
            return Incident.model_validate(made)

        return await self._guard.calling(call, writes=True)

    async def update(self, incident: str, changes: Mapping[str, Any]) -> Incident:
        """Change an incident."""
        path = self._path(incident)

        async def call() -> Incident:
            changed = await self._web.patch(path, {"incident": changes})
            return Incident.model_validate(changed)

        return await self._guard.calling(call, writes=True)

    async def close(self) -> None:
        """Let go of Statuspage."""
        await self._guard.close()
        await self._web.close()

    def _path(self, incident: str) -> str:
        if not _ID.fullmatch(incident):
            raise Rejected(
                f"{incident[:80]!r} cannot be the id of an incident on the status page.",
                fix="Give the id that the page has for it, like p31zjtct2jer.",
            )
        return f"{self._page}/incidents/{incident}"

    async def _all(self, what: str, adapter: TypeAdapter[list[T]]) -> list[T]:
        found: list[T] = []
        for number in range(1, MOST_PAGES + 1):
            query = {"page": number, "per_page": PAGE_OF}
            more = await self._listed(what, query, adapter)
            found += more
            if len(more) < PAGE_OF:
                break
        return found

    async def _listed(
        self, what: str, query: Mapping[str, str | int], adapter: TypeAdapter[list[T]]
    ) -> list[T]:
        async def call() -> list[T]:
            return adapter.validate_python(await self._web.get(f"{self._page}/{what}", query))

        return await self._guard.calling(call, writes=False)
