"""What stands in no file: where somebody's files lie, where packages come from, loose ends."""

import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

from tests.conventions.house import PRODUCT, ROOT, modules, named

EVERYWHERE = (*PRODUCT, "tests", "docs", "benchmarks", "deploy")
SUFFIXES = frozenset(
    {".py", ".md", ".html", ".js", ".css", ".cedar", ".toml", ".lock", ".json", ".sql", ".yaml"}
    | {".service", ".env", ""}
)

# Spelt in halves, so that this file may hold them.
FORBIDDEN = re.compile(
    r"(?<![\w.$~])/(?:wo" + r"rk|ro" + r"ot|ho" + r"me|Us" + r"ers)/"
    r"|py" + r"pi\.(?:org|python)|python" + r"hosted\.org|artif" + r"actory|registry\.npm"
    r"|(?:#|//|--) (?:TO" + r"DO(?!\([^)]+\): \w)|FIX" + r"ME|X" + r"XX)",
)
NOQA = re.compile(r"# (?:ruff: )?noqa: (?:[A-Z]+[0-9]+, )*[A-Z]+[0-9]+  [A-Z`0-9].*\S$")
IGNORED = re.compile(r"# type: ignore\[[a-z, -]+\]  # [A-Z`]\S* .*\.$")
BARE = re.compile(r"# (?:(?:ruff|flake8): )?noqa|# type: ignore|# mypy:|# pyright:")


def texts() -> Iterator[Path]:
    """Return every text file of the repository."""
    root = [p for p in ROOT.iterdir() if p.is_file() and not p.name.startswith(".coverage")]
    below = [p for folder in EVERYWHERE for p in (ROOT / folder).rglob("*") if p.is_file()]
    yield from (p for p in (*root, *below) if p.suffix in SUFFIXES)


def comments(path: Path) -> Iterator[str]:
    """Return the comments of a Python file."""
    tokens = tokenize.generate_tokens(io.StringIO(path.read_text("utf-8")).readline)
    yield from (token.string for token in tokens if token.type == tokenize.COMMENT)


def test_no_file_names_a_machine_or_a_registry_or_leaves_a_loose_end() -> None:
    found = [
        f"{named(path)}:{number} {match.group()}"
        for path in texts()
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        for match in FORBIDDEN.finditer(line)
    ]

    assert found == []


def test_whoever_silences_a_check_says_why() -> None:
    found = [
        f"{named(path)}: {comment}"
        for path in modules(*PRODUCT, "tests", "benchmarks")
        for comment in comments(path)
        if BARE.search(comment) and not (NOQA.search(comment) or IGNORED.search(comment))
    ]

    assert found == []


def test_every_rule_that_is_left_out_says_why() -> None:
    lines = (ROOT / "pyproject.toml").read_text("utf-8").splitlines()
    left_out = [line for line in lines if re.match(r'    "[A-Z]+[0-9]*",', line)]

    assert left_out != []
    assert [line for line in left_out if not re.search(r"  # \S.* \S.*\.$", line)] == []
