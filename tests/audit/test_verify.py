"""Whatever was changed in the record afterwards is found, and nothing else is blamed."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, delete, insert, select, update

from audit.append import append
from audit.records import columns_of, leaf_of
from audit.tables import audit_event
from audit.verify import Bad, verify
from bot.domain.record import Event
from tests.audit.ledger import SEALER, a_record, an_event, events

records = st.lists(events, min_size=1, max_size=6)
COLUMNS = sorted(columns_of({}))


def tamper(conn: Connection, n: int, **columns: object) -> None:
    conn.execute(update(audit_event).where(audit_event.c.n == n).values(**columns))


def body_at(conn: Connection, n: int) -> str:
    query = select(audit_event.c.body).where(audit_event.c.n == n)
    return str(conn.execute(query).scalar_one())


@given(records)
def test_an_untouched_record_is_good(written: list[Event]) -> None:
    with a_record(written) as conn:
        report = verify(conn)

    assert report.good
    assert report.count == len(written)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(records)
def test_on_postgresql_an_untouched_record_is_good_whatever_is_in_it(
    shared_conn: Connection, written: list[Event]
) -> None:
    with shared_conn.begin() as transaction:
        for event in written:
            append(shared_conn, event, SEALER)
        report = verify(shared_conn)
        transaction.rollback()

    assert report.good
    assert report.count == len(written)


def test_on_postgresql_a_number_that_was_given_in_vain_is_no_fault(
    shared_conn: Connection,
) -> None:
    for n in range(3):
        with shared_conn.begin() as transaction:
            append(shared_conn, an_event(), SEALER)
            (transaction.commit, transaction.rollback)[n % 2]()

    with shared_conn.begin():
        report = verify(shared_conn)

    assert report.good
    assert report.count == 2


@given(records, st.data())
def test_any_altered_body_is_found(written: list[Event], data: st.DataObject) -> None:
    victim = data.draw(st.integers(1, len(written)))
    with a_record(written) as conn:
        body = body_at(conn, victim)
        at = data.draw(st.integers(0, len(body) - 1))
        other = data.draw(st.characters(codec="utf-8").filter(lambda c: c != body[at]))
        tamper(conn, victim, body=body[:at] + other + body[at + 1 :])

        report = verify(conn)

    assert {bad.n for bad in report.bad} == {victim}
    assert report.bad[0].what == "The body is not the one that was hashed."


@given(records, st.sampled_from(COLUMNS), st.data())
def test_any_column_altered_alone_is_found(
    written: list[Event], column: str, data: st.DataObject
) -> None:
    victim = data.draw(st.integers(1, len(written)))
    with a_record(written) as conn:
        tamper(conn, victim, **{column: "changed"})

        report = verify(conn)

    [bad] = report.bad
    assert bad.n == victim
    assert bad.what.startswith(f"The column {column!r} is 'changed', the body says")


def test_an_altered_leaf_is_found(place: str) -> None:
    with a_record([an_event(), an_event()], place) as conn:
        tamper(conn, 2, leaf=b"\0" * 32)

        report = verify(conn)

    assert [bad.n for bad in report.bad] == [2]


@given(st.integers(2, 6), st.data())
def test_a_deleted_row_is_found_wherever_it_was(size: int, data: st.DataObject) -> None:
    victim = data.draw(st.integers(1, size))
    with a_record(an_event() for _ in range(size)) as conn:
        conn.execute(delete(audit_event).where(audit_event.c.n == victim))

        report = verify(conn)

    assert report.bad == (Bad(victim, "", f"Row {victim} is missing."),)
    assert report.count == size - 1


def test_several_rows_missing_together_are_named_together() -> None:
    with a_record(an_event() for _ in range(5)) as conn:
        conn.execute(delete(audit_event).where(audit_event.c.n.in_([2, 3])))

        report = verify(conn)

    assert report.bad == (Bad(2, "", "Rows 2 to 3 are missing."),)


@pytest.mark.parametrize("body", ["", "[]", "7", '{"decision":7}', '{"target":{}}'])
def test_a_body_that_is_no_event_is_found_even_with_a_fitting_leaf(place: str, body: str) -> None:
    with a_record([an_event()], place) as conn:
        tamper(conn, 1, body=body, leaf=leaf_of(body))

        report = verify(conn)

    assert [bad.what for bad in report.bad] == ["The body is not an event."]


def test_on_sqlite_an_id_that_was_used_before_is_found() -> None:
    with a_record([]) as conn:
        conn.exec_driver_sql("DROP TABLE audit_event")
        conn.exec_driver_sql(
            "CREATE TABLE audit_event (n INTEGER PRIMARY KEY AUTOINCREMENT, id, at, team,"
            " invocation, stage, actor, surface, channel, operation, target, decision, rules,"
            " rules_digest, body, leaf)"
        )
        body = json.dumps({"id": "same"})
        row = {"id": "same", "body": body, "leaf": leaf_of(body)}
        conn.execute(insert(audit_event), [row, row])

        report = verify(conn)

    assert report.bad == (Bad(2, "same", "The id was used before."),)


@pytest.mark.parametrize("column", COLUMNS)
def test_a_column_altered_alone_is_found_in_either_database(place: str, column: str) -> None:
    with a_record([an_event(), an_event()], place) as conn:
        tamper(conn, 2, **{column: "changed"})

        report = verify(conn)

    assert [bad.n for bad in report.bad] == [2]


def test_an_empty_record_is_good(place: str) -> None:
    with a_record([], place) as conn:
        report = verify(conn)

    assert report.count == 0
    assert report.good
