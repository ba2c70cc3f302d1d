"""Say how bad an incident is, and set going what a worse one wants."""

import asyncio

from pydantic import Field

from bot.authoring import (
    Context,
    Freezes,
    Incident,
    Incidents,
    Limb,
    LimbState,
    MomentKind,
    Params,
    Prompt,
    Refused,
    Result,
    Risk,
    Severity,
    StatusPageRule,
    operation,
)
from commands.incident.acting import (
    from_elsewhere,
    meant,
    moment,
    next_due,
    not_ended,
    sentence,
)
from commands.incident.choices import Which
from commands.incident.limbs import LIMBS, Hands, wanted
from commands.incident.press import carry_out
from integrations.ports import Chat, Pager, StatusPage, Tracker

_WORST_FIRST = list(Severity)
_BUSY = frozenset({LimbState.RUNNING, LimbState.DONE, LimbState.BY_HAND, LimbState.SKIPPED})


class SetSeverity(Params):
    severity: Severity
    """How bad it is: SEV1 is the worst."""

    reason: str = Field(min_length=5, max_length=300)
    """Why, in one sentence."""

    incident: Which = ""
    """Which incident; left out, that of the channel."""


@operation("incident.severity", risk=Risk.CHANGE, timeout=180)
async def set_severity(  # noqa: PLR0913  Its signature is its reach.
    params: SetSeverity,
    ctx: Context,
    *,
    incidents: Incidents,
    chat: Chat,
    pager: Pager,
    tracker: Tracker,
    status_page: StatusPage,
    freezes: Freezes,
) -> Result:
    """Say how bad an incident is; a worse one wakes whom it must."""
    before = await meant(params.incident, ctx, incidents)

    def changed(incident: Incident) -> Incident:
        not_ended(incident)
        if incident.severity is params.severity:
            raise Refused(
                f"{incident.short} is {params.severity} already.", fix="Choose another severity."
            )
        after = incident.with_(severity=params.severity, reminded_at=None)
        after = after.with_(next_update_at=next_due(incidents, after, ctx.clock.now()))
        worse = _WORST_FIRST.index(params.severity) < _WORST_FIRST.index(incident.severity)
        if not (worse and incident.is_open):
            return after
        return _planned(ctx, incidents, after, incident.severity)

    line = f"{ctx.actor.name} made it {params.severity}: {sentence(params.reason)}"
    told = moment(ctx, "severity", MomentKind.SEVERITY, line)
    say = from_elsewhere(ctx, before, "severity", Prompt(message=line))
    incident = await incidents.change(before.id, changed, told, say=say)
    hands = Hands(incidents, chat, pager, tracker, status_page, freezes)
    mine = [x.name for x in incident.limbs if x.run == ctx.invocation and _is_mine(x)]
    done = await asyncio.gather(*(carry_out(ctx, hands, incident.id, name) for name in mine))
    came = (sentence(f"{limb.label}: {limb.note or limb.state}") for limb in done)
    return Result(" ".join((f"{incident.short} is {params.severity}.", *came)))


def _is_mine(limb: Limb) -> bool:
    """Say whether this run set *limb* going and has not come to its end."""
    return limb.state in {LimbState.PLANNED, LimbState.RUNNING}


def _planned(ctx: Context, incidents: Incidents, incident: Incident, before: Severity) -> Incident:
    """Return *incident* with what its severity wants and the one *before* had not set going.

    It is written down in the same moment as the severity, so that no crash can lose a page.
    """
    known = {limb.name: limb for limb in incident.limbs}
    for name in wanted(incident, incidents):
        limb = known.get(name)
        if limb is None or _again(incidents, incident, limb, before):
            label = LIMBS[name][0]
            known[name] = Limb(name=name, label=label, run=ctx.invocation)
    return incident.with_(limbs=tuple(known[name] for name in LIMBS if name in known))


def _again(incidents: Incidents, incident: Incident, limb: Limb, before: Severity) -> bool:
    """Say whether *limb* is set going once more.

    Where nobody was woken yet, other groups come in, or customers are told what was a draft.
    """
    if limb.name == "page":
        return limb.state not in _BUSY and not any(call.woken for call in incident.calls)
    if limb.name == "people":
        groups = set(incidents.plan.rule(incident.severity).groups)
        more = groups - set(incidents.plan.rule(before).groups)
        return bool(more) and not incident.private and incident.room is not None
    if limb.name == "status_page":
        publishes = incidents.plan.rule(incident.severity).status_page is StatusPageRule.PUBLISH
        # What was a draft so far; whoever wrote to customers meanwhile has told them better.
        left = limb.state in _BUSY - {LimbState.DONE}
        return publishes and not incident.public and not left
    return False
