"""Text in a terminal: aligned, within its width, and nothing that a terminal obeys."""

from hypothesis import given
from hypothesis import strategies as st

from bot.cli.printing import columns_of, local, shown, table

cells = st.lists(st.lists(st.text(max_size=60), min_size=1, max_size=4), max_size=6)


@given(st.text())
def test_nothing_that_is_shown_is_obeyed(text: str) -> None:
    safe = shown(text)

    assert safe.replace("\n", "").isprintable()


@given(cells)
def test_a_table_never_breaks_and_shows_one_line_for_each_row_at_least(
    rows: list[list[str]],
) -> None:
    lines = table(rows)

    assert len(lines) >= len(rows)
    assert all("\n" not in line and line == line.rstrip() for line in lines)


def test_the_last_column_is_wrapped_under_itself() -> None:
    lines = table([("ok", "settings", "word " * 30), ("WRONG", "键", "x")])

    assert max(map(len, lines)) <= 80
    assert lines[0].startswith("ok     settings  word")
    assert lines[1].startswith(" " * 17 + "word")
    assert lines[-1] == "WRONG  键        x"


def test_wide_letters_take_two_columns_and_marks_none() -> None:
    assert columns_of("键e\u0301") == 3


def test_slacks_command_is_told_as_the_one_to_type_here() -> None:
    text = "`/ops` lists; `/ops users.find` finds; `/ops-like` stays."

    assert local(text) == (
        "`redbutton operations` lists; `redbutton run users.find` finds; `/ops-like` stays."
    )
