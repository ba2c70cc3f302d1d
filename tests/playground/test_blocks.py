"""The playground refuses what Slack refuses, and so does the second judge."""

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.blocks import blocks_problems, characters, view_problems
from tests.playground.bad_views import ALSO_BAD, BAD, GOOD, plain, section
from tests.slackblocks_judge import judge_message, judge_view

_SLIP_PAST_SLACKBLOCKS = {"duplicate block_id", "bad style"}


def test_a_good_view_passes_both_judges() -> None:
    assert view_problems(GOOD) == []
    assert judge_view(GOOD) == []


@pytest.mark.parametrize("fault", [*BAD, *ALSO_BAD])
def test_a_view_with_one_fault_is_refused(fault: str) -> None:
    problems = view_problems({**BAD, **ALSO_BAD}[fault])

    assert problems
    assert all(words.startswith("[ERROR] ") for words in problems)


@pytest.mark.parametrize("fault", sorted(BAD.keys() - _SLIP_PAST_SLACKBLOCKS))
def test_slackblocks_refuses_it_as_well(fault: str) -> None:
    assert judge_view(BAD[fault])


def test_there_are_the_26_known_faults() -> None:
    assert len(BAD) == 26


@pytest.mark.parametrize(
    "block",
    [
        {"type": "markdown", "text": "# Words"},
        {"type": "header", "text": plain("Words")},
        {"type": "image", "alt_text": "A plot", "image_url": "https://example.com/a.png"},
        {
            "type": "table",
            "rows": [[{"type": "raw_text", "text": "a"}, {"type": "raw_text", "text": "b"}]],
            "column_settings": [{"align": "right"}],
        },
    ],
)
def test_blocks_of_a_message_pass_both_judges(block: dict[str, Any]) -> None:
    assert blocks_problems([block]) == []
    assert judge_message({"blocks": [block]}) == []


def test_51_blocks_are_too_many_for_a_message() -> None:
    blocks = [section(n) for n in range(51)]

    assert blocks_problems(blocks)
    assert judge_message({"blocks": blocks})


def test_characters_are_counted_over_all_blocks() -> None:
    assert characters([section(1, "four"), {"type": "header", "text": plain("five!")}]) == 9


def places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the path of everything inside *value*."""
    steps = list(value) if isinstance(value, dict) else []
    steps = list(range(len(value))) if isinstance(value, list) else steps
    return [path for s in steps for path in ((*at, s), *places(value[s], (*at, s)))]


garbage = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)


@given(st.sampled_from(places(GOOD)), garbage)
def test_garbage_anywhere_in_a_view_is_judged_without_a_crash(
    path: tuple[Any, ...], rubbish: Any
) -> None:
    view = deepcopy(GOOD)
    place: Any = view
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = rubbish

    assert all(isinstance(words, str) for words in view_problems(view))


@given(garbage)
def test_garbage_for_a_view_or_blocks_is_refused(rubbish: Any) -> None:
    assert view_problems(rubbish)
    assert blocks_problems({"not": rubbish})
