"""The arrows between rooms are held: each contract breaks on the import it is there to forbid."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.conventions.house import PRODUCT, ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
CONTRACTS = {c["name"]: c for c in PROJECT["tool"]["importlinter"]["contracts"]}

PLANTED = {
    "Imports point down the diagram": ("bot/pipeline/words.py", "bot.store.book"),
    "Operations speak only to bot.authoring and integrations.ports": (
        "commands/users/find.py",
        "bot.domain.ids",
    ),
    "Groups of operations do not call each other": (
        "commands/users/find.py",
        "commands.meta.whoami",
    ),
    "Surfaces ask through inner ports, not the rules or the record": (
        "bot/cli/codes.py",
        "audit.records",
    ),
    "The shared words know no vendor and do no I/O": ("bot/domain/ids.py", "sqlalchemy"),
    "The road and the rules know no vendor": ("bot/pipeline/words.py", "aiohttp"),
    "One room imports the durable engine": ("bot/store/book.py", "dbos"),
    "One room imports the policy engine": ("bot/pipeline/words.py", "cedarpy"),
    "One module of the product imports httpx, and one of the playground": (
        "bot/logs.py",
        "httpx",
    ),
    "One module draws": ("commands/incident/figures.py", "matplotlib"),
    "Only bot.main may start the playground": ("bot/settings.py", "playground.wire"),
}
"""For each contract an import that it has to find: in which file, and of what."""


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """Return a copy of the product that may be spoilt."""
    for package in PRODUCT:
        leave = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / package, tmp_path / package, ignore=leave)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def linted(house: Path) -> str:
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(  # noqa: S603  The linter of this environment, on a copy of this code.
        [linter, "--no-cache"], cwd=house, capture_output=True, text=True, check=False
    )
    return done.stdout


def test_the_house_as_it_stands_keeps_every_contract(house: Path) -> None:
    assert f"Contracts: {len(CONTRACTS)} kept, 0 broken." in linted(house)


@pytest.mark.parametrize("contract", CONTRACTS)
def test_a_contract_finds_the_import_it_forbids(contract: str, house: Path) -> None:
    path, wanted = PLANTED[contract]
    with (house / path).open("a") as file:
        file.write(f"\nimport {wanted}\n")

    assert f"{contract} BROKEN" in linted(house)


def test_every_group_of_operations_stands_by_itself() -> None:
    groups = [f"commands.{p.parent.name}" for p in (ROOT / "commands").glob("*/__init__.py")]

    listed = CONTRACTS["Groups of operations do not call each other"]["modules"]

    assert sorted(listed) == sorted(groups)


def test_every_integration_has_its_place_in_the_diagram() -> None:
    found = {f"integrations.{p.parent.name}" for p in (ROOT / "integrations").glob("*/__init__.py")}

    layers = " ".join(CONTRACTS["Imports point down the diagram"]["layers"])

    assert found - set(layers.replace("|", " ").split()) == set()
