"""Tell customers, on the status page."""

from typing import Annotated

from pydantic import Field

from bot.authoring import (
    Context,
    Incident,
    Incidents,
    LongText,
    Moment,
    MomentKind,
    Params,
    Refused,
    Result,
    Risk,
    Severity,
    StepRule,
    operation,
)
from commands.incident.choices import Which
from integrations.ports import Bulletin, Impact, Publication, PublicStatus, StatusPage

_IMPACT = {
    Severity.SEV1: Impact.CRITICAL,
    Severity.SEV2: Impact.MAJOR,
    Severity.SEV3: Impact.MINOR,
    Severity.SEV4: Impact.NONE,
}


class PublishUpdate(Params):
    message: Annotated[LongText, Field(min_length=10, max_length=2000)]
    """What customers read. Nothing is added to it."""

    status: PublicStatus = PublicStatus.INVESTIGATING
    """How far it is, in the words of the status page."""

    title: str = Field("", max_length=150)
    """The headline for customers, when it is published for the first time."""

    incident: Which = ""
    """Which incident; left out, that of the channel."""


@operation("incident.publish", risk=Risk.CHANGE)
async def publish_update(
    params: PublishUpdate, ctx: Context, *, incidents: Incidents, status_page: StatusPage
) -> Result:
    """Write to the status page that customers read."""
    incident = await incidents.meant(params.incident, ctx.actor, ctx.channel)
    if incident.drill:
        raise Refused(
            f"{incident.short} is a drill, and customers are told nothing of it.",
            fix="Say in its channel what you would have published.",
        )
    said = await _said(params, ctx, incident, status_page)
    told = Moment(
        source=f"public {ctx.invocation}",
        at=ctx.clock.now(),
        kind=MomentKind.PUBLIC,
        text=f"Customers were told ({said.status}): {params.message}",
        by=ctx.actor.id,
        by_name=ctx.actor.name,
        link=said.url,
    )
    fields = {"public": said.id, "public_status": said.status.value}
    await incidents.change(incident.id, lambda i: i.with_(**fields), told)
    return Result(f"The status page says: {said.title}, {said.status}.", link=said.url)


async def _said(
    params: PublishUpdate, ctx: Context, incident: Incident, status_page: StatusPage
) -> Publication:
    """Publish it, or add to what is published already."""
    # Remembered: what this run itself publishes must not be added to when it begins again.
    there = await ctx.step("Look what is published", published, incident, status_page)
    if there:
        label, call = "Add to the status page", status_page.amend
        return await ctx.step(label, call, there, params.status, params.message)
    limb = incident.limb("status_page")
    bulletin = Bulletin(
        title=params.title or "We are looking into a problem",
        status=params.status,
        message=params.message,
        impact=_IMPACT[incident.severity],
        components=tuple(c for c in (limb.ref if limb else "").split(",") if c),
    )
    return await ctx.step(
        "Tell the status page",
        status_page.publish,
        bulletin,
        key=_key(incident),
        rule=StepRule(find=status_page.find_published),
    )


async def published(incident: Incident, status_page: StatusPage) -> str:
    """Return the page's id of what it says of *incident*; empty where it says nothing.

    Where an answer was lost the page may say something that we do not know of.
    """
    if incident.public:
        return incident.public
    found = await status_page.find_published(_key(incident))
    return found.id if found else ""


def _key(incident: Incident) -> str:
    return incident.key("publication")
