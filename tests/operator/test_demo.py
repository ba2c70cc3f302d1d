"""`redbutton demo` plays its story wherever it is typed."""

from pathlib import Path

import pytest

from tests.operator.place import Place


def held(folder: Path) -> list[Path]:
    """Return everything that is in *folder*."""
    return sorted(folder.rglob("*"))


@pytest.mark.timeout(120)
async def test_the_story_is_played_in_five_scenes_and_leaves_nothing_behind(
    place: Place, tmp_path: Path
) -> None:
    before = held(tmp_path)

    said = await place.types("demo")

    assert said.code == 0, said
    scenes = (
        *("alan@example.com is suspended.", "Only `support-leads`", "Two clicks, one effect"),
        *("kill -9.", "It went on by itself.", "(only they see it)", "chargebacks"),
    )
    assert [words for words in scenes if words not in said.out] == []
    assert "altered since they were written: none" in said.out
    assert "Traceback" not in said.out + said.err
    assert held(tmp_path) == before
