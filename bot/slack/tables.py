"""Tables in a message, and as a file where a message cannot hold them."""

import csv
import io
import re
from collections.abc import Sequence

from bot.slack import limits
from bot.slack.blocks import NOTHING, Block
from bot.slack.mrkdwn import visible

Rows = Sequence[Sequence[str]]
"""A table, its header first."""

ROWS = 20
"""How many rows, beside the header, somebody reads in a message."""

_CELL = 100
_CHARACTERS = 5500
# A cell that begins so is a formula to a spreadsheet; a plain number is none.
_FORMULA, _NUMBER = re.compile(r"\s*[=+\-@]|[\t\r]"), re.compile(r"[+-]?\d+([.,]\d+)*%?")


def table(rows: Rows) -> list[Block]:
    """Draw as much of *rows* as a message takes; nothing for a header without rows."""
    shown = _shown(rows)
    if len(shown) < 2 or not shown[0]:  # noqa: PLR2004  A header, and a row.
        return []
    return [{"type": "table", "rows": [[_cell(words) for words in row] for row in shown]}]


def fits(rows: Rows) -> bool:
    """Say whether a message shows *rows* whole."""
    shown = _shown(rows)
    wide = max((len(row) for row in rows), default=0)
    return (
        len(shown) == len(rows)
        and wide <= (len(shown[0]) if shown else 0)
        and all(len(words) <= _CELL for row in rows for words in row)
    )


def _shown(rows: Rows) -> list[list[str]]:
    """Return the header and the rows that follow it, each as wide as the header, while room is."""
    columns = min(len(rows[0]) if rows else 0, limits.TABLE_COLUMNS)
    shown: list[list[str]] = []
    room = _CHARACTERS
    for row in rows[: ROWS + 1]:
        cells = [
            limits.clip(visible(words[: _CELL + 1]).strip(), _CELL) or NOTHING for words in row
        ]
        cells = (cells + [NOTHING] * columns)[:columns]
        room -= sum(map(len, cells))
        if room < 0:
            break
        shown.append(cells)
    return shown


def _cell(words: str) -> Block:
    """Return a cell; as raw text, nothing in it takes effect."""
    return {"type": "raw_text", "text": words}


def as_csv(rows: Rows) -> str:
    """Write *rows* as CSV in which no cell is a formula to a spreadsheet."""
    written = io.StringIO()
    csv.writer(written).writerows([_harmless(words) for words in row] for row in rows)
    return written.getvalue()


def _harmless(words: str) -> str:
    return f"'{words}" if _FORMULA.match(words) and not _NUMBER.fullmatch(words) else words
