"""How things look in a terminal: aligned plain text of 80 columns, without colours."""

import json
import re
import shutil
import textwrap
import unicodedata
from collections.abc import Sequence
from typing import Any

import click

from bot.cli.codes import exit_of
from bot.domain.errors import RedbuttonError

GAP = "  "
NARROWEST = 20
"""Columns that the last column of a table has at least, however wide the others are."""


def shown(text: object) -> str:
    """Return *text* without what a terminal would obey rather than show."""
    return "".join(c if c.isprintable() or c == "\n" else _instead(c) for c in str(text))


def _instead(character: str) -> str:
    return " " if character.isspace() else "\N{REPLACEMENT CHARACTER}"


def complain(error: RedbuttonError) -> int:
    """Print *error* to stderr, a sentence a line; return its exit code."""
    tell_problem(error.message, error.fix)
    return exit_of(error)


def tell_problem(*sentences: str) -> None:
    """Print *sentences* to stderr, a line each, in the words of the command line."""
    for sentence in sentences:
        if sentence:
            click.echo(shown(local(sentence)), err=True)


def local(text: str) -> str:
    """Return *text*, which may name Slack's command, with the command to type here."""
    text = text.replace("`/ops`", "`redbutton operations`")
    return re.sub(r"`/ops (?=[a-z])", "`redbutton run ", text)


def tell_json(value: Any) -> None:
    """Print *value* as JSON, in ASCII: no terminal or pipe reads it wrongly."""
    click.echo(json.dumps(value, indent=2, default=str))


def tell_table(rows: Sequence[Sequence[object]]) -> None:
    """Print *rows*, the header first, in columns; the last one is wrapped to the width."""
    for line in table(rows, shutil.get_terminal_size().columns):
        click.echo(line)


def table(rows: Sequence[Sequence[object]], width: int = 80) -> list[str]:
    """Return *rows* as lines of at most *width* columns where the last column can make them so."""
    cells = [[" ".join(shown(cell).split()) for cell in row] for row in rows]
    columns = max((len(row) for row in cells), default=0)
    cells = [row + [""] * (columns - len(row)) for row in cells]
    wide = [max(columns_of(row[at]) for row in cells) for at in range(columns - 1)]
    indent = sum(wide) + len(GAP) * len(wide)
    last = max(width - indent, NARROWEST)
    return [line for row in cells for line in _lines(row, wide, indent, last)]


def _lines(row: list[str], wide: list[int], indent: int, last: int) -> list[str]:
    if not row:
        return [""]
    start = "".join(_padded(cell, w) + GAP for cell, w in zip(row, wide, strict=False))
    first, *rest = textwrap.wrap(row[-1], last, break_on_hyphens=False) or [""]
    return [(start + first).rstrip(), *(" " * indent + more for more in rest)]


def _padded(cell: str, width: int) -> str:
    return cell + " " * (width - columns_of(cell))


def columns_of(text: str) -> int:
    """Return how many columns *text* takes: two for wide letters, none for marks upon others."""
    return sum(
        0 if unicodedata.combining(c) else 1 + (unicodedata.east_asian_width(c) in "WF")
        for c in text
    )
