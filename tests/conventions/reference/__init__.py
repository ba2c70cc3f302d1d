"""The pages of `docs/reference`, made from the code. `python -m tests.conventions.reference`."""

from collections.abc import Callable, Mapping
from pathlib import Path

from bot.cli.app import reference as command_line
from tests.conventions.house import ROOT
from tests.conventions.reference import errors, metrics, operations, policy, record, settings
from tests.conventions.reference.snippet import README, filled

FOLDER = ROOT / "docs" / "reference"

NOTE = "<!-- Made by `make docs` from the code. Change the code, not this page. -->\n"

PAGES: Mapping[str, Callable[[], str]] = {
    "operations.md": operations.page,
    "settings.md": settings.page,
    "errors.md": errors.page,
    "record.md": record.page,
    "metrics.md": metrics.page,
    "policy.md": policy.page,
    "cli.md": command_line,
}


def written() -> dict[Path, str]:
    """Return what each generated file has to hold."""
    pages = {FOLDER / name: f"{NOTE}{page().rstrip()}\n" for name, page in PAGES.items()}
    return pages | {README: filled(README.read_text("utf-8"))}


def write() -> None:
    """Write the generated files."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for path, text in written().items():
        path.write_text(text, "utf-8")
