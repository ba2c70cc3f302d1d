"""Files and functions stay small enough to be read at one sitting."""

from statistics import median, quantiles

from tests.conventions.house import PRODUCT, functions, modules, named

FILE, FILE_MEDIAN = 400, 100
FUNCTION, FUNCTION_MOST = 60, 30
"""Lines: of the largest, and of the middle one or of nine in ten."""


def test_files_are_small() -> None:
    lengths = {named(p): len(p.read_text("utf-8").splitlines()) for p in modules(*PRODUCT)}

    assert {path: lines for path, lines in lengths.items() if lines > FILE} == {}
    assert median(lengths.values()) <= FILE_MEDIAN


def test_functions_are_small() -> None:
    found = list(functions(*PRODUCT))

    assert [f.place for f in found if f.lines > FUNCTION] == []
    assert quantiles([f.lines for f in found], n=10)[-1] <= FUNCTION_MOST
