"""Archive an incident's channel."""

from bot.authoring import (
    ENDED,
    Context,
    Incident,
    Incidents,
    MomentKind,
    Params,
    Refused,
    Result,
    Risk,
    operation,
)
from commands.incident.acting import happened, meant, moment
from commands.incident.choices import Which
from integrations.ports import Chat


class ArchiveRoom(Params):
    incident: Which = ""
    """Which incident; left out, that of the channel."""


# Nothing can be written into an archived channel, so who asked is told aside.
@operation("incident.archive", risk=Risk.CHANGE, aside=True)
async def archive_room(
    params: ArchiveRoom, ctx: Context, *, incidents: Incidents, chat: Chat
) -> Result:
    """Archive the channel of an incident that has ended."""
    before = await meant(params.incident, ctx, incidents)
    if not await happened(ctx, incidents, before, "archive"):
        _may_be_archived(before)
    await ctx.step("Archive the channel", chat.archive, before.room or "")

    def archived(incident: Incident) -> Incident:
        return incident.with_(room_open=False)

    line = f"{ctx.actor.name} archived the channel."
    told = moment(ctx, "archive", MomentKind.ENDED, line)
    incident = await incidents.change(before.id, archived, told)
    return Result(f"#{incident.room_name} is archived; it can still be read.")


def _may_be_archived(incident: Incident) -> None:
    if incident.room is None or not incident.room_open:
        raise Refused(f"{incident.short} has no open channel.", fix="Nothing is left to do.")
    if incident.status not in ENDED:
        raise Refused(
            f"{incident.short} is {incident.status}, so its channel stays open.",
            fix="`/incident close` comes first.",
        )
