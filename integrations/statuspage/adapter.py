"""The `StatusPage` port over Atlassian Statuspage.

It has no key for a request, so ours stands in an incident's metadata and is looked for there. The
keys of later words stand there, too, sent in the same request as the words.
"""

import asyncio
import re
from collections.abc import Sequence
from typing import Any

from bot.domain.clock import Clock
from bot.domain.errors import OutcomeUnknown
from integrations.guard import Guard, Limits
from integrations.ports.status_page import (
    Bulletin,
    Component,
    Impact,
    Publication,
    PublicStatus,
)
from integrations.statuspage.client import PAGE_OF, Incident, Part, StatuspageClient
from integrations.statuspage.config import StatuspageConfig
from integrations.statuspage.errors import classify

LIMITS = Limits(per_minute=30, burst=60)
"""developer.statuspage.io: one request a second for a key, counted over a minute. Half of the sixty
may come at once, as several incidents may begin in one moment; the others come one by one."""

REMEMBERED = 50
"""Keys of later words that an incident's metadata holds, the newest."""

LOOKS, FRESH = (0.0, 1.0, 2.0), 30.0
"""Seconds before each look for what was not answered, where that was so many seconds ago at most:
the page may still be making it."""

OURS = "redbutton"
_SHOWN_AS = {
    Impact.NONE: "operational",
    Impact.MINOR: "degraded_performance",
    Impact.MAJOR: "partial_outage",
    Impact.CRITICAL: "major_outage",
}
_RESOLVED = PublicStatus.RESOLVED
_LINK = re.compile(r"https?://[!-~]{1,500}")
_LONGEST_TITLE = 255
# What the page calls trouble that is over, beside `resolved`.
_OVER = frozenset({"postmortem", "completed"})


class Statuspage:
    """See `StatusPage`."""

    def __init__(self, config: StatuspageConfig, clock: Clock, limits: Limits = LIMITS) -> None:
        self._guard = Guard("Statuspage", classify, clock, limits)
        self._client = StatuspageClient(config, self._guard)
        self._clock = clock
        self._lost: dict[str, float] = {}
        # Whoever looks for a key and then writes must not be overtaken in between.
        self._writing = asyncio.Lock()

    @property
    def trouble(self) -> str | None:
        """See `Guard.trouble`."""
        return self._guard.trouble

    async def components(self) -> Sequence[Component]:
        """See `StatusPage.components`."""
        parts = await self._client.parts()
        groups = {part.id: part.position for part in parts if part.group}

        def place(part: Part) -> tuple[int, int]:
            return groups.get(part.group_id or "", part.position), part.position

        shown = sorted((part for part in parts if not part.group), key=place)
        return [Component(id=p.id, name=p.name, status=p.status or "operational") for p in shown]

    async def published(self) -> Sequence[Publication]:
        """See `StatusPage.published`."""
        found = sorted(await self._client.unresolved(), key=_made, reverse=True)
        return [_publication(one) for one in found if _status(one) not in {None, _RESOLVED}]

    async def publish(self, bulletin: Bulletin, *, key: str) -> Publication:
        """See `StatusPage.publish`."""
        async with self._writing:
            found = await self._find(key)
            if found is not None:
                return _as_first(found, bulletin.status)
            try:
                return _publication(await self._client.create(_incident(bulletin, key)))
            except OutcomeUnknown:
                self._lost = {k: at for k, at in self._lost.items() if self._is_fresh(at)}
                self._lost[key] = self._clock.monotonic()
                raise

    async def find_published(self, key: str) -> Publication | None:
        """See `StatusPage.find_published`.

        Looks three times within three seconds where *key* was not answered just now. None can still
        be wrong where the page goes on making it after that.
        """
        lost = self._lost.get(key)
        looks = LOOKS if lost is not None and self._is_fresh(lost) else LOOKS[:1]
        for pause in looks:
            if pause:
                await self._clock.sleep(pause)
            if (found := await self._find(key)) is not None:
                return _publication(found)
        return None

    async def amend(
        self, publication: str, status: PublicStatus, message: str, *, key: str
    ) -> Publication:
        """See `StatusPage.amend`."""
        async with self._writing:
            there = await self._client.incident(publication)
            if _said(there, status, message, key):
                return _as_first(there, status)
            changes: dict[str, Any] = {
                "status": status.value,
                "body": message,
                "metadata": _with_key(there, key),
            }
            if status is _RESOLVED and (well := await self._well_again(there)):
                changes |= _touching(well, Impact.NONE)
            return _publication(await self._client.update(publication, changes))

    async def check(self) -> None:
        """Ask for the page, to see whether it answers; raises what `components` raises."""
        await self._client.page()

    async def close(self) -> None:
        """Let go of the page."""
        await self._client.close()

    def _is_fresh(self, at: float) -> bool:
        return self._clock.monotonic() - at < FRESH

    async def _find(self, key: str) -> Incident | None:
        """Return the incident that *key* made, among the newest and those not resolved."""
        recent = await self._client.recent()
        found = _with(key, recent)
        if found is not None or len(recent) < PAGE_OF:
            return found
        return _with(key, await self._client.unresolved())

    async def _well_again(self, over: Incident) -> list[str]:
        """Return the components that only *over* holds to be in trouble."""
        _, *troubles = _SHOWN_AS.values()
        touched = [part.id for part in over.components or () if part.status in troubles]
        if not touched:
            return []
        others = [one for one in await self._client.unresolved() if one.id != over.id]
        held = {part.id for one in others for part in one.components or ()}
        return [component for component in touched if component not in held]


def _incident(bulletin: Bulletin, key: str) -> dict[str, Any]:
    over = bulletin.status is _RESOLVED
    made: dict[str, Any] = {
        "name": bulletin.title,
        "status": bulletin.status.value,
        "body": bulletin.message,
        "impact_override": bulletin.impact.value,
        "metadata": {OURS: {"key": key}},
    }
    if bulletin.components:
        made |= _touching(bulletin.components, Impact.NONE if over else bulletin.impact)
    return made


def _touching(components: Sequence[str], impact: Impact) -> dict[str, Any]:
    return {
        "component_ids": list(components),
        "components": dict.fromkeys(components, _SHOWN_AS[impact]),
    }


def _made(incident: Incident) -> str:
    return incident.created_at or ""


def _ours(incident: Incident) -> dict[str, Any]:
    held = (incident.metadata or {}).get(OURS)
    return held if isinstance(held, dict) else {}


def _with(key: str, incidents: Sequence[Incident]) -> Incident | None:
    return next((one for one in incidents if _ours(one).get("key") == key), None)


def _keys(incident: Incident) -> list[str]:
    """Return the keys of later words that were said of *incident*, oldest first."""
    held = _ours(incident).get("amended")
    return [str(key) for key in held] if isinstance(held, list) else []


def _with_key(incident: Incident, key: str) -> dict[str, Any]:
    """Return the metadata of *incident* with *key* added; what others keep there stays."""
    amended = [*_keys(incident), key][-REMEMBERED:]
    return {**(incident.metadata or {}), OURS: {**_ours(incident), "amended": amended}}


def _said(incident: Incident, status: PublicStatus, message: str, key: str) -> bool:
    """Say whether *key* has said this; where no key is remembered the newest words decide."""
    if keys := _keys(incident):
        return key in keys
    newest = max(incident.incident_updates or (), key=lambda u: u.created_at or "", default=None)
    return newest is not None and (newest.status, newest.body) == (status.value, message)


def _status(incident: Incident) -> PublicStatus | None:
    """Return how far the trouble is; None where it is none, but planned work."""
    if incident.status in _OVER:
        return _RESOLVED
    return PublicStatus(incident.status) if incident.status in list(PublicStatus) else None


def _publication(incident: Incident) -> Publication:
    link = incident.shortlink or ""
    return Publication(
        id=incident.id,
        url=link if _LINK.fullmatch(link) else None,
        title=incident.name[:_LONGEST_TITLE],
        status=_status(incident) or PublicStatus.MONITORING,
        impact=Impact(incident.impact) if incident.impact in list(Impact) else Impact.NONE,
    )


def _as_first(found: Incident, status: PublicStatus) -> Publication:
    """Return the answer that was given first, however the page has moved on since."""
    return _publication(found).model_copy(update={"status": status})
