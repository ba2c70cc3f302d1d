"""Unlock deploys."""

from bot.authoring import (
    Context,
    Freeze,
    Freezes,
    Incident,
    Incidents,
    LimbState,
    MomentKind,
    Params,
    Refused,
    Result,
    Risk,
    operation,
)
from commands.incident.acting import happened, meant, moment
from commands.incident.choices import Which
from commands.incident.locking import is_lock_of


class UnlockDeploys(Params):
    incident: Which = ""
    """Which incident; left out, that of the channel."""


# It is asked of incidents that have ended, too: a lock outlives them.
@operation("incident.unlock", risk=Risk.CHANGE)
async def unlock_deploys(
    params: UnlockDeploys, ctx: Context, *, incidents: Incidents, freezes: Freezes
) -> Result:
    """Unlock deploys that an incident has locked."""
    incident = await meant(params.incident, ctx, incidents)
    if await happened(ctx, incidents, incident, "unlock"):
        return Result(f"{incident.short} locks nothing any more.")
    found = await ctx.step("Find the lock", locks_of, incident, freezes)
    limb = incident.limb("lock")
    if not found and (limb is None or limb.state is not LimbState.DONE):
        raise Refused(
            f"{incident.short} has locked nothing.", fix="`/ops freeze.list` shows what is frozen."
        )
    for number, freeze in enumerate(found):
        await ctx.step(_label(number), freezes.lift, freeze, ctx.actor)
    note = _note(found, ctx)

    def unlocked(now: Incident) -> Incident:
        return now.with_limb("lock", state=LimbState.SKIPPED, note=note, by=ctx.actor.id)

    line = f"{ctx.actor.name} unlocked deploys. {note}."
    await incidents.change(incident.id, unlocked, moment(ctx, "unlock", MomentKind.LIMB, line))
    return Result(f"{incident.short}: {note}.")


async def locks_of(incident: Incident, freezes: Freezes) -> list[Freeze]:
    """Return what holds of the locks of *incident*."""
    held = await freezes.active(incident.team, fresh=True)
    return [freeze for freeze in held if is_lock_of(incident, freeze)]


def _label(number: int) -> str:
    return "Lift the lock" if not number else f"Lift the lock ({number + 1})"


def _note(found: list[Freeze], ctx: Context) -> str:
    if not found:
        return "The lock had ended before"
    what = " and ".join(freeze.what for freeze in found)
    return f"Changes to {what} are allowed again, by {ctx.actor.name}"
