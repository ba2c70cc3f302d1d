"""A person's key is never lost, whatever becomes of the transaction that made it."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import Connection, Engine, func, select

from audit.append import append
from audit.sealing import Sealer
from audit.search import trail
from audit.subjects import SubjectKeys
from audit.tables import subject_key
from tests.audit.ledger import ADA, NOON, an_event


class TakenBack(Exception):
    """Ends a transaction that is to be rolled back."""


@contextmanager
def the_reads_of(conn: Connection) -> Iterator[list[str]]:
    """Collect the statements that look for a key, as SQLite itself is given them."""
    seen: list[str] = []

    def note(statement: str) -> None:
        seen.extend([statement] * statement.startswith("SELECT subject_key"))

    driver = conn.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    driver.set_trace_callback(note)
    yield seen
    driver.set_trace_callback(None)


def readable(conn: Connection, invocation: str) -> object:
    """Say what a process that starts now reads as the target of *invocation*."""
    [found] = trail(conn, invocation)
    return Sealer(b"k" * 32).open(conn, found.body)["target"]


def in_a_transaction_that_fails(conn: Connection, work: Callable[[], None]) -> None:
    with suppress(TakenBack), conn.begin():
        work()
        raise TakenBack


def in_a_savepoint_that_fails(conn: Connection, work: Callable[[], None]) -> None:
    with suppress(TakenBack), conn.begin_nested():
        work()
        raise TakenBack


def test_a_key_made_in_a_transaction_that_failed_is_made_again(conn: Connection) -> None:
    sealer = Sealer(b"k" * 32)
    lost = an_event(invocation="lost")
    in_a_transaction_that_fails(conn, lambda: append(conn, lost, sealer))
    with conn.begin():
        append(conn, an_event(invocation="kept"), sealer)

    assert readable(conn, "kept") == ADA
    assert trail(conn, "lost") == []


def test_a_key_made_in_a_savepoint_that_failed_is_made_again(conn: Connection) -> None:
    sealer = Sealer(b"k" * 32)
    lost = an_event(invocation="lost")
    with conn.begin():
        in_a_savepoint_that_fails(conn, lambda: append(conn, lost, sealer))
        append(conn, an_event(invocation="kept"), sealer)

    assert readable(conn, "kept") == ADA


def test_a_key_used_twice_in_a_batch_that_failed_is_made_again(conn: Connection) -> None:
    sealer = Sealer(b"k" * 32)

    def two_of_them() -> None:
        append(conn, an_event(), sealer)
        append(conn, an_event(), sealer)

    in_a_transaction_that_fails(conn, two_of_them)
    in_a_transaction_that_fails(conn, two_of_them)
    with conn.begin():
        append(conn, an_event(invocation="kept"), sealer)

    assert readable(conn, "kept") == ADA


def test_on_sqlite_a_person_known_from_two_transactions_costs_no_more_reads(
    file_conn: Connection,
) -> None:
    conn = file_conn
    sealer = Sealer(b"k" * 32)
    for _ in range(2):
        with conn.begin():
            append(conn, an_event(), sealer)

    with the_reads_of(conn) as reads, conn.begin():
        append(conn, an_event(invocation="kept"), sealer)

    assert reads == []
    assert readable(conn, "kept") == ADA


def test_a_key_made_elsewhere_in_the_meantime_is_used(conn: Connection) -> None:
    for sealer in (Sealer(b"k" * 32), Sealer(b"k" * 32)):
        with conn.begin():
            append(conn, an_event(invocation="shared"), sealer)

    keys = conn.execute(select(func.count()).select_from(subject_key)).scalar_one()

    assert keys == 1
    assert len(trail(conn, "shared")) == 2


def test_erasing_somebody_unknown_changes_nothing(conn: Connection) -> None:
    with conn.begin():
        erased = Sealer(b"k" * 32).erase(conn, ADA, NOON)

    assert not erased


def test_on_sqlite_more_people_than_are_kept_in_memory_keep_their_keys(
    file_conn: Connection,
) -> None:
    conn = file_conn
    keys = SubjectKeys(b"w" * 32, room=1)
    for subject in ("p_ada", "p_ada", "p_grace", "p_ada"):
        with conn.begin():
            keys.known(conn, subject)

    with the_reads_of(conn) as reads, conn.begin():
        keys.known(conn, "p_ada")

    assert len(reads) == 1


def test_on_postgresql_a_key_that_another_process_erased_seals_nothing_more(
    shared_engine: Engine,
) -> None:
    sealer, other = Sealer(b"k" * 32), Sealer(b"k" * 32)
    for _ in range(3):
        with shared_engine.begin() as conn:
            append(conn, an_event(), sealer)
    with shared_engine.begin() as conn:
        other.erase(conn, ADA, NOON)

    with shared_engine.begin() as conn:
        append(conn, an_event(invocation="after"), sealer)
        [found] = trail(conn, "after")

    assert found.body["target"] == {"erased": True, "subject": sealer.pseudonym(ADA)}
