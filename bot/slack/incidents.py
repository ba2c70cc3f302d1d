"""Incidents: the pinned message of their room, and what everybody else sees of them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

from bot.domain.incident import (
    STUCK,
    Call,
    Incident,
    Limb,
    LimbState,
    Role,
    Severity,
    Status,
    durations,
)
from bot.domain.incident_score import span
from bot.domain.notice import IncidentCard, IncidentFace
from bot.domain.result import Press
from bot.slack import limits
from bot.slack.blocks import Block, context, plain, section
from bot.slack.mrkdwn import Mrkdwn, bold, channel, day_and_moment, join, link, text, user
from bot.slack.prompts import actions

_TITLE, _NOTE, _SUMMARY, _SHOWN = 200, 200, 600, 5
_LIMBS = 12
"""Limbs that are told of in one message; a press has eight."""

_COLOURS: Mapping[Severity, str] = MappingProxyType(
    {Severity.SEV1: "🔴", Severity.SEV2: "🟠", Severity.SEV3: "🟡", Severity.SEV4: "⚪"}
)
_ENDS: Mapping[Status, str] = MappingProxyType(
    {
        Status.RESOLVED: "✅",
        Status.CLOSED: "✅",
        Status.CANCELLED: "🚫",
        Status.MERGED: "↪️",
    }
)
_MARKS: Mapping[LimbState, str] = MappingProxyType(
    {
        LimbState.PLANNED: "○",
        LimbState.RUNNING: "⏳",
        LimbState.DONE: "✅",
        LimbState.FAILED: "❌",
        LimbState.UNKNOWN: "❓",
        LimbState.SKIPPED: "⏭️",
        LimbState.BY_HAND: "✋",
        LimbState.ABSENT: "▫️",
    }
)
_ROLES: Mapping[Role, str] = MappingProxyType(
    {Role.COMMANDER: "Commander", Role.COMMS: "Comms", Role.SCRIBE: "Scribe"}
)


def incident_card(card: IncidentCard) -> Block:
    """Draw *card* as `{text, blocks}`."""
    incident = card.incident
    inside = card.face is IncidentFace.HEADER
    blocks = _header(incident) if inside else _announcement(incident, card.sentence)
    return {"text": str(_in_short(incident)), "blocks": list(blocks)[: limits.MESSAGE_BLOCKS]}


def sign(incident: Incident) -> str:
    """Return the one sign that tells how an incident stands."""
    return _ENDS.get(incident.status) or _COLOURS[incident.severity]


def _in_short(incident: Incident) -> Mrkdwn:
    about = f"{sign(incident)} {incident.short} {incident.title}"
    return text(f"{about}: {incident.severity}, {incident.status}", 1000)


def _header(incident: Incident) -> Iterator[Block]:
    about = f"{sign(incident)} {incident.short} · {incident.name}"
    yield {"type": "header", "text": plain(about, limits.HEADER)}
    yield section(bold(text(incident.title, _TITLE)))
    yield section(join([_stands(incident), _people(incident)], "\n"))
    if incident.limbs:
        yield from _sections(_limbs(incident))
    stuck = [limb for limb in incident.limbs if limb.state in STUCK and incident.is_open]
    for limb in stuck[:_LIMBS]:
        yield actions(_about_limb(limb, incident), f"limb:{limb.name}")
    if incident.calls:
        yield section(join(map(_call, incident.calls[-_SHOWN:]), "\n"))
    if incident.summary:
        yield section(join([bold(text("Latest")), text(incident.summary, _SUMMARY)], "\n"))
    yield from _due(incident)
    yield from _changes(incident)
    yield actions(_next(incident), "next")
    yield context(_foot(incident))


def _announcement(incident: Incident, meaning: str) -> Iterator[Block]:
    name = bold(text(f"{sign(incident)} {incident.short}"))
    yield section(join([name, text(incident.title, _TITLE)], " "))
    where = channel(incident.room) if incident.room else text("its channel is not open yet")
    yield section(join([_stands(incident), where, _people(incident)], "\n"))
    said = incident.stakeholders or incident.summary
    if said:
        yield section(text(said, _SUMMARY))
    yield from _due(incident)
    if incident.is_open:
        join_in = Press(
            label="Join",
            operation="incident.join",
            params={"incident": incident.short},
            style="primary",
        )
        yield actions([join_in], "join")
    yield context(text(meaning if incident.is_open else _ended(incident)))


def _stands(incident: Incident) -> Mrkdwn:
    service = "Service unknown" if incident.service == "unknown" else incident.service
    parts = [text(incident.severity.value), bold(text(incident.status.value)), text(service, 100)]
    return join([*parts, join([text("since"), day_and_moment(incident.began)], " ")], " · ")


def _people(incident: Incident) -> Mrkdwn:
    """Say who does what; while nobody leads, that."""
    held = [
        join([text(f"{label}:"), user(incident.roles[role].id)], " ")
        for role, label in _ROLES.items()
        if role in incident.roles
    ]
    nobody = Role.COMMANDER not in incident.roles and incident.is_open
    return join([*([text("Nobody leads yet.")] if nobody else []), *held], " · ")


def _sections(lines: Iterable[Mrkdwn]) -> Iterator[Block]:
    """Draw *lines* in as few paragraphs as Slack takes: with long addresses in them, in several."""
    held: list[Mrkdwn] = []
    for line in lines:
        if held and sum(len(one) + 1 for one in held) + len(line) > limits.SECTION_TEXT:
            yield section(join(held, "\n"))
            held = []
        held.append(line)
    yield section(join(held, "\n"))


def _limbs(incident: Incident) -> Iterator[Mrkdwn]:
    """Tell of each limb; where there are more than fit, of those that are not done first."""
    limbs = incident.limbs
    if len(limbs) > _LIMBS:
        limbs = tuple(sorted(limbs, key=lambda limb: limb.state is LimbState.DONE))
    yield from map(_limb, limbs[:_LIMBS])
    if len(limbs) > _LIMBS:
        yield text(f"And {len(limbs) - _LIMBS} more; `/incident show` tells all.")


def _limb(limb: Limb) -> Mrkdwn:
    said = text(f"– {limb.note}", _NOTE) if limb.note else text("")  # noqa: RUF001  A dash.
    if limb.link and limb.state in {LimbState.DONE, LimbState.BY_HAND}:
        said = join([text("–"), link(limb.link, limb.note or "Look")], " ")  # noqa: RUF001  A dash.
    return join([text(f"{_MARKS[limb.state]} {limb.label}"), said], " ")


def _about_limb(limb: Limb, incident: Incident) -> Sequence[Press]:
    which = {"limb": limb.name, "incident": incident.short}
    return (
        Press(
            label=f"Retry: {limb.label}", operation="incident.retry", params=which, style="primary"
        ),
        Press(label="Skip", operation="incident.skip", params=which, fill=True),
        Press(label="I did it by hand", operation="incident.by_hand", params=which, fill=True),
    )


def _call(call: Call) -> Mrkdwn:
    if call.acknowledged_by and call.acknowledged_at:
        seconds = (call.acknowledged_at - call.at).total_seconds()
        return text(f"📟 Acknowledged by {call.acknowledged_by} after {span(seconds)}.", _NOTE)
    if call.resolved:
        return text("📟 The page is resolved.", _NOTE)
    if not call.woken:
        return text("📟 The page woke nobody.", _NOTE)
    return text(f"📟 Paged {', '.join(call.woken)}; nobody has acknowledged yet.", _NOTE)


def _due(incident: Incident) -> Iterator[Block]:
    if incident.next_update_at is not None and incident.is_open:
        yield context(join([text("Next update due"), day_and_moment(incident.next_update_at)], " "))


def _changes(incident: Incident) -> Iterator[Block]:
    in_force = incident.in_force
    if not in_force:
        return
    one = len(in_force) == 1
    yield section(bold(text(f"{len(in_force)} {'change is' if one else 'changes are'} in force")))
    lines = [text(f"• {c.told}, by {c.by_name}", _NOTE) for c in in_force[-_SHOWN:]]
    yield section(join(lines, "\n"))


def _next(incident: Incident) -> Sequence[Press]:
    """Return what is likely to be pressed next."""
    which = {"incident": incident.short}
    if not incident.is_open:
        ended = [Press(label="Write it up", operation="incident.document", params=which)]
        if incident.status is Status.RESOLVED:
            close = Press(label="Close", operation="incident.close", params=which, style="primary")
            return [close, *ended, _fill("Reopen", "incident.reopen", which)]
        return ended
    lead = Press(
        label="I lead",
        operation="incident.role",
        params={**which, "role": Role.COMMANDER.value, "free": "yes"},
        style="primary",
    )
    return [
        *([] if Role.COMMANDER in incident.roles else [lead]),
        _fill("Update", "incident.update", which),
        _fill("Status", "incident.status", which),
        _fill("Severity", "incident.severity", which),
        _fill("Page more", "incident.page", which),
        _fill("Hand over", "incident.handoff", which),
    ]


def _fill(label: str, operation: str, params: Mapping[str, str]) -> Press:
    return Press(label=label, operation=operation, params=params, fill=True)


def _foot(incident: Incident) -> Mrkdwn:
    kind = [
        text(word) for word, so in (("Private", incident.private), ("Drill", incident.drill)) if so
    ]
    who = join([text("Declared by"), user(incident.declared_by)], " ")
    source = [link(incident.source, "where it was noticed")] if incident.source else []
    bridge = [link(incident.bridge, "Join the call")] if incident.bridge else []
    return join([*kind, who, *source, *bridge], " · ")


def _ended(incident: Incident) -> str:
    took = durations(incident).get("resolved")
    over = f" after {span(took)}" if took is not None else ""
    why = f": {incident.reason}" if incident.reason else ""
    return f"{incident.status.value.capitalize()}{over}{why}"
