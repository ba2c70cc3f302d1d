"""The pages of an incident: ended together with it."""

from bot.authoring import (
    Call,
    Context,
    Incident,
    Incidents,
    IntegrationError,
    Moment,
    MomentKind,
    StepRule,
)
from integrations.ports import Page, Pager, PageState


async def resolve_pages(
    ctx: Context, incidents: Incidents, pager: Pager, incident: Incident
) -> tuple[str, ...]:
    """Resolve the pages of *incident* that are not; say of each, in a sentence, what came of it.

    A pager that does not answer holds nothing up: that is said.
    """
    calls = [call for call in incident.calls if not call.resolved]
    return tuple([await _resolve(ctx, incidents, pager, incident, call) for call in calls])


async def _resolve(
    ctx: Context, incidents: Incidents, pager: Pager, incident: Incident, call: Call
) -> str:
    async def look(key: str) -> Page | None:
        del key
        page = await pager.read_page(call.page)
        return page if page.state is PageState.RESOLVED else None

    try:
        page = await ctx.step(
            f"Resolve the page {call.page}", pager.resolve, call.page, rule=StepRule(find=look)
        )
    except IntegrationError as error:
        return f"The page {call.page} is not known to be resolved: {error.message}"
    if page.state is not PageState.RESOLVED:
        return f"The page {call.page} is still {page.state}; resolve it at the pager."

    def ended(now: Incident) -> Incident:
        calls = (
            c.model_copy(update={"resolved": True}) if c.page == call.page else c for c in now.calls
        )
        return now.with_(calls=tuple(calls))

    told = Moment(
        source=f"resolved {call.page} {ctx.invocation}",
        at=ctx.clock.now(),
        kind=MomentKind.PAGE,
        text=f"The page {call.page} was resolved.",
        link=call.url,
    )
    await incidents.change(incident.id, ended, told)
    return f"The page {call.page} is resolved."
