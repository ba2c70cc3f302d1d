"""How many agree, lane by lane: each person in one lane only, and where they are needed."""

from collections.abc import Mapping
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.approval import counted

LANES = ("dba", "finance", "legal")
NEEDS = st.dictionaries(st.sampled_from(LANES), st.integers(1, 3), min_size=1)
PEOPLE = st.dictionaries(
    st.sampled_from("abcdef"), st.frozensets(st.sampled_from([*LANES, "others"]))
)


def every_count(
    needs: Mapping[str, int], lanes: Mapping[str, frozenset[str]]
) -> list[dict[str, int]]:
    """Return what each way to put each person into one lane of theirs, or none, comes to."""
    ways = product(*([None, *sorted(mine)] for mine in lanes.values()))
    return [{lane: min(way.count(lane), most) for lane, most in needs.items()} for way in ways]


@given(NEEDS, PEOPLE)
def test_as_much_as_can_be_is_met_and_nobody_counts_twice(
    needs: dict[str, int], lanes: dict[str, frozenset[str]]
) -> None:
    found = counted(needs, lanes)

    possible = every_count(needs, lanes)
    assert found in possible
    assert sum(found.values()) == max(sum(way.values()) for way in possible)


@given(NEEDS, PEOPLE, st.frozensets(st.sampled_from(LANES)))
def test_one_more_who_agrees_never_takes_from_what_is_met(
    needs: dict[str, int], lanes: dict[str, frozenset[str]], more: frozenset[str]
) -> None:
    before, after = counted(needs, lanes), counted(needs, {**lanes, "z": more})

    assert all(after[lane] >= before[lane] for lane in needs)


@given(NEEDS, PEOPLE)
def test_the_order_in_which_they_agreed_is_all_the_same(
    needs: dict[str, int], lanes: dict[str, frozenset[str]]
) -> None:
    backwards = dict(reversed(lanes.items()))

    assert sum(counted(needs, backwards).values()) == sum(counted(needs, lanes).values())


def test_who_is_of_both_lanes_is_moved_to_where_they_are_needed() -> None:
    both, finance = frozenset({"dba", "finance"}), frozenset({"finance"})

    assert counted({"dba": 1, "finance": 1}, {"dan": both}) == {"dba": 1, "finance": 0}
    assert counted({"finance": 1, "dba": 1}, {"dan": both, "dee": finance}) == {
        "finance": 1,
        "dba": 1,
    }
