"""The reference is in step with the code and leaves nothing out."""

from pathlib import Path

import pytest

from bot.domain.errors import RedbuttonError
from bot.domain.record import Stage
from tests.conventions.house import ROOT, kinds_of, named
from tests.conventions.reference import FOLDER, settings, written
from tests.conventions.reference.record import MEANS
from tests.conventions.reference.snippet import END, README

WRITTEN = written()


@pytest.mark.parametrize("path", WRITTEN, ids=named)
def test_a_generated_page_is_in_step_with_the_code(path: Path) -> None:
    assert path.read_text("utf-8") == WRITTEN[path], "Run `make docs`."


def test_no_page_of_the_reference_is_written_by_hand() -> None:
    assert set(FOLDER.iterdir()) == set(WRITTEN) - {README}


def test_the_readme_shows_code_that_runs() -> None:
    assert END in README.read_text("utf-8")


def test_every_error_is_explained() -> None:
    page = (FOLDER / "errors.md").read_text("utf-8")

    errors = kinds_of(RedbuttonError)

    assert [e.__name__ for e in errors if not e.__doc__ or f"`{e.__name__}`" not in page] == []


def test_every_setting_says_what_it_is() -> None:
    variables, keys = settings.rows()

    assert [name for name, _, told, _ in (*variables, *keys) if not told.endswith(".")] == []


def test_every_stage_of_the_record_is_explained() -> None:
    assert set(MEANS) == set(Stage)
    assert [stage for stage, means in MEANS.items() if not means.endswith(".")] == []


def test_the_reference_lies_where_the_documents_are() -> None:
    assert FOLDER.is_relative_to(ROOT / "docs")
