"""What a case says beside its operation: who asks, where, when, and what is so around it."""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, tzinfo

from yaml import Node, SequenceNode

from bot.domain.actor import Actor, ActorKind
from bot.domain.decision import Channel, Situation, TargetFacts
from bot.domain.invocation import Surface
from policies.lines import Entry, Slip, Wrong, entries, flag, line_of, number, text, texts
from policies.lint import nearest

MONDAY_NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
"""When a case that says nothing of it is asked: at that hour in whatever zone the rules count."""

AROUND = ("approvals", "recent", "recent_target", "freeze", "incident", "break_glass", "target")
"""The keys of a case that say what is so around it."""

ASKER = "T0TEST/U0TEST"
"""Who asks or approves, where nothing is said of it."""

REQUESTER = "T0TEST/U0OTHER"
"""Who asks for what is approved, where nothing is said of it."""

_KEY = re.compile(r"([^/\s]+)/([^/\s]+)")
_FLAGS = ("guest", "external", "bot")


def actor_of(node: Node | None, what: str = "who", key: str = ASKER) -> Actor:
    """Read who *what* says it is; by the *key* where it names nobody. Raises Wrong."""
    keys = ("groups", "on_call", *_FLAGS, "id", "schedule")
    parts = {} if node is None else entries(node, f"`{what}`", keys)
    if "schedule" in parts:
        if len(parts) > 1:
            raise Wrong(
                Slip(
                    parts["schedule"].line, "A schedule has no groups and no flags. Leave them out."
                )
            )
        team, name = _key(parts["schedule"], "T0123/nightly")
        return Actor(team, name, name, ActorKind.SCHEDULE)
    team, name = _key(parts["id"], "T0123/U0123ABCD") if "id" in parts else key.split("/")
    groups, on_call = (
        frozenset(texts(parts[n].node, f"`{n}`")) if n in parts else frozenset[str]()
        for n in ("groups", "on_call")
    )
    guest, external, bot = (n in parts and flag(parts[n].node, f"`{n}`") for n in _FLAGS)
    return Actor(
        team,
        name,
        name,
        groups=groups,
        on_call=on_call,
        guest=guest,
        external=external,
        bot=bot,
    )


def _key(entry: Entry, example: str) -> tuple[str, str]:
    """Read an id as rules name it: without its workspace it would be nobody's."""
    typed = text(entry.node, "The id")
    found = _KEY.fullmatch(typed)
    if found is None:
        said = f"The id {typed!r} lacks its workspace. Write it as rules do: `{example}`."
        raise Wrong(Slip(entry.line, said))
    return found[1], found[2]


def place_of(entry: Entry | None, actor: Actor) -> tuple[str, Channel | None]:
    """Read the surface and the channel that *actor* asks in. Raises Wrong."""
    parts = {} if entry is None else entries(entry.node, "`where`", ("surface", "channel"))
    by_itself = actor.kind is ActorKind.SCHEDULE
    surface = (Surface.SCHEDULE if by_itself else Surface.SLACK).value
    if "surface" in parts:
        surface = choice(parts["surface"].node, "surface", [s.value for s in Surface])
    if "channel" not in parts:
        return surface, None
    told = entries(parts["channel"].node, "`channel`", ("groups", "shared", "id"))
    groups = texts(told["groups"].node, "`groups`") if "groups" in told else []
    shared = "shared" in told and flag(told["shared"].node, "`shared`")
    name = text(told["id"].node, "`id`") if "id" in told else "C0TEST"
    return surface, Channel(name, frozenset(groups), shared)


def moment_of(entry: Entry | None, zone: tzinfo) -> datetime:
    """Read when it is asked, told in *zone*. Raises Wrong."""
    if entry is None:
        return MONDAY_NOON.replace(tzinfo=zone)
    typed = text(entry.node, "`when`")
    try:
        moment = datetime.fromisoformat(typed)
        if moment.tzinfo is not None:
            return moment.astimezone(zone)
    except (ValueError, OverflowError):
        pass
    cure = "Write `2026-01-05T12:00:00Z`, or another zone's offset in place of Z."
    raise Wrong(Slip(entry.line, f"{typed!r} is no instant with its zone. {cure}"))


def choice(node: Node, what: str, values: Sequence[str]) -> str:
    """Read one of *values*. Raises Wrong."""
    typed = text(node, f"`{what}`")
    if typed not in values:
        raise Wrong(Slip(line_of(node), f"`{what}` is {typed!r}. {nearest(typed, values)}"))
    return typed


def situation_of(parts: Mapping[str, Entry], lanes: Collection[str]) -> Situation:
    """Read what the `AROUND` of *parts* say is so; approvals are in *lanes*. Raises Wrong."""

    def said(name: str) -> bool:
        return name in parts and flag(parts[name].node, f"`{name}`")

    recent, on_target = (
        number(parts[name].node, f"`{name}`") if name in parts else 0
        for name in ("recent", "recent_target")
    )
    incident = text(parts["incident"].node, "`incident`") if "incident" in parts else None
    return Situation(
        approvals=counts_of(parts.get("approvals"), "approvals", lanes),
        recent=recent,
        recent_target=on_target,
        freeze=said("freeze"),
        incident=incident or None,
        break_glass=said("break_glass"),
        target=_target(parts.get("target")),
    )


def counts_of(entry: Entry | None, what: str, lanes: Collection[str]) -> dict[str, int]:
    """Read how many approvals there are in each of *lanes*. Raises Wrong."""
    told = {} if entry is None else entries(entry.node, f"`{what}`", None)
    for lane, one in told.items():
        lane_of(lane, one.line, lanes)
    return {lane: number(one.node, f"`{lane}`") for lane, one in told.items()}


def lane_of(name: str, line: int, lanes: Collection[str]) -> str:
    """Return *name* where it is one of *lanes*; raise Wrong."""
    if name not in lanes:
        said = f"Nobody may approve in the lane {name!r}. {nearest(name, lanes)}"
        raise Wrong(Slip(line, said))
    return name


def sentences_of(entry: Entry | None) -> tuple[str, ...] | None:
    """Read one sentence or a list of them. Raises Wrong."""
    if entry is None:
        return None
    if isinstance(entry.node, SequenceNode):
        return tuple(texts(entry.node, "`says`"))
    return (text(entry.node, "`says`"),)


def _target(entry: Entry | None) -> TargetFacts:
    told = {} if entry is None else entries(entry.node, "`target`", ("environment", "owner"))
    return TargetFacts(**{name: text(one.node, f"`{name}`") for name, one in told.items()})
