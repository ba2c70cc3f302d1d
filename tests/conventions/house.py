"""What the conventions are held against: the files, the functions and the operations."""

import ast
import importlib
import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.domain.catalogue import Catalogue
from bot.domain.operation import Operation
from bot.pipeline.loading import load_catalogue
from policies.loading import rule_files
from policies.reading import Rule, read_rules
from policies.schema import groups_of

ROOT = Path(__file__).parents[2]
PRODUCT = ("bot", "commands", "integrations", "policies", "audit", "playground")


@dataclass(frozen=True)
class Function:
    """A function or method as it is written."""

    path: Path
    node: ast.FunctionDef | ast.AsyncFunctionDef

    @property
    def lines(self) -> int:
        """Count its lines, decorators left out."""
        return (self.node.end_lineno or 0) - self.node.lineno + 1

    @property
    def place(self) -> str:
        return f"{named(self.path)}:{self.node.lineno} {self.node.name}"


def named(path: Path) -> str:
    """Return *path* as seen from the root."""
    return path.relative_to(ROOT).as_posix()


def modules(*packages: str) -> list[Path]:
    """Return the Python files below *packages*."""
    return [file for p in packages for file in sorted((ROOT / p).rglob("*.py"))]


def functions(*packages: str) -> Iterator[Function]:
    """Return every function below *packages*, inner ones too."""
    for path in modules(*packages):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield Function(path, node)


def catalogue() -> Catalogue:
    """Return the operations that come with the bot."""
    return load_catalogue(group="redbutton.none")


def rules() -> list[Rule]:
    """Return the rules that come with the bot."""
    return [r for file in rule_files([]) for r in read_rules(file) if isinstance(r, Rule)]


def rules_of(operation: Operation) -> list[Rule]:
    """Return the rules that come with the bot and speak of *operation*."""
    return [rule for rule in rules() if rule.covers(groups_of(operation))]


def import_all() -> None:
    """Import every module of the product, so that all that they declare is known."""
    for package in PRODUCT:
        found = importlib.import_module(package).__path__
        for module in pkgutil.walk_packages(found, f"{package}."):
            if "migrations" not in module.name and not module.name.endswith("__main__"):
                importlib.import_module(module.name)


def kinds_of(base: type) -> list[type]:
    """Return every class below *base*, and *base*, that the product declares anywhere."""
    import_all()
    below: list[type] = [base]
    for one in below:
        inner: list[type] = one.__subclasses__()
        below.extend(c for c in inner if c not in below)
    return [c for c in below if c.__module__.partition(".")[0] in PRODUCT]
