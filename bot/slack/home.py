"""The App Home, drawn: what is somebody's own, and what they may run."""

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType

from bot.domain.operation import Operation, Risk
from bot.pipeline.answers import Refusal
from bot.pipeline.mine import Own
from bot.slack import limits
from bot.slack.blocks import Block, button, context, plain, section
from bot.slack.home_own import DECLARE, OPEN, REFILL, STAR, declare_button, own_blocks, star_select
from bot.slack.mrkdwn import bold, code, join, sentence, text

__all__ = ["BUTTONS", "FIND", "OPEN", "REFILL", "STAR", "home_view", "nothing_view"]

FIND = "find"
"""The action_id of the button that opens the catalogue."""

BUTTONS = frozenset({OPEN, REFILL, STAR})
"""The action_ids, before a colon, of what is pressed in the Home alone."""

_Groups = Mapping[str, Sequence[Operation]]

_SUMMARY, _CHOICES = 300, 200
_MARKS: Mapping[Risk, str] = MappingProxyType({Risk.READ: "", Risk.CHANGE: "✏️", Risk.DISRUPT: "⚠️"})
_LEGEND = "✏️ changes something · ⚠️ disturbs people or running services at once"
_NOTHING = "You may run none of the operations here."


def home_view(mine: Sequence[Operation], known: int, own: Own | None = None) -> Block:
    """Draw the Home of who may run *mine* of the *known* operations, with what is their *own*.

    As many operations are listed as a view has room for.
    """
    own = own or Own()
    may = frozenset(operation.name for operation in mine)
    marked = any(o.risk is not Risk.READ for o in mine)
    declares = [{"type": "actions", "elements": [declare_button()]}] if DECLARE in may else []
    theirs, groups = own_blocks(own, may), _grouped(mine)
    top = [
        _header(),
        *declares,
        *theirs,
        *([{"type": "divider"}] if theirs else []),
        section(text(_about(len(mine), known))),
        _finding(groups, own.favourites),
        *([context(text(_LEGEND))] if marked else []),
    ]
    listed, shown = _listed(groups, own.favourites, limits.VIEW_BLOCKS - len(top) - 1)
    return _view([*top, *listed, *_left_out(len(mine) - shown)])


def nothing_view(why: Refusal | None) -> Block:
    """Draw the Home of who may run nothing, and *why* as far as the rules say."""
    words = f"{_NOTHING} {why.message} {why.fix}" if why else _NOTHING
    return _view([_header(), section(sentence(words.strip()))])


def _view(blocks: list[Block]) -> Block:
    return {"type": "home", "blocks": blocks}


def _header() -> Block:
    return {"type": "header", "text": plain("Redbutton", limits.HEADER)}


def _about(mine: int, known: int) -> str:
    return (
        "Redbutton carries out your team's operations, each checked against the rules and put on "
        f"the record; you may run {mine} of {known}."
    )


def _finding(groups: _Groups, favourites: Sequence[str]) -> Block:
    """Draw what leads to each operation, and what marks it."""
    find = button("Find an operation", FIND, "catalogue", style="primary")
    names: dict[str, list[str]] = {}
    for one in [one for several in groups.values() for one in several][:_CHOICES]:
        names.setdefault(one.group, []).append(one.name)
    # Under another id Slack forgets what was chosen, and the choice stands open again.
    state = f"find:{len(favourites)}:{favourites[-1] if favourites else ''}"
    stars = [star_select(names, favourites)] if names else []
    return {"type": "actions", "block_id": state, "elements": [find, *stars]}


def _grouped(mine: Sequence[Operation]) -> _Groups:
    groups: dict[str, list[Operation]] = {}
    for operation in sorted(mine, key=lambda o: (o.group, o.name)):
        groups.setdefault(operation.group, []).append(operation)
    return groups


def _listed(groups: _Groups, favourites: Collection[str], room: int) -> tuple[list[Block], int]:
    """Draw *groups* in at most *room* blocks; return them and how many operations are drawn."""
    blocks: list[Block] = []
    shown = 0
    for group, operations in groups.items():
        fit = operations[: max(0, room - len(blocks) - 1)]
        if not fit:
            break
        lines = [_line(one, marked=one.name in favourites) for one in fit]
        blocks += [section(bold(text(group.capitalize()))), *lines]
        shown += len(fit)
    return blocks, shown


def _line(operation: Operation, *, marked: bool) -> Block:
    star = "★" if marked else ""
    name = join([code(operation.name), text(_MARKS[operation.risk]), text(star)], " ")
    words = join([name, sentence(operation.summary, _SUMMARY)], "\n")
    open_it = button("Open", f"{OPEN}:{operation.name}", operation.name)
    label = limits.clip(f"Open {operation.name}", limits.BUTTON_TEXT)
    return {**section(words), "accessory": {**open_it, "accessibility_label": label}}


def _left_out(count: int) -> list[Block]:
    words = f"{count} more do not fit here. `Find an operation`, above, finds each of them."
    return [context(sentence(words))] if count else []
