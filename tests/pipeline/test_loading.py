"""Operations are found in `commands` and in installed packages."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.domain.errors import Misconfigured
from bot.pipeline.loading import load_catalogue

OPERATION = '''
"""One operation."""
from bot.authoring import Context, Params, Result, Risk, operation


class Nothing(Params):
    pass


@operation("{name}", risk=Risk.READ)
async def run(params: Nothing, ctx: Context) -> Result:
    """Do it."""
    return Result("done")
'''


class Shelf:
    """A folder of packages that can be imported for the length of a test."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def puts(self, file: str, text: str) -> None:
        path = self.root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def installs(self, target: str) -> None:
        """Leave what an installer leaves of a package with the entry point *target*."""
        folder = "shelved-1.0.dist-info"
        self.puts(f"{folder}/METADATA", "Metadata-Version: 2.1\nName: shelved\nVersion: 1.0\n")
        self.puts(f"{folder}/entry_points.txt", f"[shelf.operations]\none = {target}\n")


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    before = set(sys.modules)
    sys.path.insert(0, str(tmp_path))
    shelf = Shelf(tmp_path)
    shelf.puts("shelf_commands/__init__.py", "")
    yield shelf
    sys.path.remove(str(tmp_path))
    for name in set(sys.modules) - before:
        del sys.modules[name]


def names() -> list[str]:
    return [o.name for o in load_catalogue("shelf_commands", "shelf.operations")]


def test_the_shipped_operations_are_found() -> None:
    found = {o.name for o in load_catalogue()}

    assert found >= {"meta.help", "meta.whoami", "users.find", "users.resume", "users.suspend"}


def test_each_module_below_the_package_is_read_once(shelf: Shelf) -> None:
    shelf.puts("shelf_commands/lamp/__init__.py", "")
    shelf.puts("shelf_commands/lamp/on.py", OPERATION.format(name="lamp.on"))
    shelf.puts("shelf_commands/lamp/all.py", "from shelf_commands.lamp.on import run")

    assert names() == ["lamp.on"]


@pytest.mark.parametrize("target", ["shelf_pack", "shelf_pack:run"])
def test_an_installed_package_adds_operations(shelf: Shelf, target: str) -> None:
    shelf.puts("shelf_pack.py", OPERATION.format(name="pack.run"))
    shelf.installs(target)

    assert names() == ["pack.run"]


@pytest.mark.parametrize("target", ["shelf_pack:Nothing", "shelf_pack:absent"])
def test_an_entry_point_that_names_no_operation_is_told(shelf: Shelf, target: str) -> None:
    shelf.puts("shelf_pack.py", OPERATION.format(name="pack.run"))
    shelf.installs(target)

    with pytest.raises(Misconfigured, match=f"'{target}' in 'redbutton.operations' names no"):
        names()


def test_a_module_that_cannot_be_imported_is_named(shelf: Shelf) -> None:
    shelf.puts("shelf_commands/broken.py", "import no_such_module_anywhere")

    with pytest.raises(Misconfigured, match=r"'shelf_commands\.broken' of operations cannot be"):
        names()


def test_two_operations_of_one_name_are_refused(shelf: Shelf) -> None:
    shelf.puts("shelf_commands/one.py", OPERATION.format(name="lamp.on"))
    shelf.puts("shelf_commands/two.py", OPERATION.format(name="lamp.on"))

    with pytest.raises(TypeError, match=r"Two operations are called 'lamp\.on'"):
        names()
