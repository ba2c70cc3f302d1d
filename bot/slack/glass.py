"""The modal in which one breaks the glass: a reason, and a word that nobody types by mistake."""

from bot.slack import limits
from bot.slack.blocks import Block, modal, plain, section
from bot.slack.elements import ACTION
from bot.slack.mrkdwn import bold, text
from bot.slack.state import metadata

GLASS = "glass"
"""The action_id of the button; its value is an invocation's id."""

CALLBACK = "glass"
"""The callback_id of the modal."""

REASON, SURE = "reason", "sure"
"""The block_ids of its fields."""

WORD = "BREAK GLASS"
"""What is typed to mean it."""

_LOUD = "It runs at once. Everybody hears of it, and somebody else has to look at it afterwards."


def glass_view(invocation: str, channel: str | None) -> Block:
    """Draw the modal about *invocation*, whose button was pressed in *channel*."""
    return modal(
        "Break glass",
        [
            section(bold(text(f"🚨 {_LOUD}"))),
            _input(REASON, "Why it cannot wait", "One sentence; it stands in the record.", 500),
            _input(SURE, f"Type {WORD} to confirm", "", 40),
        ],
        callback_id=CALLBACK,
        private_metadata=metadata(invocation, channel),
        submit=plain("Break glass", limits.VIEW_BUTTON),
        close=plain("Cancel", limits.VIEW_BUTTON),
    )


def _input(block: str, label: str, hint: str, most: int) -> Block:
    element = {"type": "plain_text_input", "action_id": ACTION, "max_length": most}
    return {
        "type": "input",
        "block_id": block,
        "label": plain(label, limits.LABEL),
        "element": element,
        "optional": False,
        **({"hint": plain(hint, limits.HINT)} if hint else {}),
    }
