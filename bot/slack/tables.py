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
_FIGURE = re.compile(r"[+\-−]?\d[\d,.]*( ?%)?|same")  # noqa: RUF001  A minus sign.
_FORMULA, _NUMBER = re.compile(r"\s*[=+\-@]|[\t\r]"), re.compile(r"[+-]?\d+([.,]\d+)*%?")


def table(rows: Rows) -> list[Block]:
    """Draw as much of *rows* as a message takes; nothing for a header without rows."""
    shown = _shown(rows)
    if len(shown) < 2 or not shown[0]:  # noqa: PLR2004  A header, and a row.
        return []
    settings = {"column_settings": _sides(shown)} if any(map(_figures, _columns(shown))) else {}
    cells = [[_cell(words) for words in row] for row in shown]
    return [{"type": "table", **settings, "rows": cells}]


def _sides(shown: Rows) -> list[Block]:
    """Say to which side each column leans: figures to the right, so that one can compare them."""
    return [{"align": "right" if _figures(one) else "left"} for one in _columns(shown)]


def _columns(shown: Rows) -> list[Sequence[str]]:
    return list(zip(*shown[1:], strict=True))


def _figures(column: Sequence[str]) -> bool:
    """Say whether *column* holds figures alone, and at least one."""
    said = [words for words in column if words != NOTHING]
    return bool(said) and all(_FIGURE.fullmatch(words) for words in said)


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
