"""Counting what was let run of late."""

from datetime import timedelta

from sqlalchemy import (
    ColumnElement,
    Connection,
    ScalarSelect,
    Select,
    and_,
    bindparam,
    func,
    select,
)

from audit.prepared import Prepared
from audit.records import nfc
from bot.domain.invocation import State
from bot.pipeline.protocols import Counts, Tally
from bot.store.rows import stamp
from bot.store.sealed import Box
from bot.store.tables import invocation

HOUR = timedelta(hours=1)

# Whatever came of it, it was let run.
_LET = and_(*(invocation.c.state != s.value for s in (State.INVALID, State.DENIED)))
_SINCE = invocation.c.at > bindparam("since")
_BY_ACTOR = and_(
    invocation.c.team == bindparam("team"),
    invocation.c.actor == bindparam("actor"),
    invocation.c.operation == bindparam("operation"),
)
_ON_TARGET = invocation.c.target == bindparam("target")
# Ids sort by the time they were made.
_EARLIER = invocation.c.id < bindparam("of")


def _count(*which: ColumnElement[bool]) -> ScalarSelect[int]:
    return select(func.count()).where(*which, _SINCE, _LET).scalar_subquery()


def _counts(*which: ColumnElement[bool]) -> Select[int, int]:
    return select(_count(_BY_ACTOR, *which), _count(_ON_TARGET, *which))


_ALL = Prepared(_counts())
_BEFORE = Prepared(_counts(_EARLIER))


def count(connection: Connection, of: Tally, box: Box, *, earlier: bool = False) -> Counts:
    """See `Book.counts`."""
    values = {
        "team": of.team,
        "actor": of.actor,
        "operation": nfc(of.operation),
        "target": mark(of, box),
        "since": stamp(of.at - HOUR),
    }
    if earlier:
        row = _BEFORE.run(connection, {**values, "of": of.invocation}).fetchone()
    else:
        row = _ALL.run(connection, values).fetchone()
    recent, recent_target = row or (0, 0)
    return Counts(recent, recent_target)


def mark(of: Tally, box: Box) -> str:
    """Return what stands for the operation and target of *of*, and betrays neither."""
    return box.fingerprint("target", of.team, of.operation, of.target)


def turns(of: Tally) -> tuple[str, str]:
    """Name the locks that are held while *of* is counted and let in: always in this order.

    Whoever takes both in one order, after that of the meaning, never waits in a ring.
    """
    by = f"actor\n{of.team}\n{of.actor}\n{of.operation}"
    return by, f"target\n{of.team}\n{of.operation}\n{of.target}"
