"""The story of an incident, in Markdown: what is known, and room for what people learn from it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from bot.authoring import (
    ENDED,
    UNKNOWN_SERVICE,
    Call,
    Change,
    Incident,
    Moment,
    MomentKind,
    Settled,
    Task,
    durations,
    span,
)
from commands.incident.markdown import link, plain

_TO_WRITE = (
    ("What went well", "What helped, so that it is kept?"),
    ("What went badly", "What cost time, or made it worse?"),
    ("Why", "What made it possible, and what made it likely? Look at work, not at people."),
    ("What we will do", "What changes, who sees to it, and until when?"),
)
"""The parts that people write, each with a sentence that asks for it."""

_STANDS = {Settled.UNDONE: "undone", Settled.ACCEPTED: "accepted as it is"}


def story(incident: Incident, timeline: Sequence[Moment], now: datetime) -> str:
    """Return the document about *incident*; what is not known is left out."""
    names = _names(incident, timeline)
    parts = (
        _head(incident),
        _facts(incident),
        _part("How long it took", _lasted(incident)),
        _part("Summary", [plain(incident.summary)] if incident.summary.strip() else []),
        _part("Who was paged", map(_call, incident.calls)),
        _part("What customers were told", _public(timeline)),
        _part("Changes", (_change(one, names) for one in incident.changes)),
        _part("Tasks", (_task(t, names) for t in incident.tasks if not t.follow_up)),
        _part("Follow-ups", (_task(t, names) for t in incident.tasks if t.follow_up)),
        _part("Timeline", map(_moment, timeline)),
        *(f"## {title}\n\n_{question}_" for title, question in _TO_WRITE),
        _foot(incident, timeline, now),
    )
    return "\n\n".join(part for part in parts if part) + "\n"


def stamp(at: datetime) -> str:
    """Return *at*, which is UTC, as the document shows it."""
    return f"{at:%Y-%m-%d %H:%M:%S}"


def _head(incident: Incident) -> str:
    lines = [f"# {incident.short}: {plain(incident.title)}"]
    if incident.private:
        lines.append("**This incident is private: show this to nobody outside its channel.**")
    if incident.drill:
        lines.append("**This was a drill: nothing was broken.**")
    return "\n\n".join(lines)


def _facts(incident: Incident) -> str:
    told = [
        f"Name: {plain(incident.name)}",
        f"Severity: {incident.severity}",
        f"Status: {incident.status}" + _because(incident),
    ]
    if incident.service != UNKNOWN_SERVICE:
        told.append(f"Service: {plain(incident.service)}")
    told.append(f"Declared by {plain(incident.declared_by_name)}, {stamp(incident.at)} UTC")
    if incident.began_at is not None:
        told.append(f"Began {stamp(incident.began_at)} UTC")
    told += [
        f"{role.value.capitalize()}: {plain(holder.name)}, since {stamp(holder.at)} UTC"
        for role, holder in incident.roles.items()
    ]
    places = (
        (f"#{incident.room_name}" if incident.room_name else "", incident.room_url, "Channel"),
        ("where it was noticed", incident.source, "Source"),
        *((x.note or x.label, x.link, "Ticket") for x in incident.limbs if x.name == "ticket"),
    )
    told += [f"{what}: {link(label, url)}" for label, url, what in places if label and url]
    return _lines(told)


def _because(incident: Incident) -> str:
    given = incident.status in ENDED and incident.reason.strip()
    return f" ({plain(incident.reason)})" if given else ""


def _lasted(incident: Incident) -> Iterator[str]:
    since = "it began" if incident.began_at is not None else "it was declared"
    for name, seconds in durations(incident).items():
        if seconds >= 0:
            yield f"{name.capitalize()} {span(seconds)} after {since}"


def _call(call: Call) -> str:
    names = ", ".join(map(plain, call.woken)) or "nobody"
    told = f"{stamp(call.at)} UTC: {names}, for {link(call.service, call.url)}"
    if call.acknowledged_by is None or call.acknowledged_at is None:
        return f"{told}; no answer is known"
    after = span((call.acknowledged_at - call.at).total_seconds())
    return f"{told}; {plain(call.acknowledged_by)} answered after {after}"


def _public(timeline: Sequence[Moment]) -> Iterator[str]:
    return (_moment(one) for one in timeline if one.kind is MomentKind.PUBLIC)


def _change(change: Change, names: Mapping[str, str]) -> str:
    stands = _STANDS[change.settled] if change.settled else "still in force"
    by = names.get(change.settled_by)
    who = f" by {plain(by)}" if by and change.settled else ""
    words = plain(f"{change.operation} {change.words}")
    told = f"{stamp(change.at)} UTC, {plain(change.by_name)}: {words}"
    said = f" ({plain(change.summary)})" if change.summary.strip() else ""
    return f"{told}{said}: {stands}{who}"


def _task(task: Task, names: Mapping[str, str]) -> str:
    stands = "Done" if task.done else "Open"
    owner = names.get(task.owner or "")
    who = f", {plain(owner)}" if owner else ""
    ticket = f" ({link(task.ticket, task.link)})" if task.ticket else ""
    return f"{stands}{who}: {plain(task.text)}{ticket}"


def _moment(one: Moment) -> str:
    who = f" ({plain(one.by_name)})" if one.by_name else ""
    where = f" {link('link', one.link)}" if link("link", one.link) != "link" else ""
    return f"{stamp(one.at)}: {plain(one.text)}{who}{where}"


def _foot(incident: Incident, timeline: Sequence[Moment], now: datetime) -> str:
    count = len(timeline)
    lines = "1 line" if count == 1 else f"{count} lines"
    return (
        f"---\n\nMade {stamp(now)} UTC from Redbutton's record of {incident.short} and the {lines} "
        "of its timeline. All times are UTC. What is not known is left out."
    )


def _part(title: str, lines: Iterable[str]) -> str:
    told = list(lines)
    return f"## {title}\n\n{_lines(told)}" if told else ""


def _lines(told: Sequence[str]) -> str:
    return "\n".join(f"- {line}" for line in told)


def _names(incident: Incident, timeline: Sequence[Moment]) -> Mapping[str, str]:
    """Return by Slack id the names of those whom the record names."""
    told = {one.by: one.by_name for one in timeline if one.by and one.by_name}
    held = {holder.id: holder.name for holder in incident.roles.values()}
    return {**told, **held, incident.declared_by: incident.declared_by_name}
