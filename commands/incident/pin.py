"""Put a message of the room into the timeline."""

import re
from datetime import UTC, datetime

from pydantic import Field

from bot.authoring import (
    Context,
    Incident,
    Incidents,
    IntegrationError,
    Moment,
    MomentKind,
    Params,
    Refused,
    Result,
    Risk,
    operation,
)
from commands.incident.acting import TOLD, meant, named, not_merged
from commands.incident.choices import Which
from integrations.ports import Chat

_TS = re.compile(r"\d{9,11}\.\d{6}")
# docs.slack.dev: chat.getPermalink; the dot of the ts is left out.
_LINK = re.compile(r"https://\S+/archives/([CGD][A-Z0-9]{2,20})/p(\d{9,11})(\d{6})(?:\?\S*)?")


class PinMessage(Params):
    message: str = Field(min_length=1, max_length=500)
    """A link to a message of the incident's channel."""

    incident: Which = ""
    """Which incident; left out, that of the channel."""


@operation("incident.pin", risk=Risk.CHANGE, aside=True)
async def pin_message(
    params: PinMessage, ctx: Context, *, incidents: Incidents, chat: Chat
) -> Result:
    """Put a message of the channel into the timeline."""
    incident = await meant(params.incident, ctx, incidents)
    not_merged(incident)
    room, ts = _place(params.message, incident)
    author, text = await ctx.step("Read the message", chat.read, room, ts)
    link = await _softly_linked(ctx, chat, room, ts)
    source = f"msg {ts}"
    known = source in {one.source for one in await incidents.timeline(incident.id)}
    told = Moment(
        source=source,
        at=datetime.fromtimestamp(float(ts), UTC),
        kind=MomentKind.PINNED,
        text=(text.strip() or "(a message without words)")[:TOLD],
        by=author,
        by_name=named(ctx, incident, author) if author else "",
        link=link or None,
    )
    await incidents.change(incident.id, lambda now: now, told)
    try:
        await ctx.step("React to it", chat.react, room, ts, incidents.plan.reaction)
    except IntegrationError as error:
        return Result(f"It stands in the timeline; no reaction shows that: {error.message}")
    already = " already" if known else ""
    return Result(f"It stands in the timeline of {incident.short}{already}.", link=link or None)


def _place(message: str, incident: Incident) -> tuple[str, str]:
    """Return channel and `ts` of *message*, a link or a `ts`; raise Refused."""
    if incident.room is None:
        raise Refused(f"{incident.short} has no channel.", fix="`/incident note` writes a line.")
    said = message.strip().strip("<>").partition("|")[0]
    if _TS.fullmatch(said):
        return incident.room, said
    found = _LINK.fullmatch(said)
    if found is None:
        raise Refused(
            f"{message!r} is no link to a message.",
            fix="Choose Copy link in the menu of the message, and paste that.",
        )
    if found[1] != incident.room:
        raise Refused(
            f"That message is not in the channel of {incident.short}.",
            fix="`/incident note` writes a line, with a link if you like.",
        )
    return found[1], f"{found[2]}.{found[3]}"


async def _softly_linked(ctx: Context, chat: Chat, room: str, ts: str) -> str:
    try:
        return await ctx.step("Look where it stands", chat.link, room, ts)
    except IntegrationError:
        return ""
