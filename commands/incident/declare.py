"""Declare an incident: one press sets everything going."""

from typing import Annotated

from pydantic import Field

from bot.authoring import (
    UNKNOWN_SERVICE,
    Context,
    Freezes,
    Hidden,
    Incident,
    IncidentDraft,
    Incidents,
    LimbState,
    Params,
    Press,
    Result,
    Risk,
    Severity,
    operation,
)
from commands.incident.choices import Service
from commands.incident.limbs import Hands
from commands.incident.press import press
from integrations.ports import Chat, Pager, StatusPage, Tracker


class DeclareIncident(Params):
    title: str = Field(min_length=1, max_length=200)
    """What is wrong, in a few words."""

    severity: Severity = Severity.SEV3
    """How bad it is: SEV1 is the worst. It can be changed later."""

    service: Service = UNKNOWN_SERVICE
    """What is broken. Unknown is an answer."""

    private: bool = False
    """Only those in its channel learn of it."""

    source: Annotated[Hidden[str | None], Field(max_length=500)] = None
    """A link to where it was noticed."""

    anyway: Hidden[bool] = False
    """Although the same was declared just now."""


@operation("incident.declare", risk=Risk.CHANGE, aside=True, timeout=180)
async def declare_incident(  # noqa: PLR0913  Its signature is its reach.
    params: DeclareIncident,
    ctx: Context,
    *,
    incidents: Incidents,
    chat: Chat,
    pager: Pager,
    tracker: Tracker,
    status_page: StatusPage,
    freezes: Freezes,
) -> Result:
    """Declare an incident: page, channel, people, ticket, all at once."""
    draft = IncidentDraft(
        title=params.title,
        severity=params.severity,
        service=params.service,
        private=params.private,
        source=params.source,
        anyway=params.anyway,
    )
    made = await ctx.step("Write it down", incidents.declare, draft, ctx.actor, ctx.invocation)
    if not made.fresh:
        return already(made.incident, params)
    hands = Hands(incidents, chat, pager, tracker, status_page, freezes)
    return declared(await press(ctx, hands, made.incident))


def declared(incident: Incident) -> Result:
    """Tell of *incident* what was seen to be so, and what was not."""
    page = incident.limb("page")
    woken = f" {page.note}." if page and page.note else ""
    stuck = [x.label for x in incident.limbs if x.state in {LimbState.FAILED, LimbState.UNKNOWN}]
    cure = "its channel has buttons for that" if incident.room else "try again below"
    trouble = f" Not done: {', '.join(stuck)}; {cure}." if stuck else ""
    where = f" in #{incident.room_name}" if incident.room else ", without a channel so far"
    return Result(
        f"{incident.short} ({incident.name}) is declared{where}.{woken}{trouble}",
        link=incident.room_url or None,
        presses=retries(incident) if incident.room is None else (),
    )


def retries(incident: Incident) -> tuple[Press, ...]:
    """Return a button for each limb that is stuck, for where there is no channel to have them."""
    stuck = [x for x in incident.limbs if x.state in {LimbState.FAILED, LimbState.UNKNOWN}]
    return tuple(
        Press(
            label=f"Try again: {limb.label}",
            operation="incident.retry",
            params={"limb": limb.name, "incident": incident.short},
        )
        for limb in stuck[:4]
    )


def already(incident: Incident, params: DeclareIncident) -> Result:
    """Offer to join what was declared just before, or to declare another one all the same."""
    where = f"#{incident.room_name}" if incident.room else incident.short
    other = {
        "title": params.title,
        "severity": params.severity.value,
        "service": params.service,
        "private": "yes" if params.private else "no",
        "anyway": "yes",
        **({"source": params.source} if params.source else {}),
    }
    join = Press(
        label=f"Join {where}",
        operation="incident.join",
        params={"incident": incident.short},
        style="primary",
    )
    another = Press(label="Declare another one", operation="incident.declare", params=other)
    return Result(
        f"{incident.declared_by_name} declared {incident.short} for {incident.service!r} just "
        f"before: {incident.title}. Nothing new was opened.",
        link=incident.room_url or None,
        presses=(join, another),
    )
