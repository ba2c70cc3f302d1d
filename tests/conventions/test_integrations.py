"""Every integration is laid out alike, so that whoever knows one knows all."""

import importlib
from pathlib import Path

import pytest

from tests.conventions.house import ROOT

FILES = frozenset({"config.py", "client.py", "adapter.py", "errors.py"})

WITHOUT = {
    "slack": {
        "adapter.py": "Its ports are two: `sender.py` keeps the outbox's, `rooms.py` the chat's."
    },
}
"""What an integration has not got, and why. This list only ever gets shorter."""

VENDORS = [
    folder
    for folder in sorted((ROOT / "integrations").iterdir())
    if (folder / "__init__.py").exists() and folder.name != "ports"
]
each = pytest.mark.parametrize("folder", VENDORS, ids=lambda f: f.name)


@each
def test_an_integration_has_the_files_that_all_have(folder: Path) -> None:
    lacking = FILES - {file.name for file in folder.iterdir()}

    assert lacking == WITHOUT.get(folder.name, {}).keys()


@each
def test_an_integration_sorts_its_errors_in_one_place(folder: Path) -> None:
    errors = importlib.import_module(f"integrations.{folder.name}.errors")

    assert callable(errors.classify)


def test_every_exception_is_still_needed() -> None:
    assert WITHOUT.keys() <= {folder.name for folder in VENDORS}
