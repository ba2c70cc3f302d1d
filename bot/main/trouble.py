"""Joins what keeps incidents, and what is asked for them of vendors."""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import SecretStr
from starlette.types import ASGIApp

from bot.domain.clock import Clock
from bot.domain.hints import Hint, Vendor
from bot.domain.ports import Incidents
from bot.http.webhooks import Webhooks
from bot.main.kept import Kept
from bot.main.known import Known
from bot.main.vendors import Vendors
from bot.pipeline.incidents.acts import Acts
from bot.pipeline.incidents.desk import IncidentDesk
from bot.pipeline.incidents.dressing import Dresser
from bot.pipeline.incidents.gathering import Gathering
from bot.pipeline.incidents.hints import Hints
from bot.pipeline.incidents.leftovers import Leftovers
from bot.pipeline.incidents.mending import Mending
from bot.pipeline.incidents.proof import Proof
from bot.pipeline.incidents.reminding import Reminding
from bot.pipeline.incidents.rounds import Rounds
from bot.pipeline.incidents.scoring import Scoring
from bot.pipeline.incidents.watch import Watch
from bot.pipeline.incidents.witness import Witness
from bot.pipeline.timers import Timers
from bot.settings import Settings
from bot.store.incidents import SqlIncidents
from integrations.ports import Chat, Pager, StatusPage, Tracker


@dataclass(frozen=True)
class Troubles:
    """What keeps incidents, and what is reached for them."""

    desk: IncidentDesk
    vendors: Vendors
    kept: Kept
    known: Known
    clock: Clock


def troubles_of(
    settings: Settings, known: Known, kept: Kept, vendors: Vendors, clock: Clock
) -> Troubles:
    """Return the incidents, and provide them and all that they reach."""
    shelf = SqlIncidents(kept.store, kept.sealer, kept.outbox.drafted)
    desk = IncidentDesk(shelf, settings.incident.plan(), clock, settings.policy.incident)
    known.ports.provide(Incidents, desk)
    known.ports.provide(Chat, vendors.chat)
    known.ports.provide(Pager, vendors.pager)
    known.ports.provide(Tracker, vendors.tracker)
    known.ports.provide(StatusPage, vendors.status_page)
    return Troubles(desk, vendors, kept, known, clock)


def watch_over(on: Troubles, timers: Timers) -> Rounds:
    """Have incidents looked after; return what learns whom to call."""
    desk, book, vendors = on.desk, on.kept.book, on.vendors
    acts = Acts(book, on.known.catalogue, on.clock)
    mending = Mending(
        desk,
        book,
        acts,
        chat=vendors.chat,
        pager=vendors.pager,
        tracker=vendors.tracker,
        status_page=vendors.status_page,
    )
    duties = (
        mending,
        Proof(desk, vendors.pager, acts),
        Leftovers(desk, vendors.pager, acts),
        Gathering(desk, vendors.chat, acts),
        Reminding(desk, acts),
        Scoring(desk, acts),
        Dresser(desk, vendors.chat),
    )
    Watch(desk, duties, book, on.clock).join(timers)
    _hints(on).join(timers)
    Witness(desk, book, on.known.catalogue).join(timers)
    return Rounds(desk, vendors.pager, on.clock)


def webhooks_of(settings: Settings, on: Troubles) -> ASGIApp | None:
    """Return the door for vendors' webhooks, where one has a secret."""
    told: Mapping[Vendor, SecretStr | None] = {
        "pagerduty": settings.pagerduty_secret,
        "jira": settings.jira_secret,
    }
    secrets = {name: value.get_secret_value() for name, value in told.items() if value}
    if not secrets:
        return None
    return Webhooks(secrets, _Told(_hints(on)), on.clock, on.vendors.ourselves)


class _Told:
    """Implements `Hints`: each vendor's news to what looks into it."""

    def __init__(self, hints: Hints) -> None:
        self._hints = hints

    async def take(self, hint: Hint) -> bool:
        """See `Hints.take`."""
        match hint.vendor:
            case "pagerduty":
                return await self._hints.page_changed(hint.event, hint.about)
            case "jira":
                return await self._hints.ticket_changed(hint.event, hint.about)


def _hints(on: Troubles) -> Hints:
    acts = Acts(on.kept.book, on.known.catalogue, on.clock)
    return Hints(on.desk, on.vendors.tracker, acts, on.clock)
