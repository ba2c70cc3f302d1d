"""The drills, installed for one test."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from integrations.slack import pace
from tests.scenarios.child import installed
from tests.scenarios.ledger import LEDGER, Ledger
from tests.scenarios.points import unguard
from tests.world import SCENE, Flavour

RARER = (Flavour.SOCKETS, Flavour.REPLICAS)
SHARE = 15
"""`make test` plays one scene in so many in the rarer flavours, drawn by the seed that pytest
prints; `make soak` plays them all."""

HURRIED = 0.1
"""Seconds between two messages in a channel. Slack wants ten times as many; that they are kept is
proven by a clock that is set, and here most of the time would go into them."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave most scenes in the rarer flavours to the soak."""
    soak = config.option.markexpr == "soak"
    seed = config.getoption("randomly_seed", "default")
    for item in items:
        rare = item.get_closest_marker("every_flavour") is None and _is_rare(item)
        drawn = random.Random(f"{seed} {item.nodeid}").randrange(SHARE) == 0  # noqa: S311  No secret.
        if rare and (soak or not drawn):
            item.add_marker(pytest.mark.soak)


def _is_rare(item: pytest.Item) -> bool:
    """Say whether *item* is a scene that is played over HTTP on SQLite, too."""
    told = getattr(item, "callspec", None)
    return told is not None and told.params.get("flavour") in RARER


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ledger]:
    """Install the drills, give them a ledger, and take all gates away at the end."""
    monkeypatch.syspath_prepend(installed(tmp_path / "installed"))
    monkeypatch.setenv(LEDGER, str(tmp_path / "ledger"))
    yield Ledger(tmp_path / "ledger")
    unguard()


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the bots of this process speak faster than Slack would let them."""
    monkeypatch.setattr(pace, "GAP", HURRIED)


@pytest.fixture(params=list(Flavour), autouse=True)
def flavour(request: pytest.FixtureRequest) -> Iterator[Flavour]:
    """Play each scene on each database, and by each way from Slack."""
    SCENE.flavour = request.param
    if SCENE.flavour is Flavour.REPLICAS:
        SCENE.postgres = request.getfixturevalue("postgres")
    yield SCENE.flavour
    SCENE.flavour = Flavour.HTTP
