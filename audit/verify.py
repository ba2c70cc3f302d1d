"""Checks that the record is what was written.

It finds a body, a column or a middle row that was changed afterwards. Whoever can write the tables
can also write fitting hashes; that is for signatures to find.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, func, select, text

from audit.records import columns_of, leaf_of
from audit.tables import audit_event

_AT_ONCE = 1000
"""Rows held in memory at a time."""


@dataclass(frozen=True)
class Bad:
    """Row *n* is not what was written; *id* is empty where the row is gone."""

    n: int
    id: str
    what: str


@dataclass(frozen=True)
class Report:
    """*count* rows were read; *bad* is what is wrong with them, in their order."""

    count: int
    bad: tuple[Bad, ...]

    @property
    def good(self) -> bool:
        """Say whether nothing is wrong."""
        return not self.bad


def verify(conn: Connection) -> Report:
    """Read the whole record and say what does not fit.

    Each body is hashed again and compared with its leaf and with its search columns, ids must be
    unique and, on SQLite, where numbers are dense, none may be missing.
    """
    dense = conn.dialect.name == "sqlite"
    bad: list[Bad] = []
    count = last = 0
    for row in conn.execute(_ROWS.execution_options(yield_per=_AT_ONCE)):
        if dense and row.n != last + 1:
            bad.append(_gap(last, row.n))
        bad.extend(Bad(row.n, row.id, what) for what in _faults(row))
        last, count = row.n, count + 1
    if dense and (issued := conn.execute(_ISSUED).scalar_one_or_none() or 0) > last:
        bad.append(_gap(last, issued + 1))
    bad.extend(Bad(row.n, row.id, "The id was used before.") for row in conn.execute(_REPEATED))
    return Report(count, tuple(sorted(bad, key=lambda found: found.n)))


_ROWS = select(audit_event).order_by(audit_event.c.n)
_ISSUED = text("SELECT seq FROM sqlite_sequence WHERE name = 'audit_event'")
_TWICE = (
    select(audit_event.c.id, func.min(audit_event.c.n).label("first"))
    .group_by(audit_event.c.id)
    .having(func.count() > 1)
    .subquery()
)
_REPEATED = select(audit_event.c.n, audit_event.c.id).join(
    _TWICE, (_TWICE.c.id == audit_event.c.id) & (_TWICE.c.first != audit_event.c.n)
)


def _gap(last: int, following: int) -> Bad:
    missing = (
        f"row {last + 1} is" if following == last + 2 else f"rows {last + 1} to {following - 1} are"
    )
    return Bad(last + 1, "", f"{missing.capitalize()} missing.")


def _faults(row: Row[Any]) -> Iterator[str]:
    if leaf_of(row.body) != row.leaf:
        yield "The body is not the one that was hashed."
    try:
        expected = columns_of(json.loads(row.body))
    except (ValueError, LookupError, TypeError, AttributeError):
        yield "The body is not an event."
        return
    stands = row._mapping  # noqa: SLF001  SQLAlchemy's public name.
    for name, value in expected.items():
        if stands[name] != value:
            yield f"The column {name!r} is {stands[name]!r}, the body says {value!r}."
