"""Rules that are replaced while they are asked, and what is made of files that were changed."""

import sys
import threading
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

import pytest

from policies.engine import CedarRules
from policies.standing import PATHS, StandingRules, Unfit, Unread, judge_set, look
from tests.policies.sample import ADA, CATALOGUE, LEAD, OPEN_TO_ALL, SUSPEND, may_suspend, rules

FIRST = rules('@id("first") @doc("By the first.") permit (principal, action, resource);')
SECOND = rules('@id("second") @doc("By the second.") forbid (principal, action, resource);')


@pytest.fixture
def hurry() -> Iterator[None]:
    """Let threads take turns as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("hurry")
def test_a_decision_during_a_swap_is_wholly_by_one_set() -> None:
    standing, over = StandingRules(FIRST), threading.Event()

    def swap() -> None:
        for other in cycle((SECOND, FIRST)):
            standing.current = other
            if over.is_set():
                return

    swapping = threading.Thread(target=swap)
    swapping.start()
    decided = [standing.decide(may_suspend(LEAD)) for _ in range(3000)]
    could = [standing.could(LEAD, SUSPEND, "slack") for _ in range(3000)]
    over.set()
    swapping.join()

    whole = {
        ("allowed", ("first",), ("By the first.",), FIRST.digest),
        ("forbidden", ("second",), ("By the second.",), SECOND.digest),
    }
    seen = [
        {(d.code, d.rules, d.reasons, d.rules_digest) for d in all_} for all_ in (decided, could)
    ]
    assert seen[0] == whole
    assert seen[1] <= whole


def test_every_question_goes_to_the_set_in_force() -> None:
    standing = StandingRules(FIRST)
    standing.current = SECOND

    assert standing.digest == SECOND.digest
    assert standing.decide(may_suspend(LEAD)) == SECOND.decide(may_suspend(LEAD))
    assert standing.could(ADA, SUSPEND, "cli") == SECOND.could(ADA, SUSPEND, "cli")
    assert standing.about(SUSPEND) == SECOND.about(SUSPEND) != FIRST.about(SUSPEND)
    assert standing.alike(ADA) == SECOND.alike(ADA)


def test_files_without_a_mistake_are_a_set(tmp_path: Path) -> None:
    (tmp_path / "own.cedar").write_text(OPEN_TO_ALL)

    judged = judge_set(look([tmp_path], replace=True), CATALOGUE)

    assert isinstance(judged, CedarRules)
    assert judged.ids == {"all"}


def test_a_mistake_is_told_with_its_place_and_the_name_of_what_was_refused(tmp_path: Path) -> None:
    own = tmp_path / "own.cedar"
    own.write_text(f"{OPEN_TO_ALL}\npermit (x);\npermit (y);")

    judged = judge_set(look([tmp_path], replace=True), CATALOGUE)
    own.write_text(f"{OPEN_TO_ALL}\npermit (x);")
    other = judge_set(look([tmp_path], replace=True), CATALOGUE)

    assert isinstance(judged, Unfit)
    assert isinstance(other, Unfit)
    assert judged.place == other.place == f"{own}, line 2"
    assert judged.said.startswith(f"{own}, line 2: This is not Cedar")
    assert judged.digest != other.digest


def test_an_empty_folder_is_no_set(tmp_path: Path) -> None:
    seen = look([tmp_path], replace=False)
    judged = judge_set(seen, CATALOGUE)

    assert isinstance(seen, Unread)
    assert isinstance(judged, Unfit)
    assert (judged.place, "in which there is no rule" in judged.said) == (PATHS, True)


def test_what_editors_leave_beside_a_file_is_no_rule(tmp_path: Path) -> None:
    (tmp_path / "own.cedar").write_text(OPEN_TO_ALL)
    alone = look([tmp_path], replace=True)
    (tmp_path / ".#own.cedar").symlink_to("somebody@somewhere.4711")
    (tmp_path / ".own.cedar").write_text("permit (")
    (tmp_path / "..data").mkdir()
    (tmp_path / "..data" / "own.cedar").write_text(OPEN_TO_ALL)

    assert look([tmp_path], replace=True) == alone
