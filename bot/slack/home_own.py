"""What a person's Home shows of what is theirs, each sort under its heading."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from bot.domain.approval import Waiting
from bot.domain.incident import Incident, Role
from bot.domain.invocation import State
from bot.domain.result import Press
from bot.pipeline.mine import Doing, Own, Planned
from bot.slack import limits
from bot.slack.approvals import APPROVE, REFUSE, Ref
from bot.slack.blocks import Block, button, context, option, plain, section
from bot.slack.cards import CANCEL, STANDS, are_you_sure
from bot.slack.incidents import sign
from bot.slack.mrkdwn import (
    Mrkdwn,
    bold,
    channel,
    code,
    day_and_moment,
    join,
    sentence,
    text,
)
from bot.slack.prompts import press_button

OPEN, REFILL, STAR = "open_form", "refill", "star"
"""The action_ids before a colon: what opens a form, opens it filled in, and marks a favourite.

The value of the second is an invocation's id, that of the others an operation's name.
"""

DECLARE, JOIN = "incident.declare", "incident.join"
"""The operations that the Home offers by a button of their own, to whoever may run them."""

SHORTLY = 8
"""How many favourites and recent operations have a row of their own."""

_TITLE, _WHAT, _WORDS, _NAME = 150, 150, 80, 60


def own_blocks(own: Own, may: frozenset[str]) -> list[Block]:
    """Draw *own* for who may run the operations *may*; what there is none of is left out."""
    return [
        *_incidents(own.incidents, own.more_incidents, may),
        *_approvals(own.approvals, own.more_approvals),
        *_headed("Running for you", map(_going, own.going)),
        *_headed("You asked for lately", (_ended(one, may) for one in own.ended)),
        *_headed("Your schedules", map(_planned, own.planned)),
        *_shortly(own, may),
        *([context(text("Some of what is yours cannot be read just now."))] if own.unread else []),
    ]


def declare_button() -> Block:
    """Draw the red button."""
    label = "🚨 Declare an incident"
    return press_button(Press(label=label, operation=DECLARE, fill=True, style="danger"))


def star_select(names: Mapping[str, Sequence[str]], marked: Collection[str]) -> Block:
    """Draw the choice by which an operation becomes a favourite, and ceases to be.

    *names* are those of each group.
    """
    groups = [
        {
            "label": plain(group.capitalize(), limits.OPTION_TEXT),
            "options": [
                option(n, f"{_star(n in marked)} {n}") for n in of[: limits.SELECT_OPTIONS]
            ],
        }
        for group, of in names.items()
    ]
    return {
        "type": "static_select",
        "action_id": STAR,
        "placeholder": plain("☆ Favourites", limits.PLACEHOLDER),
        "option_groups": groups[: limits.SELECT_OPTIONS],
    }


def _choice(name: str, marked: Collection[str]) -> Block:
    return option(name, f"{_star(name in marked)} {name}")


def _star(marked: bool) -> str:  # noqa: FBT001  It is all there is to say.
    return "★" if marked else "☆"


def _headed(heading: str, blocks: Iterable[Block]) -> Iterator[Block]:
    """Put *heading* above *blocks*, if there are any."""
    below = list(blocks)
    if below:
        yield section(bold(text(heading)))
        yield from below


def _incidents(incidents: Sequence[Incident], more: int, may: Collection[str]) -> Iterator[Block]:
    lines = [_incident(one, n, joins=JOIN in may) for n, one in enumerate(incidents)]
    rest = f"{more} more: `/incident list` shows them."
    yield from _headed("Open incidents", [*lines, *([context(sentence(rest))] if more else [])])


def _incident(one: Incident, number: int, *, joins: bool) -> Block:
    name = bold(text(f"{sign(one)} {one.severity} · {one.short}"))
    leader = one.roles.get(Role.COMMANDER)
    leads = text(f"{leader.name} leads", _NAME) if leader else text("nobody leads yet")
    since = join([text("since"), day_and_moment(one.began)], " ")
    place = [channel(one.room)] if one.room else []
    stands = join([text(one.status.value), since, leads, *place], " · ")
    drawn = section(join([join([name, text(one.title, _TITLE)], " "), stands], "\n"))
    if not joins:
        return drawn
    press = Press(label="Join", operation=JOIN, params={"incident": one.short}, style="primary")
    return {**drawn, "accessory": _named(press_button(press, number), f"Join {one.short}")}


def _approvals(waiting: Sequence[Waiting], more: int) -> Iterator[Block]:
    blocks = [block for one in waiting for block in _approval(one)]
    rest = f"{more} more: `/ops approval.list` shows them."
    tail = [context(sentence(rest))] if more else []
    yield from _headed("Waiting for your approval", [*blocks, *tail])


def _approval(one: Waiting) -> Iterator[Block]:
    asks = join([text("🔏"), bold(text(one.asked_by, _NAME)), text("asks for")], " ")
    until = join([text("lapses"), day_and_moment(one.until)], " ")
    needs = join([text(f"needs {one.lacking}", _TITLE) if one.lacking else text(""), until], " · ")
    yield section(join([asks, code(one.what, _WHAT), needs], "\n"))
    ref = Ref(one.invocation, one.round).text
    yes = _named(button("Approve", APPROVE, ref, style="primary"), f"Approve {one.what}")
    no = _named(button("Refuse", REFUSE, ref), f"Refuse {one.what}")
    yield {"type": "actions", "elements": [yes, no]}


def _going(one: Doing) -> Block:
    waits = one.state is State.WAITING
    label = "Withdraw" if waits else "Cancel"
    sure = {} if waits else {"confirm": are_you_sure()}
    stop = button(label, CANCEL, one.invocation, **sure)
    return {**section(_line(one)), "accessory": _named(stop, f"{label} {one.operation}")}


def _ended(one: Doing, may: Collection[str]) -> Block:
    if one.operation not in may:
        return section(_line(one))
    again = button("Again", REFILL, one.invocation)
    return {**section(_line(one)), "accessory": _named(again, f"Again: {one.operation}")}


def _line(one: Doing) -> Mrkdwn:
    mark, stands = STANDS[one.state]
    name = join([text(mark), code(f"{one.operation} {one.words}".strip(), _WORDS)], " ")
    return join([name, join([text(stands), day_and_moment(one.at)], " · ")], "\n")


def _planned(one: Planned) -> Block:
    when = [join([text("next"), day_and_moment(one.at)], " ")] if one.at else []
    name = join([text("🗓️"), bold(text(one.name, _NAME))], " ")
    return section(join([name, join([code(one.what, _WORDS), *when], " · ")], "\n"))


def _shortly(own: Own, may: frozenset[str]) -> Iterator[Block]:
    """Draw a row for each favourite and each recent operation: open it, mark it."""
    shown = may - {DECLARE}  # It has the red button.
    names = [name for name in dict.fromkeys((*own.favourites, *own.recent)) if name in shown]
    rows = [_row(name, marked=name in own.favourites) for name in names[:SHORTLY]]
    yield from _headed("Favourites and recent", rows)


def _row(name: str, *, marked: bool) -> Block:
    what = f"Take {name} off your favourites" if marked else f"Make {name} a favourite"
    star = _named(button(_star(marked), f"{STAR}:{name}", name), what)
    return {"type": "actions", "elements": [button(name, f"{OPEN}:{name}", name), star]}


def _named(element: Block, name: str) -> Block:
    """Have a reader of screens say *name* for what is drawn short."""
    return {**element, "accessibility_label": limits.clip(name, limits.BUTTON_TEXT)}
