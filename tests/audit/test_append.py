"""What is appended stays as it is."""

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, func, select, update
from sqlalchemy.exc import DatabaseError, IntegrityError

from audit.append import append
from audit.records import leaf_of
from audit.tables import audit_event, subject_key
from bot.domain.record import Event, Stage
from tests.audit.ledger import ADA, NOON, SEALER, an_event

REPLACE = (
    "INSERT OR REPLACE INTO audit_event (n, id, at, team, stage, body, leaf)"
    " VALUES ({n}, '{id}', '', '', '', '{{}}', x'00')"
)


def count(conn: Connection) -> int:
    return conn.execute(select(func.count()).select_from(audit_event)).scalar_one()


@pytest.fixture
def kept(conn: Connection) -> Connection:
    """Hold one event, committed."""
    return holding_one(conn)


def holding_one(conn: Connection) -> Connection:
    """Append one event and commit it."""
    with conn.begin():
        append(conn, an_event(id="e1"), SEALER)
    return conn


def test_the_row_holds_the_text_that_was_hashed(kept: Connection) -> None:
    row = kept.execute(select(audit_event)).one()

    assert row.n == 1
    assert row.leaf == leaf_of(row.body)
    assert row.stage == "intent"


def test_an_event_about_the_bot_itself_needs_no_more_than_a_stage(conn: Connection) -> None:
    append(conn, Event(id="e1", at=NOON, stage=Stage.START, team="T1"), SEALER)

    row = conn.execute(select(audit_event)).one()

    assert (row.stage, row.actor, row.operation) == ("start", None, None)


def test_an_event_belongs_to_the_transaction_it_is_handed(kept: Connection) -> None:
    transaction = kept.begin()
    append(kept, an_event(), SEALER)
    transaction.rollback()

    assert count(kept) == 1


def test_an_id_is_used_once(kept: Connection) -> None:
    with pytest.raises(IntegrityError, match=r"in it already|unique constraint"):
        append(kept, an_event(id="e1"), SEALER)


ONCE = "can only be erased, once"
REFUSED = [
    ("UPDATE audit_event SET actor = 'U2'", "audit_event refuses UPDATE"),
    ("DELETE FROM audit_event", "audit_event refuses DELETE"),
    ("UPDATE subject_key SET wrapped = NULL", ONCE),
    ("UPDATE subject_key SET subject = 'p_x', wrapped = NULL, erased_at = 'now'", ONCE),
]
REFUSED_BY_SQLITE = [
    ("UPDATE OR REPLACE audit_event SET n = 2", "audit_event refuses UPDATE"),
    (REPLACE.format(n="NULL", id="e1"), "this event is in it already"),
    (REPLACE.format(n="1", id="e2"), "this event is in it already"),
    ("UPDATE subject_key SET wrapped = x'00'", ONCE),
    ("DELETE FROM subject_key", "erase its key instead"),
]
REFUSED_BY_POSTGRESQL = [
    ("TRUNCATE audit_event", "audit_event refuses TRUNCATE"),
    ("UPDATE subject_key SET wrapped = '00'", ONCE),
    ("DELETE FROM subject_key", ONCE),
    ("TRUNCATE subject_key", ONCE),
    (
        "INSERT INTO audit_event OVERRIDING SYSTEM VALUE TABLE audit_event "  # noqa: ISC004  One statement.
        "ON CONFLICT (id) DO UPDATE SET at = ''",
        "audit_event refuses UPDATE",
    ),
    (
        "MERGE INTO audit_event USING (SELECT 1) AS one ON true WHEN MATCHED THEN DELETE",
        "audit_event refuses DELETE",
    ),
    ("INSERT INTO audit_event (n, id) VALUES (1, 'e2')", "non-DEFAULT value into column"),
]


@pytest.mark.parametrize(("statement", "reason"), REFUSED)
def test_the_database_refuses_to_rewrite_the_record(
    kept: Connection, statement: str, reason: str
) -> None:
    with pytest.raises(DatabaseError, match=reason):
        kept.exec_driver_sql(statement)


@pytest.mark.parametrize(("statement", "reason"), REFUSED_BY_SQLITE)
def test_on_sqlite_what_only_it_can_say_is_refused_too(
    file_conn: Connection, statement: str, reason: str
) -> None:
    holding_one(file_conn)

    with pytest.raises(DatabaseError, match=reason):
        file_conn.exec_driver_sql(statement)


@pytest.mark.parametrize("role", ["origin", "replica"])
@pytest.mark.parametrize(("statement", "reason"), REFUSED + REFUSED_BY_POSTGRESQL)
def test_on_postgresql_its_owner_is_refused_also_in_the_role_of_a_replica(
    shared_conn: Connection, statement: str, reason: str, role: str
) -> None:
    holding_one(shared_conn)
    shared_conn.exec_driver_sql(f"SET session_replication_role = {role}")

    with pytest.raises(DatabaseError, match=reason):
        shared_conn.exec_driver_sql(statement)


def test_on_sqlite_a_persons_key_cannot_be_replaced_by_another(file_conn: Connection) -> None:
    kept, subject = holding_one(file_conn), SEALER.pseudonym(ADA)
    before = kept.exec_driver_sql("SELECT * FROM subject_key").one()
    kept.exec_driver_sql(
        "INSERT OR REPLACE INTO subject_key (subject, wrapped) VALUES (?, x'00')", (subject,)
    )

    assert kept.exec_driver_sql("SELECT * FROM subject_key").one() == before


def test_on_postgresql_a_persons_key_cannot_be_replaced_by_another(
    shared_conn: Connection,
) -> None:
    kept = holding_one(shared_conn)

    with pytest.raises(DatabaseError, match=ONCE):
        kept.exec_driver_sql(
            "INSERT INTO subject_key (subject, wrapped) SELECT subject, '00' FROM subject_key "
            "ON CONFLICT (subject) DO UPDATE SET wrapped = excluded.wrapped"
        )


def test_a_key_once_erased_stays_erased(kept: Connection) -> None:
    with kept.begin():
        SEALER.erase(kept, ADA, NOON)

    with pytest.raises(DatabaseError, match="can only be erased, once"):
        kept.execute(update(subject_key).values(wrapped=b"0", erased_at=None))


def test_on_sqlite_a_value_of_the_wrong_type_is_refused_by_the_table(
    file_conn: Connection,
) -> None:
    with pytest.raises(IntegrityError, match="cannot store BLOB value in TEXT column"):
        file_conn.exec_driver_sql(
            "INSERT INTO audit_event (id, at, team, stage, body, leaf)"
            " VALUES (x'00', '', '', '', '', x'00')"
        )


def test_on_sqlite_nothing_personal_or_secret_is_in_the_file(
    file_engine: Engine, tmp_path: Path
) -> None:
    with file_engine.begin() as conn:
        append(conn, an_event(), SEALER)

    raw = (tmp_path / "record.db").read_bytes()

    assert b"users.suspend" in raw
    assert ADA.encode() not in raw
    assert b"battery" not in raw
    assert raw.startswith(b"SQLite format 3")
    assert sqlite3.sqlite_version_info >= (3, 37)
