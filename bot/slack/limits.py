"""Slack's limits, and how we stay within them.

Words that only help (labels, hints, an option's text) are clipped, and end in `…` where they were.
Values that count (an option's value, what a field holds) are never clipped: what does not fit is
not shown as if it were whole. Numbers are characters unless their name says otherwise; they come
from docs.slack.dev: reference/block-kit and reference/views, where no other source is named.
"""

ELLIPSIS = "…"

HEADER = 150
SECTION_TEXT = 3000
SECTION_FIELDS = 10
SECTION_FIELD = 2000
CONTEXT_ELEMENTS = 10
BUTTON_TEXT = 75
BUTTON_VALUE = 2000
BUTTON_URL = 3000
CONFIRM_TITLE = 100
CONFIRM_TEXT = 300
CONFIRM_BUTTON = 30
OPTION_TEXT = 75
OPTION_VALUE = 150
SELECT_OPTIONS = 100
CHECKBOXES = 10
PLACEHOLDER = 150
LABEL = 2000
HINT = 2000
TYPED = 3000
BLOCK_ID = 255
TABLE_ROWS = 100
TABLE_COLUMNS = 20
MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
VIEW_TITLE = 24
VIEW_BUTTON = 24
METADATA = 3000

VIEW_BYTES = 250_000
"""docs.slack.dev: views.push, `view_too_large`."""

MESSAGE_CHARACTERS = 13_200
"""Over all blocks of a message. Not documented: above it Slack says `msg_blocks_too_long`."""

MESSAGE_TEXT = 4000
"""docs.slack.dev: chat.postMessage asks to keep its `text` to this."""


def clip(text: str, limit: int) -> str:
    """Return *text*, or as much of it as fits into *limit* characters together with an `…`."""
    return text if len(text) <= limit else text[: limit - len(ELLIPSIS)] + ELLIPSIS
