"""What is appended stays as it is."""

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.exc import DatabaseError, IntegrityError

from audit.append import append
from audit.records import leaf_of
from audit.tables import audit_event
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
    with pytest.raises(IntegrityError, match="in it already"):
        append(kept, an_event(id="e1"), SEALER)


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("UPDATE audit_event SET actor = 'U2'", "audit_event refuses UPDATE"),
        ("UPDATE OR REPLACE audit_event SET n = 2", "audit_event refuses UPDATE"),
        ("DELETE FROM audit_event", "audit_event refuses DELETE"),
        (REPLACE.format(n="NULL", id="e1"), "this event is in it already"),
        (REPLACE.format(n="1", id="e2"), "this event is in it already"),
        ("UPDATE subject_key SET wrapped = x'00'", "can only be erased, once"),
        ("UPDATE subject_key SET wrapped = NULL", "can only be erased, once"),
        (
            "UPDATE subject_key SET subject = 'p_x', wrapped = NULL, erased_at = 'now'",
            "can only be erased, once",
        ),
        ("DELETE FROM subject_key", "erase its key instead"),
    ],
)
def test_the_database_refuses_to_rewrite_the_record(
    kept: Connection, statement: str, reason: str
) -> None:
    with pytest.raises(DatabaseError, match=reason):
        kept.exec_driver_sql(statement)


def test_a_persons_key_cannot_be_replaced_by_another(kept: Connection) -> None:
    subject = SEALER.pseudonym(ADA)
    before = kept.exec_driver_sql("SELECT * FROM subject_key").one()
    kept.exec_driver_sql(
        "INSERT OR REPLACE INTO subject_key (subject, wrapped) VALUES (?, x'00')", (subject,)
    )

    assert kept.exec_driver_sql("SELECT * FROM subject_key").one() == before


def test_a_key_once_erased_stays_erased(kept: Connection) -> None:
    with kept.begin():
        SEALER.erase(kept, ADA, NOON)

    with pytest.raises(DatabaseError, match="can only be erased, once"):
        kept.exec_driver_sql("UPDATE subject_key SET wrapped = x'00', erased_at = NULL")


def test_a_value_of_the_wrong_type_is_refused_by_the_table(kept: Connection) -> None:
    with pytest.raises(IntegrityError, match="cannot store BLOB value in TEXT column"):
        kept.exec_driver_sql(
            "INSERT INTO audit_event (id, at, team, stage, body, leaf)"
            " VALUES (x'00', '', '', '', '', x'00')"
        )


def test_nothing_personal_or_secret_is_in_the_file(engine: Engine, tmp_path: Path) -> None:
    with engine.begin() as conn:
        append(conn, an_event(), SEALER)

    raw = (tmp_path / "record.db").read_bytes()

    assert b"users.suspend" in raw
    assert ADA.encode() not in raw
    assert b"battery" not in raw
    assert raw.startswith(b"SQLite format 3")
    assert sqlite3.sqlite_version_info >= (3, 37)
