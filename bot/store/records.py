"""What was asked of the bot, in figures, and where the glass was broken."""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

from sqlalchemy import Connection, bindparam, func, select

from bot.domain.figures import Tallied
from bot.domain.glass import Review
from bot.domain.invocation import State
from bot.domain.schedule import LOOK
from bot.store.database import Store
from bot.store.rows import review_of, stamp
from bot.store.tables import invocation, review

MOST = 100
"""Reviews that are told at most: more are not read."""

_count = func.count().label("count")
# Naming every state lets the index of states and times serve it.
_TALLY = (
    select(invocation.c.operation, invocation.c.state, _count)
    .where(
        invocation.c.state.in_([state.value for state in State]),
        invocation.c.at >= bindparam("since"),
        invocation.c.at < bindparam("until"),
        invocation.c.team == bindparam("of_team"),
        invocation.c.key.not_like(f"{LOOK}%"),
    )
    .group_by(invocation.c.operation, invocation.c.state)
    .order_by(_count.desc(), invocation.c.operation, invocation.c.state)
)
_BROKEN = (
    select(review)
    .where(
        review.c.team == bindparam("of_team"),
        review.c.at >= bindparam("since"),
        review.c.at < bindparam("until"),
    )
    .order_by(review.c.at.desc(), review.c.invocation)
    .limit(MOST)
)


class SqlRecords:
    """Implements `bot.domain.ports.Records` over *store*."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def tally(self, team: str, bounds: Sequence[datetime]) -> Sequence[Sequence[Tallied]]:
        """See `Records.tally`."""
        spans = list(pairwise(map(stamp, bounds)))

        def read(connection: Connection) -> list[list[Tallied]]:
            return [_tallied(connection, team, *span) for span in spans]

        return await self._store.read(read)

    async def broken_glass(self, team: str, since: datetime, until: datetime) -> Sequence[Review]:
        """See `Records.broken_glass`."""
        values = {"of_team": team, "since": stamp(since), "until": stamp(until)}
        rows = await self._store.read(
            lambda connection: connection.execute(_BROKEN, values).mappings().all()
        )
        return [review_of(row, self._store.box) for row in rows]


def _tallied(connection: Connection, team: str, since: str, until: str) -> list[Tallied]:
    rows = connection.execute(_TALLY, {"of_team": team, "since": since, "until": until})
    return [Tallied(row.operation, State(row.state), row[2]) for row in rows]
