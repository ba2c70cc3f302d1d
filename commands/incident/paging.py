"""Waking a service's people for an incident: once, and anew after that page was resolved."""

from bot.authoring import Call, Context, Incident, StepRule
from integrations.ports import Page, Pager, PageState

LABEL = "Page who is on call"


async def wake(  # noqa: PLR0913  All of it is what the pager is told.
    ctx: Context,
    pager: Pager,
    incident: Incident,
    service: str,
    title: str,
    details: str,
    *,
    anew: bool = False,
) -> tuple[Page, tuple[str, ...]]:
    """Wake who is on call for *service*, unless a page for it is out for *incident*.

    Return the page, and the ids of those before it that turned out to be resolved: at the pager
    that may have happened without a word. Whoever asks for people *anew* wants them all the same.
    """
    last = next((c.page for c in reversed(incident.calls) if _is_over(c, service)), "")
    over: list[str] = []
    while True:
        made = await ctx.step(
            f"{LABEL} ({len(over) + 1})" if over else LABEL,
            pager.page,
            service,
            title,
            details,
            key=incident.key(f"page {service} after {last}" if last else f"page {service}"),
            rule=StepRule(find=pager.find_page),
        )
        if made.state is not PageState.RESOLVED or not anew:
            return made, tuple(over)
        last = made.id
        over.append(last)


def resolved(incident: Incident, pages: tuple[str, ...]) -> Incident:
    """Return *incident* with its *pages* known to be resolved."""
    calls = (
        c.model_copy(update={"resolved": True}) if c.page in pages else c for c in incident.calls
    )
    return incident.with_(calls=tuple(calls))


def with_page(incident: Incident, made: Page) -> Incident:
    """Return *incident* with the page *made*; what is known of it already stays."""
    woken = tuple(who.name for who in made.assigned)
    old = next((c for c in incident.calls if c.page == made.id), None)
    call = old or Call(page=made.id, service=made.service, url=made.url, at=made.at)
    both = tuple(dict.fromkeys((*call.woken, *woken)))
    over = call.resolved or made.state is PageState.RESOLVED
    others = (c for c in incident.calls if c.page != made.id)
    return incident.with_(
        calls=(*others, call.model_copy(update={"woken": both, "resolved": over}))
    )


def _is_over(call: Call, service: str) -> bool:
    return call.service == service and call.resolved
