"""Rows on their way from one database to another: read in parts, copied, compared."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

import psycopg
from psycopg import sql
from sqlalchemy import Connection, Row, Select, Table, delete, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError

from audit.tables import audit_event, subject_key
from bot.store.tables import (
    approval,
    change_freeze,
    incident,
    invocation,
    memo,
    message,
    moment,
    review,
    schedule,
    step,
    timer,
)

AT_ONCE = 1000
"""Rows that are held in memory, and committed, together."""

PLAIN = (
    *(invocation, step, timer, message, approval, review, change_freeze),
    *(incident, moment, memo, schedule),
)
"""The tables that change, in an order in which they can be filled. They are carried over anew
each time, the record, which only grows, from where it was left."""

_NUMBERED = ((audit_event, "n"), (message, "id"))
_HASHES = 1 << 256

Rows = Sequence[Row[Any]]


@dataclass(frozen=True)
class Total:
    """Stands for the rows of a table, in whatever order they come."""

    count: int
    sum: int


def count_of(connection: Connection, table: Table) -> int:
    """Return how many rows *table* has."""
    return connection.scalar(select(func.count()).select_from(table)) or 0


def total_of(connection: Connection, table: Table) -> Total:
    """Add up the hashes of the rows of *table*: equal only where the rows are."""
    count = total = 0
    for row in connection.execute(_all(table)):
        count += 1
        total += int.from_bytes(hashlib.sha256(repr(tuple(row)).encode()).digest())
    return Total(count, total % _HASHES)


def parts_of(connection: Connection, table: Table) -> Iterator[Rows]:
    """Return the rows of *table*, some at a time."""
    return connection.execute(_all(table)).partitions()


def events_after(connection: Connection, n: int) -> Iterator[Rows]:
    """Return the events after number *n*, in their order, some at a time."""
    later = _all(audit_event).where(audit_event.c.n > n).order_by(audit_event.c.n)
    return connection.execute(later).partitions()


def last_event(connection: Connection) -> int:
    """Return the number of the last event, nought where there is none."""
    return connection.scalar(select(func.max(audit_event.c.n))) or 0


def put(connection: Connection, table: Table, rows: Iterable[Row[Any]]) -> None:
    """Copy *rows* into *table*, numbers included, which PostgreSQL would hand out itself.

    postgresql.org: COPY takes the values of an identity column as they come.
    """
    names = sql.SQL(", ").join(sql.Identifier(c.name) for c in table.c)
    copying = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table.name), names)
    cursor = cast("psycopg.Cursor[Any]", connection.connection.cursor())
    try:
        with cursor, cursor.copy(copying) as copy:
            for row in rows:
                copy.write_row(row)
    except psycopg.Error as error:
        raise DBAPIError.instance(
            "COPY", None, error, psycopg.Error, hide_parameters=True, dialect=connection.dialect
        ) from error


def put_keys(connection: Connection, rows: Rows) -> None:
    """Insert people's keys; one that is there already is erased if it has been erased meanwhile."""
    new = insert(subject_key)
    erased = new.excluded.wrapped.is_(None) & subject_key.c.wrapped.is_not(None)
    connection.execute(
        new.on_conflict_do_update(
            index_elements=[subject_key.c.subject],
            set_={"wrapped": None, "erased_at": new.excluded.erased_at},
            where=erased,
        ),
        [dict(row._mapping) for row in rows],  # noqa: SLF001  SQLAlchemy's public name.
    )


def empty(connection: Connection) -> None:
    """Delete what a move that was cut off has left in the tables that change."""
    for table in reversed(PLAIN):
        connection.execute(delete(table))


def number_on(connection: Connection) -> None:
    """Let the numbers that PostgreSQL hands out follow those that were carried over."""
    for table, column in _NUMBERED:
        highest = connection.scalar(select(func.max(table.c[column]))) or 0
        connection.execute(
            text("SELECT setval(pg_get_serial_sequence(:of, :column), :next, false)"),
            {"of": table.name, "column": column, "next": highest + 1},
        )


def _all(table: Table) -> Select[Any]:
    return select(table).execution_options(yield_per=AT_ONCE)
