"""Joins what keeps incidents, and what is asked for them of vendors."""

from bot.domain.clock import Clock
from bot.domain.ports import Incidents
from bot.main.kept import Kept
from bot.main.known import Known
from bot.pipeline.incidents.desk import IncidentDesk
from bot.pipeline.wiring import Absent
from bot.settings import Settings
from bot.store.incidents import SqlIncidents
from integrations.ports import Chat, Pager, StatusPage, Tracker


def incidents_of(settings: Settings, known: Known, kept: Kept, clock: Clock) -> IncidentDesk:
    """Return the incidents, and provide them."""
    shelf = SqlIncidents(kept.store, kept.sealer, kept.outbox.drafted)
    desk = IncidentDesk(shelf, settings.incident.plan(), clock, settings.policy.incident)
    known.ports.provide(Incidents, desk)
    for port, absent in ABSENT.items():
        known.ports.provide(port, absent)
    return desk


ABSENT = {
    Pager: Absent(
        "No pager is set up here.", "Set `PAGERDUTY_API_TOKEN`; docs/how-to/pagerduty.md."
    ),
    Tracker: Absent("No ticket tracker is set up here.", "Set `JIRA_URL`; docs/how-to/jira.md."),
    StatusPage: Absent(
        "No status page is set up here.", "Set `STATUSPAGE_API_KEY`; docs/how-to/statuspage.md."
    ),
    Chat: Absent("Channels cannot be opened here.", "It comes with Slack's own set-up."),
}
"""What stands where a vendor is not set up."""
