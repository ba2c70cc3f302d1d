"""The catalogue: the modal in which an operation is looked for."""

import difflib
from collections.abc import Iterable, Sequence

from bot.domain.operation import Operation
from bot.domain.params import Option
from bot.slack import limits
from bot.slack.blocks import Block, modal, option, plain, section
from bot.slack.elements import ACTION, as_option
from bot.slack.mrkdwn import sentence
from bot.slack.state import CHOSEN, metadata

CALLBACK = "catalogue"
"""The callback_id of the catalogue."""

BLOCK = CHOSEN
"""The block_id of its one field; the action_id is `value`, as in every form."""

_INTRO = "Only what you may run is listed. `/ops` and an operation's name opens its form at once."
_NEAR = 0.6
"""How alike two words must be, from 0 to 1, for one to be a slip of the other."""


def catalogue_view(channel: str | None = None, top: Sequence[Block] = ()) -> Block:
    """Draw the modal in which an operation is looked for; *channel* is where it was asked.

    *top* stands above all else.
    """
    select = {
        "type": "external_select",
        "action_id": ACTION,
        "placeholder": plain("Type a few letters", limits.PLACEHOLDER),
        "min_query_length": 0,
        "focus_on_load": True,
    }
    label = plain("What do you want to do?", limits.LABEL)
    field = {"type": "input", "block_id": BLOCK, "label": label, "element": select}
    return modal(
        "Find an operation",
        [*top, section(sentence(_INTRO)), field],
        callback_id=CALLBACK,
        private_metadata=metadata(None, channel),
        submit=plain("Next", limits.VIEW_BUTTON),
        close=plain("Cancel", limits.VIEW_BUTTON),
    )


def options_for(operations: Sequence[Operation], typed: str) -> list[Block]:
    """Return at most 100 options of *operations* for *typed*, best first; all for nothing typed."""
    words = typed.casefold().split()[:10]
    ranked = [(rank, o.name, o) for o in operations if (rank := _rank(o, words)) is not None]
    found = [operation for _, _, operation in sorted(ranked, key=lambda r: r[:2])]
    return [option(o.name, f"{o.name}: {o.summary}") for o in found[: limits.SELECT_OPTIONS]]


def _rank(operation: Operation, words: list[str]) -> int | None:
    """Return how well *operation* answers to all of *words*, 0 is best; None where it does not."""
    names = [operation.name, *operation.name.replace("_", ".").split(".")]
    about = operation.summary.casefold().rstrip(".").split()
    ranks = [_rank_word(names, about, word) for word in words]
    return None if None in ranks else sum(rank for rank in ranks if rank is not None)


def _rank_word(names: list[str], about: list[str], word: str) -> int | None:
    """Return how well *word* is met: what is in a name counts more than what is told about it."""
    if any(one.startswith(word) for one in names):
        return 0
    if any(one.startswith(word) for one in about):
        return 1
    if any(word in one for one in [*names, *about]):
        return 2
    for rank, known in ((3, names), (4, about)):
        if difflib.get_close_matches(word[:75], known, n=1, cutoff=_NEAR):
            return rank
    return None


def as_options(options: Iterable[Option]) -> list[Block]:
    """Return at most 100 of *options* as Slack's; a value that Slack cannot hold is left out."""
    held = {o.value: o for o in options if 0 < len(o.value) <= limits.OPTION_VALUE}
    return [as_option(o) for o in list(held.values())[: limits.SELECT_OPTIONS]]
