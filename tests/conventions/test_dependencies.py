"""What the bot needs is declared, used, and pinned by hash."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions

import pytest

from tests.conventions.house import PRODUCT, ROOT, modules

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))

NOT_IMPORTED = {
    "email-validator": "pydantic imports it for e-mail fields.",
    "httptools": "uvicorn imports it when it is told to.",
    "tzdata": "zoneinfo reads it where the system has no zones.",
}
"""What is needed though no module of ours imports it."""

COMES_ALONG = {
    "annotated-types": "pydantic's own vocabulary, of whatever version it needs.",
    "pydantic-core": "pydantic's own other half, of exactly the version it needs.",
    "typing-extensions": "pydantic's own vocabulary, of whatever version it needs.",
}
"""What our modules import though nothing declares it."""


def declared() -> set[str]:
    """Return the names of the declared dependencies."""
    return {re.split(r"[<>=;\[ ]", line)[0] for line in PROJECT["project"]["dependencies"]}


def imported() -> set[str]:
    """Return the names of the distributions that the product imports."""
    owners = packages_distributions()
    names = {name.partition(".")[0] for name in _imports()} - sys.stdlib_module_names
    foreign = names.difference(PRODUCT, {"__main__"})
    return {owners[name][0].lower().replace("_", "-") for name in foreign}


def _imports() -> Iterator[str]:
    for path in modules(*PRODUCT):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield node.module or ""


def test_every_dependency_is_imported() -> None:
    assert declared() - imported() == NOT_IMPORTED.keys()


def test_everything_imported_is_a_dependency() -> None:
    assert imported() - declared() == COMES_ALONG.keys()


def test_every_dependency_says_what_it_is_for() -> None:
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    block = text.partition("dependencies = [\n")[2].partition("\n]")[0].splitlines()

    assert [line for line in block if not re.search(r"# \S+", line)] == []


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_pins_every_package_by_version_and_hash(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")

    pinned = re.split(r"\n(?=[a-z0-9])", text.strip())

    assert [p for p in pinned if not re.match(r"[\w.\[\]-]+==\S+", p)] == []
    assert [p.splitlines()[0] for p in pinned if "--hash=sha256:" not in p] == []


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_says_not_where_packages_come_from(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")

    assert re.findall(r"https?://|--(?:extra-)?index-url|--find-links|^-i\b", text) == []


def test_what_is_locked_for_use_is_locked_alike_for_development() -> None:
    use, development = (
        set(re.findall(r"^[\w.\[\]-]+==[\w.+!]+", (ROOT / name).read_text("utf-8"), re.MULTILINE))
        for name in ("requirements.lock", "requirements-dev.lock")
    )

    assert use - development == set()
