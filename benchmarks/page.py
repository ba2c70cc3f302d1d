"""The figures as a table, printed and written into `docs/performance.md`."""

import os
import platform
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.processes import ROOT

PAGE = ROOT / "docs" / "performance.md"
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"


@dataclass(frozen=True)
class Figure:
    """One line of the table. *met* is None where there is no target."""

    what: str
    found: str
    target: str = ""
    met: bool | None = None


def table(figures: Sequence[Figure]) -> str:
    """Return *figures* as a Markdown table, below the command and the machine."""
    marks = {True: "yes", False: "**no**", None: ""}
    rows = [f"| {f.what} | {f.found} | {f.target} | {marks[f.met]} |" for f in figures]
    machine = (
        f"{os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}, "
        f"SQLite {sqlite3.sqlite_version}"
    )
    return "\n".join(
        [
            f"Made by `make bench` on {machine}.",
            "",
            "| figure | found | target | met |",
            "| --- | --- | --- | --- |",
            *rows,
        ]
    )


def write(text: str) -> None:
    """Put *text* in the place of the figures on the page; ValueError where it has no place."""
    before, begin, rest = PAGE.read_text("utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{PAGE} has no place for figures: {BEGIN} and {END}.")
    PAGE.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}", "utf-8")
