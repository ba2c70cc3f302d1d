"""The record answers who did what, to whom, and when."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Connection

from audit.search import Filter, search, trail
from bot.domain.record import Stage
from tests.audit.ledger import ADA, NOON, SEALER, a_record, an_event

GRACE = "grace@example.com"
WHOLE = "019aa0f3-5a00-7abc-8def-0123456789ab"


@pytest.fixture
def record(place: str) -> Iterator[Connection]:
    """Hold four events, a minute apart."""
    events = [
        an_event(ADA, 0, id="suspend", invocation="one"),
        an_event(ADA, 60, id="done", invocation="one", stage=Stage.OUTCOME),
        an_event(GRACE, 120, id="resume", invocation="two", operation="users.resume", actor="U2"),
        an_event(
            "PCHECK1",
            180,
            id="page",
            invocation="three",
            target_personal=False,
            detail={"note": 'Ünsure "100%"\nof_it'},
        ),
    ]
    with a_record(events, place) as conn:
        yield conn


@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        (Filter(), ["page", "resume", "done", "suspend"]),
        (Filter(newest_first=False), ["suspend", "done", "resume", "page"]),
        (Filter(limit=2), ["page", "resume"]),
        (Filter(actor="U2"), ["resume"]),
        (Filter(operation="users.resume"), ["resume"]),
        (Filter(stage=Stage.OUTCOME), ["done"]),
        (Filter(invocation="one"), ["done", "suspend"]),
        (Filter(target=ADA), ["done", "suspend"]),
        (Filter(target=f" {ADA.upper()}"), ["done", "suspend"]),
        (Filter(target=SEALER.pseudonym(GRACE)), ["resume"]),
        (Filter(target="PCHECK1"), ["page"]),
        (Filter(since=NOON + timedelta(minutes=2)), ["page", "resume"]),
        (Filter(until=NOON + timedelta(minutes=2)), ["done", "suspend"]),
        (Filter(text='"100%"\nOF'), ["page"]),
        (Filter(text="100_"), []),
        (Filter(text="U\u0308nsure"), ["page"]),
        (Filter(actor="U1", stage=Stage.INTENT, target=ADA), ["suspend"]),
    ],
    ids=str,
)
def test_a_filter_finds_what_fits_all_its_parts(
    record: Connection, wanted: Filter, ids: list[str]
) -> None:
    found = search(record, wanted, SEALER)

    assert [event.id for event in found] == ids


def test_a_trail_tells_an_invocation_in_the_order_it_was_written(place: str) -> None:
    back_in_time = [an_event(after=60, id="first"), an_event(after=0, id="second")]
    with a_record([*back_in_time, an_event(invocation="other")], place) as conn:
        told = trail(conn, "inv-1")

    assert [event.id for event in told] == ["first", "second"]


@pytest.mark.parametrize(
    ("words", "ids"),
    [(WHOLE, ["told"]), (WHOLE[-8:], ["told"]), (WHOLE[-6:], ["told"]), (WHOLE[-5:], [])],
)
def test_a_trail_is_told_by_the_last_characters_of_the_id(
    place: str, words: str, ids: list[str]
) -> None:
    events = [an_event(id="told", invocation=WHOLE), an_event(invocation="other")]
    with a_record(events, place) as conn:
        told = trail(conn, words)

    assert [event.id for event in told] == ids


def test_what_is_found_has_its_columns_and_its_body(record: Connection) -> None:
    [found] = search(record, Filter(operation="users.resume"), SEALER)

    assert (found.n, found.actor, found.channel) == (3, "U2", "C1")
    assert found.at == "2026-11-20T12:02:00.000000Z"
    assert found.body["v"] == 1
    assert found.rules == "users-suspend,users-write"


def test_on_sqlite_the_common_questions_use_an_index(file_conn: Connection) -> None:
    plan = file_conn.exec_driver_sql(
        "EXPLAIN QUERY PLAN SELECT * FROM audit_event WHERE actor = 'U1' ORDER BY at DESC, n DESC"
    )

    assert "audit_event_actor_at" in " ".join(str(row) for row in plan)
