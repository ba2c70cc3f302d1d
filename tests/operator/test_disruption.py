"""What disturbs somebody is confirmed at the command line, too; what is given back can be kept."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.operator.place import Place, installed_at
from tests.scenarios import kinds

pytestmark = pytest.mark.asyncio(loop_scope="module")
ROOT = Path(__file__).parents[2]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Place]:
    """Return a place with a bot whose operations come from an installed package, too."""
    folder = tmp_path_factory.mktemp("kinds")
    path = f"{kinds.installed(folder / 'installed')}:{ROOT}"
    rules = f"[policy]\npaths = ['{kinds.RULES}']"
    async with installed_at(folder, rules, environ={"PYTHONPATH": path}) as installation:
        yield installation.place


@pytest.mark.parametrize("words", [(), ("--confirm", "payment"), ("--confirm", "")])
async def test_without_the_name_of_what_is_disturbed_nothing_runs(
    place: Place, words: tuple[str, ...]
) -> None:
    said = await place.types("run", "kinds.stop", "payments", *words)

    assert (said.code, said.out) == (2, "")
    assert "--confirm" in said.err


async def test_with_its_name_it_runs(place: Place) -> None:
    said = await place.types("run", "kinds.stop", "service=payments", "--confirm", "payments")

    assert (said.code, said.err) == (0, "")
    assert "payments was stopped." in said.out


async def test_the_file_of_a_result_is_saved_byte_for_byte(place: Place) -> None:
    saved = place.folder / "told.bin"

    said = await place.types("run", "kinds.show", "file", "--save", str(saved))
    again = await place.types("run", "kinds.show", "file", "--save", str(saved))

    assert (said.code, saved.read_bytes()) == (0, bytes(range(256)))
    assert (again.code, "exists" in again.err) == (2, True)


async def test_a_long_result_is_printed_whole(place: Place) -> None:
    said = await place.types("run", "kinds.show", "long")

    assert said.code == 0
    assert kinds.RESULTS["long"].text in said.out


async def test_hostile_words_reach_the_terminal_as_letters(place: Place) -> None:
    said = await place.types("run", "kinds.show", "hostile")

    assert said.code == 0
    assert "\u202e" not in said.out


async def test_what_breaks_ends_with_1_and_without_a_trace(place: Place) -> None:
    said = await place.types("run", "kinds.show", "what-is-not-there")

    assert (said.code, said.out.count("Traceback")) == (1, 0)
    assert "The operation broke (KeyError)." in said.err
