"""Incidents as files for other tools: read back whole, and no formula in a spreadsheet."""

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.incident import Incident, Moment, MomentKind
from commands.incident.export import COLUMNS, SHAPE, Format, as_csv, as_json, exported
from tests.commands.troubled import after, timeline, trouble


def rows(text: str) -> list[list[str]]:
    """Read *text* as a spreadsheet does."""
    return list(csv.reader(io.StringIO(text, newline="")))


def test_json_is_read_back_whole() -> None:
    told = json.loads(as_json(trouble(), timeline(), after(100)))

    assert (told["format"], told["exported_at"]) == (SHAPE, "2026-11-20T04:43:00+00:00")
    assert Incident.model_validate(told["incident"]) == trouble()
    assert [Moment.model_validate(one) for one in told["timeline"]] == list(timeline())


def test_csv_has_a_row_for_each_line_of_the_timeline() -> None:
    read = rows(as_csv(timeline()))

    assert read[0] == list(COLUMNS)
    assert len(read) == 1 + len(timeline())
    assert read[4][2] == "Customers were told (investigating): We are looking into it."
    assert read[5][2:5] == [
        '\'=HYPERLINK(1), "quoted"\nand a second line',
        "U0GRACE",
        "'@grace",
    ]


def test_csv_ends_its_lines_as_its_standard_wants() -> None:
    assert as_csv(timeline()[:1]).count("\r\n") == 2


@given(st.text(alphabet=st.characters(exclude_characters="\x00\r\n", codec="utf-8"), max_size=30))
def test_no_cell_is_a_formula(text: str) -> None:
    told = Moment(source="x", at=after(0), kind=MomentKind.NOTE, text=text, by_name=text)

    [cell] = {row[2] for row in rows(as_csv([told]))[1:]}

    assert cell.lstrip()[:1] not in {"=", "+", "-", "@"}
    assert cell in {text, f"'{text}"}


@pytest.mark.parametrize(
    ("shape", "name", "begins"),
    [
        (Format.MARKDOWN, "INC-12.md", b"# INC-12: "),
        (Format.JSON, "INC-12.json", b'{\n  "format"'),
        (Format.CSV, "INC-12-timeline.csv", b"\xef\xbb\xbfat,kind,text"),
    ],
)
def test_each_shape_is_a_file_of_its_own(shape: Format, name: str, begins: bytes) -> None:
    file = exported(shape, trouble(), timeline(), after(100))

    assert file.name == name
    assert file.content.startswith(begins)
