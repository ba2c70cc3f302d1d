"""Requests for approval: the card that everybody sees, and the modal in which one decides."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from bot.domain.approval import Remark, Standing, Vote, name_of
from bot.domain.notice import ApprovalCard
from bot.domain.operation import Risk
from bot.slack import limits
from bot.slack.blocks import Block, button, context, modal, plain, section
from bot.slack.elements import ACTION
from bot.slack.mrkdwn import Mrkdwn, bold, code, day_and_moment, join, sentence, text, user
from bot.slack.state import metadata
from bot.slack.tables import table

APPROVE, REFUSE, ASK, HAND_OVER = "approve", "refuse", "ask", "hand_over"
"""The action_ids of a card's buttons; the value of each is `Ref.text`."""

CALLBACK = "decide"
"""The callback_id of the modal in which one decides."""

REASON, PERSON = "reason", "person"
"""The block_ids of its fields."""

_SUMMARY, _WORDS, _RULES, _WORD, _ROWS = 300, 500, 800, 300, 5
# Votes and remarks share one block, and a modal's rows have a heading: 3,000 characters each.
_SAID, _PREVIEW = 1400, 2900
_SIGNS: Mapping[Standing, str] = MappingProxyType(
    {
        Standing.OPEN: "🔏",
        Standing.APPROVED: "✅",
        Standing.REFUSED: "⛔",
        Standing.EXPIRED: "⌛",
        Standing.WITHDRAWN: "🚫",
    }
)
_STANDS: Mapping[Standing, str] = MappingProxyType(
    {
        Standing.OPEN: "needs approval",
        Standing.APPROVED: "approved",
        Standing.REFUSED: "refused",
        Standing.EXPIRED: "lapsed",
        Standing.WITHDRAWN: "withdrawn",
    }
)


@dataclass(frozen=True)
class Ref:
    """Which round of which request is meant."""

    invocation: str
    round: int

    @property
    def text(self) -> str:
        """Return it as a button or a modal carries it."""
        return f"{self.invocation}:{self.round}"

    @classmethod
    def read(cls, text: str) -> "Ref":
        """Read what `text` wrote; whatever else it is means no request there is."""
        invocation, _, number = text.partition(":")
        return cls(invocation, int(number) if number.isascii() and number.isdecimal() else 0)


@dataclass(frozen=True)
class _Way:
    """One way to decide: what its modal is called, what it asks for, and its button."""

    title: str
    label: str
    hint: str
    submit: str


WAYS: Mapping[str, _Way] = MappingProxyType(
    {
        APPROVE: _Way("Approve", "Why is it right?", "It stands in the record.", "Approve"),
        REFUSE: _Way("Refuse", "Why not?", "Who asked reads it, and so does the record.", "Refuse"),
        ASK: _Way("Ask a question", "Your question", "Who asked is told at once.", "Ask"),
        HAND_OVER: _Way(
            "Hand over", "Who decides instead?", "You have no word of your own then.", "Hand over"
        ),
    }
)


def approval_card(card: ApprovalCard) -> Block:
    """Draw *card* as `{text, blocks}`."""
    return {"text": str(_in_short(card)), "blocks": list(_blocks(card))}


def decide_view(card: ApprovalCard, way: str) -> Block:
    """Draw the modal in which one approves, refuses, asks or hands over: *way* says which."""
    told = WAYS[way]
    field = _person(told) if way == HAND_OVER else _reason(told, way)
    shown = [section(_headline(card)), context(code(f"{card.operation} {card.words}", _WORDS))]
    return modal(
        told.title,
        [*shown, *_rows(card), *_why(card), field],
        callback_id=CALLBACK,
        private_metadata=metadata(f"{way}:{Ref(card.invocation, card.round).text}", None),
        submit=plain(told.submit, limits.VIEW_BUTTON),
        close=plain("Cancel", limits.VIEW_BUTTON),
    )


def way_of(said: str) -> tuple[str, Ref]:
    """Return which way a modal decides, and about what."""
    way, _, ref = said.partition(":")
    return way, Ref.read(ref)


def _in_short(card: ApprovalCard) -> Mrkdwn:
    line = f"{_SIGNS[card.standing]} {card.summary.rstrip('.')}: {_STANDS[card.standing]}"
    return sentence(f"{line}, asked by {card.asked_by_name}. {card.outcome}".strip(), 1000)


def _blocks(card: ApprovalCard) -> Iterator[Block]:
    yield section(_headline(card))
    yield context(code(f"{card.operation} {card.words}".strip(), _WORDS))
    if card.risk is Risk.DISRUPT and not card.outcome:
        yield section(bold(text("⚠️ Disturbs people or running services at once.")))
    yield from _preview(card)
    yield from _why(card)
    yield section(_counts(card))
    if said := [*_newest(map(_vote, card.votes)), *_newest(map(_remark, card.remarks))]:
        yield section(join(said, "\n"))
    if card.outcome:
        yield section(bold(sentence(card.outcome, _RULES)))
    else:
        yield {"type": "actions", "elements": _buttons(card)}
    yield context(_foot(card))


def _headline(card: ApprovalCard) -> Mrkdwn:
    who = user(card.asked_by)
    if not who.startswith("<@"):
        who = text(card.asked_by_name or card.asked_by, limits.OPTION_TEXT)
    summary = bold(sentence(card.summary.rstrip("."), _SUMMARY))
    stands = text(_STANDS[card.standing])
    return join([text(_SIGNS[card.standing]), summary, text("·"), stands, text("·"), who], " ")


def _preview(card: ApprovalCard) -> list[Block]:
    """Draw what would change; of many rows the first, and how many there are."""
    if not card.preview:
        return []
    hidden = len(card.preview) - 1 - _ROWS
    more = [context(text(_hidden(hidden)))] if hidden > 0 else []
    return [section(bold(text("What changes"))), *table(card.preview[: _ROWS + 1]), *more]


def _rows(card: ApprovalCard) -> list[Block]:
    """Draw what would change in words: a modal takes no table (docs.slack.dev: table block)."""
    if not card.preview:
        return []
    lines = [" · ".join(row) for row in card.preview[: _ROWS + 1]]
    hidden = len(card.preview) - len(lines)
    more = [_hidden(hidden)] if hidden else []
    return [
        section(
            join([bold(text("What changes")), text("\n".join([*lines, *more]), _PREVIEW)], "\n")
        )
    ]


def _hidden(rows: int) -> str:
    return f"… and {rows:,} {'row' if rows == 1 else 'rows'} more"


def _why(card: ApprovalCard) -> list[Block]:
    words = sentence(" ".join(card.sentences), _RULES)
    return [context(words)] if words else []


def _counts(card: ApprovalCard) -> Mrkdwn:
    parts = [
        join([bold(text(lane)), text(f" {card.has.get(lane, 0)} of {count}")])
        for lane, count in card.needs.items()
    ]
    return join([text("Approvals:"), join(parts, " · ")], " ")


def _newest(lines: Iterable[Mrkdwn]) -> list[Mrkdwn]:
    """Return the last of *lines* that there is room for, and how many came before."""
    every, room = list(lines), _SAID
    shown: list[Mrkdwn] = []
    for line in reversed(every):
        room -= len(line) + 1
        if room < 0:
            break
        shown.append(line)
    hidden = len(every) - len(shown)
    before = [text(f"… {hidden} before these")] if hidden else []
    return [*before, *reversed(shown)]


def _vote(vote: Vote) -> Mrkdwn:
    instead = " (asked to decide instead)" if vote.instead_of else ""
    sign = "✓" if vote.yes else "✗"
    return join([text(f"{sign} "), bold(text(vote.name, 80)), text(f"{instead}: "), _said(vote)])


def _said(vote: Vote) -> Mrkdwn:
    return text(vote.reason, _WORD)


def _remark(remark: Remark) -> Mrkdwn:
    if not remark.name:
        return join([text("⚠️ "), sentence(remark.text, _WORD)])
    return join([text("💬 "), bold(text(remark.name, 80)), text(": "), text(remark.text, _WORD)])


def _foot(card: ApprovalCard) -> Mrkdwn:
    name = text(f"{card.operation} · {name_of(card.invocation, card.round)}", limits.OPTION_TEXT)
    if card.outcome:
        return name
    who = ", ".join(card.helpers[:5]) + (" and others" if len(card.helpers) > 5 else "")  # noqa: PLR2004  A line.
    may = text(f"{who} may decide" if who else "Nobody who may decide is known now", 300)
    until = join([text("lapses "), day_and_moment(card.expires_at)])
    return join([may, until, name], " · ")


def _buttons(card: ApprovalCard) -> list[Block]:
    ref = Ref(card.invocation, card.round).text
    return [
        button("Approve", APPROVE, ref, style="primary"),
        button("Refuse", REFUSE, ref, style="danger"),
        button("Ask a question", ASK, ref),
        button("Hand over", HAND_OVER, ref),
    ]


def _reason(way: _Way, kind: str) -> Block:
    element = {
        "type": "plain_text_input",
        "action_id": ACTION,
        "max_length": 500,
        "multiline": kind != APPROVE,
    }
    return _input(REASON, way, element)


def _person(way: _Way) -> Block:
    element = {
        "type": "users_select",
        "action_id": ACTION,
        "placeholder": plain("Choose a person", limits.PLACEHOLDER),
    }
    return _input(PERSON, way, element)


def _input(block: str, way: _Way, element: Block) -> Block:
    return {
        "type": "input",
        "block_id": block,
        "label": plain(way.label, limits.LABEL),
        "hint": plain(way.hint, limits.HINT),
        "element": element,
        "optional": False,
    }
