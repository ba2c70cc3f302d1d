"""Rehearse: a press that is real, and that nobody feels who does not rehearse."""

from pydantic import Field

from bot.authoring import (
    UNKNOWN_SERVICE,
    Context,
    Freezes,
    Incident,
    IncidentDraft,
    Incidents,
    Moment,
    MomentKind,
    Note,
    Params,
    Result,
    Risk,
    Saying,
    Severity,
    operation,
)
from commands.incident.choices import Service
from commands.incident.declare import declared
from commands.incident.limbs import Hands
from commands.incident.press import press
from commands.incident.scenarios import SCENARIOS, Scenario, ScenarioName
from integrations.ports import Chat, Pager, StatusPage, Tracker


class RunDrill(Params):
    scenario: ScenarioName = ScenarioName.CALM
    """What is made to fail, at our own side: calm makes nothing fail."""

    title: str = Field("Rehearsal", min_length=1, max_length=200)
    """What is wrong in the story, in a few words."""

    severity: Severity = Severity.SEV2
    """How bad it is in the story."""

    service: Service = UNKNOWN_SERVICE
    """What is broken in the story."""


@operation("incident.drill", risk=Risk.CHANGE, aside=True, timeout=180)
async def run_drill(  # noqa: PLR0913  Its signature is its reach.
    params: RunDrill,
    ctx: Context,
    *,
    incidents: Incidents,
    chat: Chat,
    pager: Pager,
    tracker: Tracker,
    status_page: StatusPage,
    freezes: Freezes,
) -> Result:
    """Rehearse an incident: a real press that nobody else feels."""
    # Each drill is one of its own: who rehearses twice wants two.
    draft = IncidentDraft(
        title=params.title,
        severity=params.severity,
        service=params.service,
        drill=True,
        anyway=True,
    )
    made = await ctx.step("Write it down", incidents.declare, draft, ctx.actor, ctx.invocation)
    scenario = SCENARIOS[params.scenario]
    told = Moment(
        source="drill",
        at=ctx.clock.now(),
        kind=MomentKind.NOTE,
        text=scenario.told,
        by=ctx.actor.id,
        by_name=ctx.actor.name,
    )
    await incidents.change(made.incident.id, lambda i: i, told)
    real = Hands(incidents, chat, pager, tracker, status_page, freezes)
    incident = await press(ctx, scenario.around(real, ctx.clock), made.incident)
    await _mark(incidents, incident, scenario)
    return declared(incident)


async def _mark(incidents: Incidents, incident: Incident, scenario: Scenario) -> None:
    """Say in the room that it is a drill, and what is made to fail."""
    if incident.room is None:
        return
    note = Note(
        message=scenario.told,
        fix=f"`/ops incident.score incident={incident.short}` says how it goes.",
    )
    say = (Saying("drill", note, incident.room),)
    await incidents.change(incident.id, lambda i: i, say=say)
