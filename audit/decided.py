"""Reads back what was decided about each asking, to ask other rules about it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, exists, select

from audit.records import utc
from audit.sealing import Sealer
from audit.tables import audit_event
from bot.domain.record import Stage


@dataclass(frozen=True)
class Decided:
    """A decision on the record. *decision* has the `request`, all that the rules saw."""

    n: int
    at: str
    invocation: str
    actor: str
    operation: str
    decision: Mapping[str, Any]


def decided(
    conn: Connection, since: datetime, after: int, limit: int, sealer: Sealer | None
) -> list[Decided]:
    """Return the first decision about each asking not before *since*, in the order of writing.

    They are at most *limit*, with numbers above *after*. Values that are sealed are opened by
    *sealer* where there is one, and else left as they are.
    """
    query = _DECIDED.where(_EVENT.n > after, _EVENT.at >= utc(since)).limit(limit)
    found = []
    for row in conn.execute(query):
        body = json.loads(row.body)
        told = {"id": body["id"], "decision": body["decision"]}
        opened = told if sealer is None else sealer.open(conn, told)
        found.append(
            Decided(
                row.n,
                row.at,
                row.invocation or "",
                row.actor or "",
                row.operation or "",
                opened["decision"],
            )
        )
    return found


_EVENT = audit_event.c
_EARLIER = audit_event.alias("earlier")
_AGAIN = and_(
    _EVENT.stage == Stage.DENIED.value,
    exists().where(
        _EARLIER.c.invocation == _EVENT.invocation, _EARLIER.c.stage == Stage.INTENT.value
    ),
)
"""It was decided before, and was denied when it was about to begin."""

_DECIDED = (
    select(_EVENT.n, _EVENT.at, _EVENT.invocation, _EVENT.actor, _EVENT.operation, _EVENT.body)
    .where(
        _EVENT.stage.in_([Stage.INTENT.value, Stage.DENIED.value]),
        _EVENT.decision.is_not(None),
        ~_AGAIN,
    )
    .order_by(_EVENT.n)
)
