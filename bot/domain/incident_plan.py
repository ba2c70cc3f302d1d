"""How incidents are met here: what follows from a severity and a service, and whom to call."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.incident import Incident, Severity


class StatusPageRule(StrEnum):
    """What a press does with the status page."""

    NOTHING = "nothing"
    DRAFT = "draft"
    PUBLISH = "publish"


@dataclass(frozen=True)
class SeverityRule:
    """What follows from a severity.

    *groups* are usergroups that are brought in. *update_every* is in minutes, nought for no clock.
    """

    sentence: str
    page: bool
    groups: tuple[str, ...] = ()
    update_every: int = 60
    status_page: StatusPageRule = StatusPageRule.NOTHING
    lock: bool = False


@dataclass(frozen=True)
class ServiceRule:
    """What is known of a service: whom the pager wakes for it, and what customers call it."""

    name: str
    pager: str | None = None
    components: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    environment: str | None = None


@dataclass(frozen=True)
class Plan:
    """How incidents are met here, as the settings say. Times are in seconds.

    *room* is the template of a room's name, *bridge* that of the address of a call. *announce* is
    the channel where incidents are made known. *acknowledge* is for how long a page may be
    unanswered; then the next level is woken, and last the service *fallback* (the pager's id).
    *pager* is the service that is paged where the incident's own is not known. The same trouble
    that is declared again within *same_within* is one incident. After *unled* somebody is asked to
    lead, after *stale* to say how it goes on. In a drill the service *drill_pager* is paged, and
    nobody where it is left out; a ticket is made only with *drill_tickets*.
    """

    severities: Mapping[Severity, SeverityRule]
    services: tuple[ServiceRule, ...] = ()
    room: str = "inc-{number}-{name}"
    announce: str | None = None
    bridge: str | None = None
    pager: str | None = None
    fallback: str | None = None
    acknowledge: float = 300.0
    same_within: float = 600.0
    unled: float = 300.0
    stale: float = 86400.0
    reaction: str = "pushpin"
    drill_pager: str | None = None
    drill_tickets: bool = False

    def rule(self, severity: Severity) -> SeverityRule:
        """Return what follows from *severity*."""
        return self.severities[severity]

    def service(self, name: str) -> ServiceRule:
        """Return what is known of the service *name*; of one not told here, its name alone."""
        wanted = name.casefold()
        known = (
            s for s in self.services if wanted in {s.name.casefold(), (s.pager or "").casefold()}
        )
        return next(known, ServiceRule(name))

    def paged(self, incident: Incident) -> str | None:
        """Return the pager's id of whom a press for *incident* wakes; None where that is nobody.

        A drill wakes who rehearses, and never anybody else.
        """
        if incident.drill:
            return self.drill_pager
        return self.service(incident.service).pager or self.pager


@dataclass(frozen=True)
class Contact:
    """Whom to call by telephone, as was known *at* that time."""

    name: str
    phones: tuple[str, ...]
    level: int
    at: datetime
