"""Wake somebody else: another service's people, or one more person for the page that is out."""

from pydantic import Field

from bot.authoring import (
    Context,
    Incident,
    Incidents,
    MomentKind,
    Params,
    Prompt,
    Refused,
    Result,
    Risk,
    operation,
)
from commands.incident.acting import (
    bring_in,
    from_elsewhere,
    happened,
    meant,
    moment,
    no_drill,
    plain_mail,
    sentence,
    still_open,
)
from commands.incident.choices import Which
from commands.incident.limbs import discreet_title, listed
from commands.incident.paging import resolved, wake, with_page
from integrations.ports import Chat, Page, PagedService, Pager, Responder


class PageMore(Params):
    whom: str = Field(min_length=1, max_length=200)
    """The service whose people are missing, or the e-mail address of the one who is."""

    reason: str = Field(min_length=5, max_length=300)
    """What you need of them, in one sentence. They read it on a phone, at night."""

    incident: Which = ""
    """Which incident; left out, that of the channel."""


# It wakes people and is no DISRUPT all the same: in an incident nobody should have to type a name
# a second time before help is called.
@operation("incident.page", risk=Risk.CHANGE, timeout=120)
async def page_more(
    params: PageMore, ctx: Context, *, incidents: Incidents, pager: Pager, chat: Chat
) -> Result:
    """Wake more people for an incident: a service's, or one person."""
    incident = await meant(params.incident, ctx, incidents)
    still_open(incident)
    no_drill(incident, "nobody else is woken for it")
    whom = plain_mail(params.whom)
    if "@" in whom:
        return await _call_in(whom, params.reason, ctx, incidents, pager, incident)
    service, called = await _service(whom, ctx, incidents, pager)
    title = f"{incident.short} {discreet_title(incident)}"
    details = f"{_reason(params.reason, incident)} Asked by {ctx.actor.name}."
    made, over = await wake(ctx, pager, incident, service, title, details, anew=True)
    names = tuple(who.name for who in made.assigned)
    woken = listed(names) if names else "nobody: no one is on call there"
    line = f"{ctx.actor.name} paged {called}; woken: {woken}. {sentence(params.reason)}"
    told = moment(ctx, "page", MomentKind.PAGE, line, made.url)
    say = from_elsewhere(ctx, incident, "page", Prompt(message=line))
    known = any(call.page == made.id for call in incident.calls)
    known = known and not await happened(ctx, incidents, incident, "page")
    await incidents.change(incident.id, lambda now: _with(resolved(now, over), made), told, say=say)
    if not names:
        raise Refused(
            f"The pager took the page for {called!r}, but nobody is on call there: nobody was "
            "woken.",
            fix="`/incident page` another service, or one person by e-mail.",
        )
    absent = [
        trouble
        for number, who in enumerate(made.assigned)
        if who.slack and (trouble := await _in(ctx, chat, incident, who.slack, number))
    ]
    warned = f" Not in the channel yet: {'; '.join(absent)}" if absent else ""
    before = "was paged before for this incident; it woke" if known else "is paged; it woke"
    return Result(f"{called} {before} {listed(names)}.{warned}", link=made.url)


async def _in(ctx: Context, chat: Chat, incident: Incident, who: str, number: int) -> str:
    """Bring *who* was woken in; say why not, where that is so."""
    try:
        return await bring_in(ctx, chat, incident, who, f"Bring in who was woken ({number + 1})")
    except Refused as no:
        return no.message


async def _service(whom: str, ctx: Context, incidents: Incidents, pager: Pager) -> tuple[str, str]:
    """Return the pager's id of the service *whom*, and what people call it.

    Raises Refused where it is not clear which one is meant.
    """
    told = incidents.plan.service(whom)
    if told.pager is not None:
        return told.pager, told.name
    found = await ctx.step("Find the service", pager.services, whom)
    exact = [s for s in found if whom == s.id or whom.casefold() == s.name.casefold()]
    meant = exact or list(found)
    if len(meant) == 1:
        return meant[0].id, meant[0].name
    raise Refused(_unclear(whom, meant), fix="Name one as the pager does, or a person by e-mail.")


def _unclear(whom: str, found: list[PagedService]) -> str:
    if not found:
        return f"The pager has no service {whom!r}, so nobody was paged."
    names = ", ".join(s.name for s in found[:5])
    return f"{whom!r} may be several services ({names}), so nobody was paged."


def _reason(reason: str, incident: Incident) -> str:
    return "Come to the incident's channel." if incident.private else sentence(reason)


def _with(incident: Incident, made: Page) -> Incident:
    """Return *incident* with the page *made*, and with who is woken by it as people of it."""
    slack = (who.slack for who in made.assigned if who.slack)
    people = tuple(dict.fromkeys((*incident.people, *slack)))
    return with_page(incident, made).with_(people=people)


async def _call_in(
    mail: str, reason: str, ctx: Context, incidents: Incidents, pager: Pager, incident: Incident
) -> Result:
    """Wake the one with this address, too, for the newest page that is open."""
    call = next((c for c in reversed(incident.calls) if not c.resolved), None)
    if call is None:
        raise Refused(
            f"{incident.short} has no page that is open, so nobody can be called in to it.",
            fix="`/incident page` a service first.",
        )
    person: Responder | None = await ctx.step("Find the person", pager.person, mail)
    if person is None:
        raise Refused(f"The pager knows nobody as {mail!r}.", fix="Page their service instead.")
    page = await ctx.step(
        "Call them in",
        pager.call_in,
        call.page,
        person.id,
        f"{incident.short}: {_reason(reason, incident)}",
        key=incident.key(f"call in {person.id} to {call.page}"),
    )
    seen = person.id in {who.id for who in page.assigned}
    came = f"{person.name} is woken, too" if seen else f"The pager was asked to wake {person.name}"
    line = f"{ctx.actor.name} called {person.name} in: {sentence(reason)}"
    told = moment(ctx, "page", MomentKind.PAGE, line, call.url)
    say = from_elsewhere(ctx, incident, "page", Prompt(message=line))
    await incidents.change(incident.id, lambda now: _with(now, page), told, say=say)
    return Result(f"{came} for {incident.short}.", link=call.url)
