"""Messages: notices as Block Kit."""

from collections.abc import Mapping
from types import MappingProxyType

from bot.domain.ids import short
from bot.domain.invocation import State, StepState
from bot.domain.notice import (
    ApprovalCard,
    Audience,
    IncidentCard,
    Note,
    Notice,
    Prompt,
    RunCard,
    StepLine,
)
from bot.domain.operation import Risk
from bot.slack import limits
from bot.slack.approvals import approval_card
from bot.slack.blocks import NOTHING, Block, button, context, modal, plain, section
from bot.slack.glass import GLASS
from bot.slack.incidents import incident_card
from bot.slack.mrkdwn import Mrkdwn, bold, code, join, sentence, text, user, web_address
from bot.slack.prompts import press_button, prompt_card
from bot.slack.results import drawn, each, more, overflow, rest
from bot.slack.tables import table

__all__ = [
    "AGAIN",
    "CANCEL",
    "SHARE",
    "STANDS",
    "are_you_sure",
    "card",
    "detail",
    "note_view",
    "overflow",
]

CANCEL, SHARE, AGAIN = "cancel", "share", "again"
"""The action_ids of our buttons; the value of each is an invocation's id."""

# Together with a result these stay below `limits.MESSAGE_CHARACTERS`.
_SUMMARY, _WORDS, _STEPS, _STEP, _PROGRESS = 300, 500, 1500, 150, 200
_PROBLEM, _FIX, _UNDO, _FALLBACK = 600, 400, 500, 1000

STANDS: Mapping[State, tuple[str, str]] = MappingProxyType(
    {
        State.INVALID: ("⚠️", "unclear"),
        State.DENIED: ("⛔", "not allowed"),
        State.WAITING: ("🔏", "waiting for approval"),
        State.ACCEPTED: ("🕓", "waiting to start"),
        State.RUNNING: ("⏳", "running"),
        State.SUCCEEDED: ("✅", "done"),
        State.FAILED: ("❌", "failed"),
        State.CANCELLED: ("🚫", "cancelled"),
        State.UNKNOWN: ("❓", "outcome unknown"),
    }
)
"""The sign and the words for how far a run is."""

_MARKS: Mapping[StepState, str] = MappingProxyType(
    {
        StepState.PLANNED: "○",
        StepState.RUNNING: "⏳",
        StepState.DONE: "✓",
        StepState.FAILED: "✗",
        StepState.BY_HAND: "✋",
    }
)
_GOING = frozenset({State.WAITING, State.ACCEPTED, State.RUNNING})
_MAYBE = "It may have happened, and it may not: an answer was lost."
_LOOKING = "We are looking what came of it; this message will change. Do not ask again before."
_LOOK = "Look there before you ask again; nothing else settles it."
_ONLY_READ = "It changes nothing, so asking again is safe."


def card(notice: Notice, audience: Audience = Audience.PERSON) -> Block:
    """Draw *notice* as `{text, blocks}`; "Share here" is offered to an audience of PERSON alone."""
    match notice:
        case RunCard():
            return {"text": str(_in_short(notice)), "blocks": _run(notice, audience)}
        case Note():
            words = str(sentence(f"{notice.message} {notice.fix}".strip()))
            return {"text": words if words.strip() else NOTHING, "blocks": _note(notice)}
        case ApprovalCard():
            return approval_card(notice)
        case Prompt():
            return prompt_card(notice)
        case IncidentCard():
            return incident_card(notice)


def goes_alone(card: RunCard, audience: Audience) -> bool:
    """Say whether *card* has no thread, so that its files go with the message itself."""
    alone = audience is not Audience.CHANNEL or card.risk is Risk.READ
    return alone and not card.renewed


def detail(card: RunCard) -> Block | None:
    """Draw the thread's message of *card* as `{text, blocks}`, or None where there is no more."""
    result = card.result
    blocks = (
        [*each(result), *more(result), *rest(card, attached=not card.renewed)] if result else []
    )
    if card.preview:
        # Slack takes one table in a message; the result's goes first.
        taken = any(block["type"] == "table" for block in blocks)
        preview = _lines(card.preview) if taken else table(card.preview)
        blocks = [section(bold(text("What changes"))), *preview, *blocks]
    if not blocks:
        return None
    words = sentence(f"Details of: {card.summary}", _SUMMARY)
    return {"text": str(words), "blocks": [*blocks, context(_names(card))]}


def note_view(note: Note) -> Block:
    """Draw *note* as a modal, for the answer to a submitted form."""
    return modal("Redbutton", _note(note), close=plain("Close", limits.VIEW_BUTTON))


def _note(note: Note) -> list[Block]:
    blocks = [section(sentence(note.message))]
    if note.fix.strip():
        blocks.append(section(sentence(note.fix)))
    if note.again:
        blocks.append(_actions([button("Run it again", AGAIN, note.again)]))
    if note.glass:
        blocks.append(_actions([_break_glass(note.glass)]))
    return blocks


def _in_short(card: RunCard) -> Mrkdwn:
    """Say it in one line: what a notification shows and a screen reader reads."""
    sign, stands = STANDS[card.state]
    more = card.result.text if card.result else card.problem or card.progress
    who = card.asked_by_name or card.asked_by
    line = f"{sign} {card.summary.rstrip('.')}: {stands}, for {who}. {more}"
    return sentence(line.strip(), _FALLBACK)


def _run(card: RunCard, audience: Audience) -> list[Block]:
    words = code(f"{card.operation} {card.words}".strip(), _WORDS)
    blocks = [section(_headline(card)), context(words)]
    # What was looked up is in the answer: it needs no check-list.
    answered = card.risk is Risk.READ and card.state is State.SUCCEEDED
    if card.steps and not answered:
        blocks.append(section(_steps(card.steps)))
    if card.progress.strip() and card.state in _GOING:
        blocks.append(context(sentence(card.progress, _PROGRESS)))
    blocks += [*drawn(card, attached=goes_alone(card, audience)), *_trouble(card)]
    if card.undo:
        blocks.append(context(join([text("To take it back:"), code(card.undo, _UNDO)], " ")))
    if buttons := _buttons(card, audience):
        blocks.append(_actions(buttons))
    return [*blocks, context(_names(card))]


def _headline(card: RunCard) -> Mrkdwn:
    sign, stands = STANDS[card.state]
    who = user(card.asked_by)
    if not who.startswith("<@"):
        who = text(card.asked_by_name or card.asked_by, limits.OPTION_TEXT)
    summary = bold(sentence(card.summary.rstrip("."), _SUMMARY))
    return join([text(sign), summary, text("·"), text(stands), text("·"), who], " ")


def _steps(steps: tuple[StepLine, ...]) -> Mrkdwn:
    """Draw the check-list; of a long one the end, which is where it goes on."""
    lines: list[Mrkdwn] = []
    room = _STEPS
    for step in reversed(steps):
        note = join([text(" –"), text(step.note, _STEP)], " ") if step.note.strip() else text("")  # noqa: RUF001  A dash.
        line = join([text(f"{_MARKS[step.state]} "), text(step.label, _STEP), note])
        room -= len(line) + 1
        if room < 0:
            break
        lines.append(line)
    hidden = len(steps) - len(lines)
    before = [text(f"… {hidden} steps before these")] if hidden else []
    return join([*before, *reversed(lines)], "\n")


def _trouble(card: RunCard) -> list[Block]:
    parts = [sentence(card.problem, _PROBLEM), sentence(card.fix, _FIX), _doubt(card)]
    words = join(parts, "\n")
    return [section(words)] if words else []


def _doubt(card: RunCard) -> Mrkdwn:
    """Say what an unknown outcome means for who reads it; nothing for any other."""
    if card.state is not State.UNKNOWN:
        return text("")
    if card.risk is Risk.READ:
        return text(_ONLY_READ)
    return join([bold(text(_MAYBE)), text(_LOOKING if card.looking else _LOOK)], " ")


def _buttons(card: RunCard, audience: Audience) -> list[Block]:
    found = []
    address = web_address(card.result.link) if card.result and card.result.link else None
    if address:
        found.append(button("Open", "open", card.invocation, url=address))
    if card.result and card.state is State.SUCCEEDED:
        found += [press_button(press, n) for n, press in enumerate(card.result.presses)]
    if card.state is State.WAITING:
        found.append(button("Withdraw", CANCEL, card.invocation))
        if card.glass:
            found.append(_break_glass(card.invocation))
    elif card.risk is Risk.READ:
        if card.state is State.SUCCEEDED and audience is Audience.PERSON:
            found.append(button("Share here", SHARE, card.invocation))
    elif card.state in _GOING:
        sure = are_you_sure()
        found.append(button("Cancel", CANCEL, card.invocation, style="danger", confirm=sure))
    return found


def _break_glass(invocation: str) -> Block:
    return button("🚨 Break glass", GLASS, invocation, style="danger")


def are_you_sure() -> Block:
    """Draw what is asked before a run is cancelled."""
    return {
        "title": plain("Cancel this run?", limits.CONFIRM_TITLE),
        "text": plain("It stops before its next step. What is done stays.", limits.CONFIRM_TEXT),
        "confirm": plain("Cancel the run", limits.CONFIRM_BUTTON),
        "deny": plain("Let it go on", limits.CONFIRM_BUTTON),
        "style": "danger",
    }


def _actions(buttons: list[Block]) -> Block:
    return {"type": "actions", "elements": buttons}


def _names(card: RunCard) -> Mrkdwn:
    """Return what people read out to each other when they talk about this run."""
    return text(f"{card.operation} · {short(card.invocation)}", limits.OPTION_TEXT)


def _lines(rows: tuple[tuple[str, ...], ...]) -> list[Block]:
    return [section(text("\n".join(" · ".join(row) for row in rows)))]
