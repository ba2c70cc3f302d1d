"""The catalogue: every operation in `commands` and in installed packages."""

import importlib
from collections.abc import Iterator
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType

from bot.domain.catalogue import Catalogue
from bot.domain.errors import Misconfigured
from bot.domain.operation import Operation

ENTRY_POINTS = "redbutton.operations"
"""The group in which an installed package names its modules of operations."""


def load_catalogue(package: str = "commands", group: str = ENTRY_POINTS) -> Catalogue:
    """Import the modules below *package* and those that entry points of *group* name.

    An entry point names one operation, or a module that holds some. Raises Misconfigured, naming
    the module, where one cannot be imported, and TypeError from `Catalogue`.
    """
    found = [o for name in _modules(package) for o in _operations(_imported(name), name)]
    for point in entry_points(group=group):
        found.extend(_named(point.value))
    # The same operation may be imported by several modules; it is one all the same.
    return Catalogue({id(o): o for o in found}.values())


def _modules(package: str) -> Iterator[str]:
    """Name the modules below *package*, from the files alone: nothing is imported to find them."""
    for folder in map(Path, _imported(package).__path__):
        for file in sorted(folder.rglob("*.py")):
            parts = file.relative_to(folder).with_suffix("").parts
            if parts[-1] != "__init__":
                yield ".".join((package, *parts))


def _imported(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except Exception as error:
        raise Misconfigured(
            f"The module {name!r} of operations cannot be imported: {error}",
            fix="Correct the module, or take it away.",
        ) from error


def _operations(module: ModuleType, name: str) -> Iterator[Operation]:
    yield from (
        thing
        for thing in vars(module).values()
        if isinstance(thing, Operation) and thing.reach.call.__module__ == name
    )


def _named(target: str) -> list[Operation]:
    """Return what an entry point's *target* (`module` or `module:name`) holds."""
    name, _, attribute = target.partition(":")
    module = _imported(name)
    if not attribute:
        return [o for o in vars(module).values() if isinstance(o, Operation)]
    thing = getattr(module, attribute, None)
    if isinstance(thing, Operation):
        return [thing]
    raise Misconfigured(
        f"The entry point {target!r} in {ENTRY_POINTS!r} names no operation.",
        fix="Name a module, or `module:name` of what `@operation` returned.",
    )
