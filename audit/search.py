"""Finds events in the record."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, select

from audit.records import canonical, utc
from audit.sealing import Sealer
from audit.tables import audit_event
from bot.domain.record import Stage

_COLUMNS = audit_event.c


@dataclass(frozen=True)
class Filter:
    """What to look for; parts that are None match everything.

    *target* is given in clear or as a pseudonym. *since* is inclusive, *until* is not. *text* is
    looked for anywhere in the body, whatever its case, which reads every row that is left.
    """

    actor: str | None = None
    operation: str | None = None
    stage: Stage | None = None
    target: str | None = None
    invocation: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    text: str | None = None
    limit: int = 50
    newest_first: bool = True


@dataclass(frozen=True)
class Found:
    """An event as it stands in the record; what is sealed in *body* is still sealed."""

    n: int
    id: str
    at: str
    team: str
    invocation: str | None
    stage: str
    actor: str | None
    surface: str | None
    channel: str | None
    operation: str | None
    target: str | None
    decision: str | None
    rules: str | None
    rules_digest: str | None
    leaf: bytes
    body: dict[str, Any]


def search(conn: Connection, wanted: Filter, sealer: Sealer) -> list[Found]:
    """Return at most *wanted.limit* events by time, the newest first unless it says otherwise."""
    order = (_COLUMNS.at, _COLUMNS.n)
    query = (
        select(audit_event)
        .where(*_conditions(wanted, sealer))
        .order_by(*(column.desc() for column in order) if wanted.newest_first else order)
        .limit(wanted.limit)
    )
    return _found(conn.execute(query))


_TAIL, _WHOLE = 6, 36
"""Characters of an invocation's id: the fewest that may stand for it, and all of them."""


def trail(conn: Connection, invocation: str) -> list[Found]:
    """Return everything recorded of *invocation*, in the order it was written.

    The last characters of its id will do, at least six of them; that reads every row.
    """
    same = (
        _COLUMNS.invocation.endswith(invocation, autoescape=True)
        if _TAIL <= len(invocation) < _WHOLE
        else _COLUMNS.invocation == invocation
    )
    query = select(audit_event).where(same).order_by(_COLUMNS.n)
    return _found(conn.execute(query))


def _conditions(wanted: Filter, sealer: Sealer) -> list[ColumnElement[bool]]:
    equal = {
        _COLUMNS.actor: wanted.actor,
        _COLUMNS.operation: wanted.operation,
        _COLUMNS.stage: wanted.stage and wanted.stage.value,
        _COLUMNS.invocation: wanted.invocation,
    }
    conditions = [column == value for column, value in equal.items() if value is not None]
    if wanted.target is not None:
        names = (wanted.target, sealer.pseudonym(wanted.target))
        conditions.append(_COLUMNS.target.in_(names))
    if wanted.since is not None:
        conditions.append(_COLUMNS.at >= utc(wanted.since))
    if wanted.until is not None:
        conditions.append(_COLUMNS.at < utc(wanted.until))
    if wanted.text is not None:
        # In the body a quote or a line's end stands as JSON writes it.
        written = canonical(wanted.text)[1:-1]
        conditions.append(_COLUMNS.body.icontains(written, autoescape=True))
    return conditions


def _found(rows: Iterable[Row[Any]]) -> list[Found]:
    return [Found(**{**row._mapping, "body": json.loads(row.body)}) for row in rows]  # noqa: SLF001  SQLAlchemy's public name.
