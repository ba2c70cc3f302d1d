"""The few forms of Markdown that the pages are made of."""

import inspect
import re
from collections.abc import Iterable, Sequence


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; a bar within a cell is escaped."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(_cell(c) for c in line)} |" for line in lines)


def code(text: str) -> str:
    """Return *text* as code within a line."""
    return f"`{text}`"


def prose(doc: str | None) -> str:
    """Return the sentences of a docstring on one line for each paragraph."""
    paragraphs = inspect.cleandoc(doc or "").split("\n\n")
    return "\n\n".join(" ".join(p.split()) for p in paragraphs)


def line(doc: str | None) -> str:
    """Return a docstring as one line, its emphasised names in Markdown's own way."""
    return re.sub(r"\s+", " ", inspect.cleandoc(doc or ""))


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", "<br>")
