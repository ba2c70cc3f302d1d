"""Lock deploys while an incident is open."""

from typing import Annotated

from pydantic import StringConstraints

from bot.authoring import (
    Context,
    Freezes,
    Incident,
    Incidents,
    Limb,
    LimbState,
    MomentKind,
    Params,
    Refused,
    Result,
    Risk,
    operation,
)
from commands.incident.acting import happened, meant, moment, no_drill, still_open
from commands.incident.choices import Which
from commands.incident.limbs import LOCKED
from commands.incident.locking import LABEL, is_locked, lock_key, lock_reason
from commands.incident.press import with_limb


class LockDeploys(Params):
    environment: Annotated[str, StringConstraints(max_length=75)] = ""
    """What is locked, like `prod`; left out, where the service runs, or everything."""

    incident: Which = ""
    """Which incident; left out, that of the channel."""


@operation("incident.lock", risk=Risk.CHANGE)
async def lock_deploys(
    params: LockDeploys, ctx: Context, *, incidents: Incidents, freezes: Freezes
) -> Result:
    """Lock deploys, for a day at most, while an incident is open."""
    before = await meant(params.incident, ctx, incidents)
    if not await happened(ctx, incidents, before, "lock"):
        still_open(before)
        no_drill(before, "nothing is locked for it")
        if is_locked(before):
            raise Refused(
                f"{before.short} has locked deploys already.",
                fix="`/ops incident.unlock` ends that.",
            )
    environment = params.environment or incidents.plan.service(before.service).environment
    freeze = await ctx.step(
        LABEL,
        freezes.set,
        ctx.actor,
        lock_reason(before),
        ctx.clock.now() + LOCKED,
        environment,
        key=lock_key(before),
    )
    note = f"Changes to {freeze.what} are frozen until {freeze.until:%Y-%m-%d %H:%M} UTC"

    def locked(incident: Incident) -> Incident:
        limb = Limb(name="lock", label=LABEL, state=LimbState.DONE, note=note, ref=freeze.id)
        return with_limb(incident, limb)

    line = f"{ctx.actor.name} locked deploys: {note}."
    incident = await incidents.change(before.id, locked, moment(ctx, "lock", MomentKind.LIMB, line))
    return Result(f"{incident.short}: {note}.")
