"""The message by which a role is offered, and what becomes of it."""

from bot.authoring import Handover, Incident, Press, Prompt, Refused, Saying


def offer(incident: Incident, offered: Handover) -> Saying:
    """Offer the role to who is to have it, by direct message."""
    which = {"incident": incident.short}
    about = "A private incident" if incident.private else incident.title.rstrip(".")
    where = f", in #{incident.room_name}" if incident.room else ""
    prompt = Prompt(
        title=f"{offered.by_name} hands you the role {offered.role} in {incident.short}",
        message=f"{about}{where}. Until you accept, nothing changes.",
        lines=offered.packet,
        presses=(
            Press(label="Accept", operation="incident.accept", params=which, style="primary"),
            Press(label="Decline", operation="incident.decline", params=which, fill=True),
        ),
    )
    return Saying(_slot(offered), prompt, offered.to)


def ended(incident: Incident, offered: Handover, how: str) -> Saying:
    """Edit that message: it was taken, left or withdrawn, as *how* says."""
    prompt = Prompt(
        title=f"The role {offered.role} in {incident.short}", message=how, lines=offered.packet
    )
    return Saying(_slot(offered), prompt, offered.to)


def offered_to(incident: Incident, who: str) -> Handover:
    """Return what is offered to *who*; raise Refused."""
    offered = incident.handover
    if offered is None:
        raise Refused(
            f"Nothing is being handed over in {incident.short}; it may have been withdrawn.",
            fix="`/incident show` says who has which role.",
        )
    if offered.to != who:
        raise Refused(
            f"The role {offered.role} in {incident.short} is offered to {offered.to_name}, "
            "and nobody else may answer.",
            fix="`/incident handoff` offers it to somebody else in their place.",
        )
    return offered


def _slot(offered: Handover) -> str:
    return f"handover {offered.role} {offered.at.isoformat()}"
