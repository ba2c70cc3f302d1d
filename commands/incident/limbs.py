"""What a press sets going, limb by limb. Each can be tried again under the key it always has."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType

from bot.authoring import (
    Context,
    Freezes,
    Incident,
    Incidents,
    LimbState,
    Refused,
    StatusPageRule,
    StepRule,
    room_of,
)
from commands.incident.inviting import invite
from commands.incident.locking import lock_key, lock_reason
from commands.incident.paging import resolved, wake, with_page
from commands.incident.telling import announce
from integrations.ports import (
    Bulletin,
    Chat,
    Impact,
    Page,
    Pager,
    PageState,
    PublicStatus,
    StatusPage,
    TicketDraft,
    Tracker,
)

LOCKED = timedelta(hours=24)
"""How long deploys stay locked where nobody unlocks them."""


@dataclass(frozen=True)
class Hands:
    """All that a press reaches."""

    incidents: Incidents
    chat: Chat
    pager: Pager
    tracker: Tracker
    status_page: StatusPage
    freezes: Freezes
    failing: frozenset[str] = frozenset()
    """What a drill makes fail: `pager`, `tracker`, `chat`."""


@dataclass(frozen=True)
class Done:
    """What came of a limb. *update* are further fields of the incident."""

    note: str = ""
    link: str | None = None
    ref: str = ""
    state: LimbState = LimbState.DONE
    update: Callable[[Incident], Incident] = lambda incident: incident


Work = Callable[[Context, Hands, Incident], Awaitable[Done]]
"""Carries out one limb of an incident; raises what a step raises, or Refused."""


async def open_room(ctx: Context, hands: Hands, incident: Incident) -> Done:
    """Open the incident's channel."""
    name = room_of(hands.incidents.plan.room, incident)
    about = "Private incident" if incident.private else incident.title
    room = await ctx.step(
        "Open the channel",
        hands.chat.open_room,
        name,
        purpose=f"{incident.short}: {about}",
        private=incident.private,
        key=incident.key("room"),
        rule=StepRule(find=hands.chat.find_room),
    )
    fields = {"room": room.id, "room_name": room.name, "room_url": room.url}
    return Done(f"#{room.name}", room.url, room.id, update=lambda i: i.with_(**fields))


async def page(ctx: Context, hands: Hands, incident: Incident) -> Done:
    """Wake who is on call for the service, and read back whom that woke."""
    pretended = incident.drill and hands.incidents.plan.drill_pager is None
    if pretended and "pager" not in hands.failing:
        note = "This is a drill, and drill_pager is not set: nobody is paged"
        return Done(note, state=LimbState.SKIPPED)
    # What is made to fail reaches no pager, whatever the service is called.
    service = "drill" if pretended else paged_service(hands.incidents, incident)
    title = f"{incident.short} {discreet_title(incident)}"
    details = _for_the_pager(incident)
    made, over = await wake(ctx, hands.pager, incident, service, title, details)
    return paged(made, over)


def paged(made: Page, over: tuple[str, ...] = ()) -> Done:
    """Say whom the page *made* woke, and nothing that was not read back."""
    names = tuple(who.name for who in made.assigned)

    def update(incident: Incident) -> Incident:
        woken = incident.awaiting(*(who.slack for who in made.assigned))
        return with_page(resolved(woken, over), made)

    if made.state is PageState.RESOLVED:
        # It was made before, and somebody saw to it: nobody is woken twice for the same.
        note = "The page is resolved at the pager"
        return Done(note, made.url, made.id, update=update)
    if names:
        return Done(f"Paged {listed(names)}", made.url, made.id, update=update)
    note = "The pager took it, but nobody is on call there: nobody was woken"
    return Done(note, made.url, made.id, LimbState.FAILED, update)


def paged_service(incidents: Incidents, incident: Incident) -> str:
    """Return whom to page, as the pager calls the service; raise Refused where that is nobody."""
    service = incidents.plan.paged(incident)
    if service is None:
        raise Refused(
            f"No service of the pager is known for {incident.service!r}, so nobody was paged.",
            fix="Set `pager` in `[incident]`, or for the service in `[incident.services]`.",
        )
    return service


async def create_ticket(ctx: Context, hands: Hands, incident: Incident) -> Done:
    """Open a ticket."""
    pretended = incident.drill and not hands.incidents.plan.drill_tickets
    if pretended and "tracker" not in hands.failing:
        note = "This is a drill, and drill_tickets is not set: no ticket is made"
        return Done(note, state=LimbState.SKIPPED)
    private = incident.private
    about = "" if private else f"Declared by {incident.declared_by_name}: {incident.title}"
    draft = TicketDraft(
        summary=f"{incident.short}: {'private incident' if private else incident.title}",
        description=f"{about}\n\nSeverity {incident.severity}.".strip(),
        labels=(f"incident-{incident.number}",),
    )
    ticket = await ctx.step(
        "Open a ticket",
        hands.tracker.create,
        draft,
        key=incident.key("ticket"),
        rule=StepRule(find=hands.tracker.find_created),
    )
    return Done(ticket.id, ticket.url, ticket.id)


async def tell_customers(ctx: Context, hands: Hands, incident: Incident) -> Done:
    """Make ready what the status page could say, or say it where the severity wants that."""
    rule = hands.incidents.plan.rule(incident.severity)
    named = hands.incidents.plan.service(incident.service).components
    known = await ctx.step("Look at the status page", hands.status_page.components)
    touched = tuple(c.id for c in known if named and {c.id, c.name} & set(named))
    if rule.status_page is not StatusPageRule.PUBLISH:
        return Done("A draft is ready; nothing is published yet", ref=",".join(touched))
    bulletin = Bulletin(
        title="We are looking into a problem",
        status=PublicStatus.INVESTIGATING,
        message="We are looking into a problem and will say more soon.",
        impact=Impact.MAJOR,
        components=touched,
    )
    said = await ctx.step(
        "Tell the status page",
        hands.status_page.publish,
        bulletin,
        key=incident.key("publication"),
        rule=StepRule(find=hands.status_page.find_published),
    )
    fields = {"public": said.id, "public_status": said.status.value}
    return Done("Published", said.url, said.id, update=lambda i: i.with_(**fields))


async def open_bridge(ctx: Context, hands: Hands, incident: Incident) -> Done:
    """Say where people talk."""
    del ctx
    template = hands.incidents.plan.bridge or ""
    address = template.replace("{name}", incident.name).replace("{number}", str(incident.number))
    return Done("Join the call", address, update=lambda i: i.with_(bridge=address))


async def lock(ctx: Context, hands: Hands, incident: Incident) -> Done:
    """Freeze changes while the incident is open."""
    environment = hands.incidents.plan.service(incident.service).environment
    if environment is None:
        # A lock of everything would keep people from what they need to mend it.
        note = "Where it runs is not told, so nothing is locked; `/incident lock` locks"
        return Done(note, state=LimbState.SKIPPED)
    freeze = await ctx.step(
        "Lock deploys",
        hands.freezes.set,
        ctx.actor,
        lock_reason(incident),
        ctx.clock.now() + LOCKED,
        environment,
        key=lock_key(incident),
    )
    return Done(f"Changes to {freeze.what} are frozen", ref=freeze.id)


async def _invite(ctx: Context, hands: Hands, incident: Incident) -> Done:
    told = await invite(ctx, hands.incidents, hands.chat, incident)

    def update(incident: Incident) -> Incident:
        people = tuple(dict.fromkeys((*incident.people, *told.people)))
        return incident.with_(people=people).awaiting_no(told.people)

    return Done(told.note, state=told.state, update=update)


async def _announce(ctx: Context, hands: Hands, incident: Incident) -> Done:
    address = await announce(ctx, hands.incidents, hands.chat, incident)
    if address is None:
        # What has not been seen is not claimed: it is told once it stands there.
        return Done("Waits for Slack", state=LimbState.RUNNING)
    return Done("Everybody is told", address)


LIMBS: Mapping[str, tuple[str, Work]] = MappingProxyType(
    {
        "page": ("Page who is on call", page),
        "room": ("Open the channel", open_room),
        "people": ("Bring people in", _invite),
        "announcement": ("Tell everybody", _announce),
        "ticket": ("Open a ticket", create_ticket),
        "status_page": ("Prepare the status page", tell_customers),
        "bridge": ("Open a call", open_bridge),
        "lock": ("Lock deploys", lock),
    }
)
"""Every limb, in the order that people read: its label, and what carries it out."""


def wanted(incident: Incident, incidents: Incidents) -> tuple[str, ...]:
    """Return the limbs that a press for *incident* has.

    A drill has none that anybody beside those who rehearse would feel.
    """
    plan, told = incidents.plan, not (incident.private or incident.drill)
    rule = plan.rule(incident.severity)
    has: Mapping[str, bool] = {
        "page": rule.page,
        "room": True,
        "people": True,
        "announcement": told and plan.announce is not None,
        "ticket": True,
        "status_page": told and rule.status_page is not StatusPageRule.NOTHING,
        "bridge": plan.bridge is not None,
        "lock": rule.lock and not incident.drill,
    }
    return tuple(name for name in LIMBS if has[name])


def discreet_title(incident: Incident) -> str:
    """Return the title as systems beside the room may hold it."""
    return "(private)" if incident.private else incident.title


def listed(names: Sequence[str]) -> str:
    """Return *names* as a sentence lists them."""
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last


def _for_the_pager(incident: Incident) -> str:
    service = "" if incident.private else f" Service: {incident.service}."
    return f"{incident.severity}, declared by {incident.declared_by_name}.{service}"
