"""The drills, installed for one test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.scenarios.child import installed
from tests.scenarios.ledger import LEDGER, Ledger
from tests.scenarios.points import unguard


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ledger]:
    """Install the drills, give them a ledger, and take all gates away at the end."""
    monkeypatch.syspath_prepend(installed(tmp_path / "installed"))
    monkeypatch.setenv(LEDGER, str(tmp_path / "ledger"))
    yield Ledger(tmp_path / "ledger")
    unguard()
