"""The press: every limb at once, none held by another, each shown as it stands."""

import asyncio
from collections.abc import Iterable, Mapping

from bot.authoring import (
    Context,
    Incident,
    Limb,
    LimbState,
    Moment,
    MomentKind,
    NotConfigured,
    OutcomeUnknown,
    RedbuttonError,
    Refused,
)
from commands.incident.acting import happened
from commands.incident.limbs import LIMBS, Done, Hands, wanted

WOKEN_WITHIN = 3.0
"""Seconds that people are brought in later, so that who is woken comes with them. Who is woken
later still is brought in by the watch."""

SETTLED = frozenset({LimbState.DONE, LimbState.BY_HAND, LimbState.SKIPPED})
"""Nothing is left to be done for such a limb."""

ENDS = SETTLED | {LimbState.FAILED, LimbState.UNKNOWN, LimbState.ABSENT}
"""What a limb can come to."""


async def press(ctx: Context, hands: Hands, incident: Incident) -> Incident:
    """Carry out all that a press for *incident* has; return it as it stands then."""
    names, of = wanted(incident, hands.incidents), incident.id
    await hands.incidents.change(of, lambda i: i.with_(limbs=_planned(i, names)))
    begun = {
        name: asyncio.ensure_future(carry_out(ctx, hands, of, name))
        for name in names
        if name != "people"
    }
    people = asyncio.ensure_future(_people(ctx, hands, of, begun)) if "people" in names else None
    ended = await asyncio.gather(
        *begun.values(), *((people,) if people else ()), return_exceptions=True
    )
    for broken in (one for one in ended if isinstance(one, BaseException)):
        raise broken
    return await hands.incidents.get(of)


async def _people(
    ctx: Context, hands: Hands, of: str, begun: Mapping[str, "asyncio.Future[Limb]"]
) -> None:
    """Bring people in once there is a channel, with who is woken where that is soon known."""
    await asyncio.wait({begun["room"]})
    page = begun.get("page")
    if page is not None:
        await asyncio.wait({page}, timeout=WOKEN_WITHIN)
    await carry_out(ctx, hands, of, "people")


async def carry_out(ctx: Context, hands: Hands, of: str, name: str) -> Limb:
    """Carry out the limb *name* of the incident *of*, and write down what came of it."""
    label = LIMBS[name][0]

    def begun(incident: Incident) -> Incident:
        known = incident.limb(name) or Limb(name=name, label=label)
        if known.state in SETTLED:
            return incident
        return with_limb(incident, _begun(ctx, incident, known.model_copy(update={"label": label})))

    incident = await hands.incidents.get(of)
    # A run that begins again tries no limb a second time: what it came to is told already.
    if await happened(ctx, hands.incidents, incident, f"limb {name}"):
        return incident.limb(name) or Limb(name=name, label=label)
    incident = await hands.incidents.change(of, begun)
    limb = incident.limb(name)
    if limb is not None and limb.state in ENDS:
        return limb
    done, broken = await _tried(ctx, hands, incident, name)

    def ended(incident: Incident) -> Incident:
        known = incident.limb(name) or Limb(name=name, label=label)
        return done.update(with_limb(incident, _ended(known, done)))

    told = Moment(
        source=f"limb {name} {ctx.invocation}",
        at=ctx.clock.now(),
        kind=MomentKind.PAGE if name == "page" else MomentKind.LIMB,
        text=f"{label}: {done.note or done.state.value}.",
        link=done.link or None,
    )
    incident = await hands.incidents.change(of, ended, told)
    if broken is not None:
        raise broken
    return incident.limb(name) or Limb(name=name, label=label)


def _begun(ctx: Context, incident: Incident, limb: Limb) -> Limb:
    """Return *limb* as this run carries it out; raise Refused where another one does."""
    if limb.state is LimbState.RUNNING and limb.run != ctx.invocation:
        raise under_way(limb)
    if limb.state is LimbState.PLANNED and not incident.is_open:
        note = f"{incident.short} was {incident.status} before"
        return limb.model_copy(update={"state": LimbState.SKIPPED, "note": note})
    lost = limb.lost or limb.state is LimbState.UNKNOWN
    update = {"state": LimbState.RUNNING, "note": "", "run": ctx.invocation, "lost": lost}
    return limb.model_copy(update=update)


def _ended(limb: Limb, done: Done) -> Limb:
    """Return *limb* with what this try came to; that it failed undoes no other's success."""
    fields: dict[str, object] = {"state": done.state, "note": done.note, "link": done.link}
    fields["ref"] = done.ref
    if limb.state in SETTLED and done.state not in SETTLED:
        return limb
    if done.ref or done.state in SETTLED:
        return limb.model_copy(update={**fields, "lost": False})
    if done.state is LimbState.UNKNOWN or limb.lost:
        # Whatever came of this try: one before it may have happened.
        fields = {**fields, "state": LimbState.UNKNOWN, "lost": True}
    return limb.model_copy(update=fields)


def under_way(limb: Limb) -> Refused:
    """Return what is told to whoever would do something about a *limb* that is being done."""
    return Refused(
        f"{limb.label}: this is being done at this moment.",
        fix="Wait until it is done or has failed; the list in the incident's channel shows it.",
    )


async def _tried(
    ctx: Context, hands: Hands, incident: Incident, name: str
) -> tuple[Done, Exception | None]:
    """Carry out the limb; return what came of it, and the fault where it is our own."""
    try:
        return await LIMBS[name][1](ctx, hands, incident), None
    except NotConfigured as absent:
        return Done(absent.message.rstrip("."), state=LimbState.ABSENT), None
    except OutcomeUnknown as lost:
        return Done(lost.message.rstrip("."), state=LimbState.UNKNOWN), None
    except RedbuttonError as no:
        return Done(no.message.rstrip("."), state=LimbState.FAILED), None
    except Exception as error:  # noqa: BLE001  One limb that breaks must not take the others along.
        return Done(f"It broke ({type(error).__name__})", state=LimbState.FAILED), error


def _planned(incident: Incident, names: Iterable[str]) -> tuple[Limb, ...]:
    """Return the limbs as they stand, with those of *names* that are not there yet."""
    known = {limb.name: limb for limb in incident.limbs}
    return tuple(known.get(name) or Limb(name=name, label=LIMBS[name][0]) for name in names)


def with_limb(incident: Incident, limb: Limb) -> Incident:
    """Return *incident* with *limb* in place of the one of its name, or beside the others."""
    if incident.limb(limb.name) is None:
        return incident.with_(limbs=(*incident.limbs, limb))
    return incident.with_(limbs=tuple(limb if x.name == limb.name else x for x in incident.limbs))
