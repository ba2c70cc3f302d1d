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
)
from commands.incident.acting import happened
from commands.incident.limbs import LIMBS, Done, Hands, wanted

WOKEN_WITHIN = 3.0
"""Seconds that people are brought in later, so that who is woken comes with them."""

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
    """Bring people in once there is a channel, and who is woken as soon as that is known."""
    await asyncio.wait({begun["room"]})
    page = begun.get("page")
    if page is not None:
        await asyncio.wait({page}, timeout=WOKEN_WITHIN)
    await carry_out(ctx, hands, of, "people")
    late = page is not None and not page.done()
    if page is None or not late:
        return
    await asyncio.wait({page})
    incident = await hands.incidents.get(of)
    if incident.room is not None and incident.people:
        await ctx.step("Bring in who was woken", hands.chat.invite, incident.room, incident.people)


async def carry_out(ctx: Context, hands: Hands, of: str, name: str) -> Limb:
    """Carry out the limb *name* of the incident *of*, and write down what came of it."""
    label = LIMBS[name][0]
    source = f"limb {name} {ctx.invocation}"

    def begun(incident: Incident) -> Incident:
        known = incident.limb(name) or Limb(name=name, label=label)
        if known.state in SETTLED:
            return incident
        update = {"state": LimbState.RUNNING, "note": "", "run": ctx.invocation, "label": label}
        return with_limb(incident, known.model_copy(update=update))

    incident = await hands.incidents.get(of)
    # A run that begins again tries no limb a second time: what it came to is told already.
    if not await happened(ctx, hands.incidents, incident, f"limb {name}"):
        incident = await hands.incidents.change(of, begun)
    limb = incident.limb(name)
    if limb is not None and limb.state in ENDS:
        return limb
    done, broken = await _tried(ctx, hands, incident, name)

    def ended(incident: Incident) -> Incident:
        known = incident.limb(name) or Limb(name=name, label=label)
        fields = {"state": done.state, "note": done.note, "link": done.link, "ref": done.ref}
        return done.update(with_limb(incident, known.model_copy(update=fields)))

    told = Moment(
        source=source,
        at=ctx.clock.now(),
        kind=MomentKind.PAGE if name == "page" else MomentKind.LIMB,
        text=f"{label}: {done.note or done.state.value}.",
        link=done.link or None,
    )
    incident = await hands.incidents.change(of, ended, told)
    if broken is not None:
        raise broken
    return incident.limb(name) or Limb(name=name, label=label)


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
