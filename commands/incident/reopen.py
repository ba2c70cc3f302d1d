"""Open an incident again."""

from pydantic import Field

from bot.authoring import (
    Context,
    Incident,
    Incidents,
    IntegrationError,
    MomentKind,
    Params,
    Prompt,
    Refused,
    Result,
    Risk,
    Status,
    operation,
)
from commands.incident.acting import (
    from_elsewhere,
    happened,
    meant,
    moment,
    next_due,
    not_merged,
    sentence,
)
from commands.incident.choices import Which
from integrations.ports import Chat


class ReopenIncident(Params):
    reason: str = Field(min_length=5, max_length=300)
    """What shows that it is not over."""

    incident: Which = ""
    """Which incident; left out, that of the channel."""


@operation("incident.reopen", risk=Risk.CHANGE)
async def reopen_incident(
    params: ReopenIncident, ctx: Context, *, incidents: Incidents, chat: Chat
) -> Result:
    """Open an incident again that is not over after all."""
    before, now = await meant(params.incident, ctx, incidents), ctx.clock.now()
    again = await happened(ctx, incidents, before, "reopen")
    if not again:
        _over(before)
    is_open, trouble = await _room(ctx, chat, before)

    def reopened(incident: Incident) -> Incident:
        _over(incident)
        after = incident.with_(
            status=Status.INVESTIGATING,
            mitigated_at=None,
            resolved_at=None,
            ended_at=None,
            reason="",
            reminded_at=None,
            room_open=is_open,
        )
        return after.with_(next_update_at=next_due(incidents, after, now))

    line = f"{ctx.actor.name} opened it again: {sentence(params.reason)}"
    told = moment(ctx, "reopen", MomentKind.STATUS, line)
    said = before.with_(room_open=is_open)
    say = from_elsewhere(ctx, said, "reopen", Prompt(message=line))
    incident = await incidents.change(before.id, reopened, told, say=say)
    return Result(f"{incident.short} is open again.{trouble}", link=incident.room_url or None)


def _over(incident: Incident) -> None:
    not_merged(incident)
    if incident.is_open:
        raise Refused(
            f"{incident.short} is {incident.status}, so it is open already.",
            fix="`/incident status` says how far it is.",
        )
    if not incident.limbs:
        raise Refused(
            f"{incident.short} was written down afterwards: it has no channel to be opened again.",
            fix="`/incident declare` sets everything going for what is not over.",
        )


async def _room(ctx: Context, chat: Chat, incident: Incident) -> tuple[bool, str]:
    """Open an archived channel again; return whether it is open, and what is in the way."""
    if incident.room is None or incident.room_open:
        return incident.room_open, ""
    try:
        await ctx.step("Open the channel again", chat.reopen, incident.room)
    except IntegrationError as error:
        return False, f" Its channel is still archived: {error.message} Unarchive it in Slack."
    return True, ""
