"""The lock of deploys that belongs to an incident: a freeze, found again by its key."""

from bot.authoring import Freeze, Incident, LimbState

LABEL = "Lock deploys"


def is_locked(incident: Incident) -> bool:
    """Say whether *incident* is known to have locked deploys."""
    limb = incident.limb("lock")
    return limb is not None and limb.state is LimbState.DONE


def lock_key(incident: Incident) -> str:
    """Return the key of the next lock: another one after each that was lifted."""
    lifted = incident.ref("lock")
    return incident.key("lock" if not lifted else f"lock after {lifted}")


def lock_reason(incident: Incident) -> str:
    """Return what whoever is refused by the lock reads; it holds when the incident is over, too."""
    return f"Locked for {incident.short}"


def is_lock_of(incident: Incident, freeze: Freeze) -> bool:
    """Say whether *freeze* is the lock of *incident*, also where the answer to it was lost."""
    return freeze.id == incident.ref("lock") or freeze.reason == lock_reason(incident)
