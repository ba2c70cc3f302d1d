"""What was decided is read back as the rules saw it, to ask other rules about it."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Connection

from audit.decided import decided
from bot.domain.record import Stage
from tests.audit.ledger import ADA, NOON, SEALER, a_record, an_event

EVENTS = [
    an_event(ADA, 0, id="early", invocation="one"),
    an_event(ADA, 60, id="intent", invocation="two"),
    an_event(ADA, 61, id="again", invocation="two", stage=Stage.DENIED),
    an_event(ADA, 62, id="done", invocation="two", stage=Stage.OUTCOME),
    an_event(ADA, 120, id="denied", invocation="three", stage=Stage.DENIED),
    an_event(ADA, 180, id="unclear", invocation="four", stage=Stage.INVALID, decision=None),
    an_event(ADA, 181, id="nobody", invocation=None, stage=Stage.DENIED, decision=None),
]


@pytest.fixture
def record(place: str) -> Iterator[Connection]:
    with a_record(EVENTS, place) as conn:
        yield conn


def test_each_asking_is_told_once_by_its_first_decision(record: Connection) -> None:
    found = decided(record, NOON, 0, 100, SEALER)

    assert [one.invocation for one in found] == ["one", "two", "three"]
    assert [one.n for one in found] == [1, 2, 5]


def test_they_are_told_in_pages_and_since_a_time(record: Connection) -> None:
    since = NOON + timedelta(seconds=30)

    first = decided(record, since, 0, 1, SEALER)
    rest = decided(record, since, first[-1].n, 10, SEALER)

    assert [one.invocation for one in (*first, *rest)] == ["two", "three"]
    assert decided(record, since, rest[-1].n, 10, SEALER) == []


def test_what_the_rules_saw_is_opened_for_who_has_the_key(record: Connection) -> None:
    opened, sealed = (decided(record, NOON, 0, 1, key)[0].decision for key in (SEALER, None))

    assert opened["request"]["context"]["params"]["user"] == ADA
    assert opened["request"]["resource"]["id"] == ADA
    assert sealed["request"]["resource"]["id"].keys() == {"sealed", "subject"}
    assert opened["effect"] == sealed["effect"] == "allow"


def test_what_is_erased_stays_so(record: Connection) -> None:
    SEALER.erase(record, ADA, NOON)

    [one] = decided(record, NOON, 0, 1, SEALER)

    assert one.decision["request"]["resource"]["id"] == {"erased": True}
