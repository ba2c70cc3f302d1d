"""Buttons that ask for an operation, and messages that are little more than such buttons."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from bot.domain.notice import Prompt
from bot.domain.result import Press
from bot.slack import limits
from bot.slack.blocks import NOTHING, Block, button, section
from bot.slack.mrkdwn import bold, join, sentence, user

DO, FILL = "do", "fill"
"""The action_ids of such buttons, before a colon and the operation's name and number.

The first asks at once, the second opens the form; the value holds the params as JSON.
"""

_LINES, _LINE, _TOGETHER = 24, 300, 8
"""Lines that are shown, characters of one, and lines in one block."""

_TITLE, _MESSAGE = 200, 2500


def prompt_card(prompt: Prompt) -> Block:
    """Draw *prompt* as `{text, blocks}`."""
    called = [user(prompt.who)] if prompt.who else []
    said = join([*called, sentence(prompt.message, _MESSAGE)], " ")
    title = sentence(prompt.title, _TITLE)
    lines = [sentence(line, _LINE) for line in prompt.lines[:_LINES]]
    starts = range(0, len(lines), _TOGETHER)
    blocks = [
        section(join([bold(title), said], "\n")),
        *(section(join(lines[at : at + _TOGETHER], "\n")) for at in starts),
    ]
    if prompt.presses:
        blocks.append(actions(prompt.presses))
    short = join([title, *called, sentence(prompt.message, 500)], " ")
    return {"text": str(short) or NOTHING, "blocks": blocks}


def actions(presses: Sequence[Press], block: str = "") -> Block:
    """Draw *presses* in a row."""
    elements = [press_button(press, number) for number, press in enumerate(presses)]
    named = {"block_id": block} if block else {}
    return {"type": "actions", **named, "elements": elements}


def press_button(press: Press, number: int = 0) -> Block:
    """Draw the button of *press*; *number* tells it from others of its row."""
    action = f"{FILL if press.fill else DO}:{press.operation}:{number}"
    value = json.dumps(dict(press.params), ensure_ascii=False, separators=(",", ":"))
    if len(value) > limits.BUTTON_VALUE:
        raise ValueError(f"The params of a button for {press.operation!r} are too long.")
    style = {"style": press.style} if press.style else {}
    return button(press.label, action, value, **style)


def pressed(action: str, value: str) -> tuple[str, Mapping[str, str]]:
    """Return the operation and the params of such a button; what cannot be read is empty."""
    rest = action.partition(":")[2]
    return rest.rpartition(":")[0], _params(value)


def _params(value: str) -> Mapping[str, str]:
    try:
        read: Any = json.loads(value)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(read, dict):
        return {}
    return {str(name): said for name, said in read.items() if isinstance(said, str)}
