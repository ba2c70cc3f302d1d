"""What the store knows of one person: what they asked for, and what they marked."""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Select, bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert
from typing_extensions import override

from audit.prepared import Prepared
from bot.domain.invocation import Invocation, State
from bot.pipeline.mine import Traces
from bot.store import statements as sql
from bot.store.database import Store
from bot.store.rows import invocation_of, stamp
from bot.store.tables import invocation, memo

MARKED = "favourites:"
"""How the names begin under which it is kept what somebody marked; their team and id follow."""

MOST = 25
"""So many can be marked; the one marked first makes room for one more."""

_UNENDED = (State.WAITING, State.ACCEPTED, State.RUNNING)
_UNHEARD = (*_UNENDED, State.INVALID)


def _of_person(*states: State, others: bool) -> Select[Any]:
    """Make the statement for a person's askings in *states*, or in all *others*."""
    wanted = invocation.c.state.in_([state.value for state in states])
    return (
        select(invocation)
        .where(
            invocation.c.actor == bindparam("actor"),
            invocation.c.team == bindparam("team"),
            ~wanted if others else wanted,
        )
        .order_by(invocation.c.id.desc())
        .limit(bindparam("at_most"))
    )


_GOING = _of_person(*_UNENDED, others=False)
_ENDED = _of_person(*_UNHEARD, others=True)
_MARKS = select(memo.c.body).where(memo.c.name == bindparam("called"))
_UNMARK = delete(memo).where(memo.c.name == bindparam("called"))
# Both databases spell it alike.
_MARK = Prepared(insert(memo).on_conflict_do_nothing(index_elements=["name"]).inline())


class SqlTraces(Traces):
    """Implements `Traces` over *store*."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._box = store.box

    @override
    async def going(self, team: str, user: str, limit: int) -> Sequence[Invocation]:
        """See `Traces.going`."""
        return await self._all(_GOING, team, user, limit)

    @override
    async def ended(self, team: str, user: str, limit: int) -> Sequence[Invocation]:
        """See `Traces.ended`."""
        return await self._all(_ENDED, team, user, limit)

    @override
    async def favourites(self, team: str, user: str) -> tuple[str, ...]:
        """See `Traces.favourites`."""
        name = f"{MARKED}{team}:{user}"
        return await self._store.read(lambda connection: self._marked(connection, name))

    @override
    async def star(self, team: str, user: str, operation: str) -> None:
        """See `Traces.star`."""
        name, now = f"{MARKED}{team}:{user}", stamp(self._store.clock.now())

        def work(connection: Connection) -> None:
            if self._store.shared:
                sql.ALONE.run(connection, {"meaning": name}).close()
            before = self._marked(connection, name)
            kept = [one for one in before if one != operation]
            if len(kept) == len(before):
                kept = [*kept, operation][-MOST:]
            connection.execute(_UNMARK, {"called": name})
            body = self._box.seal(json.dumps(kept), "memo", name, "body")
            _MARK.run(connection, {"name": name, "at": now, "body": body})

        await self._store.write(work, lane=name)

    def _marked(self, connection: Connection, name: str) -> tuple[str, ...]:
        body = connection.execute(_MARKS, {"called": name}).scalar()
        if body is None:
            return ()
        kept = json.loads(self._box.open(body, "memo", name, "body"))
        return tuple(one for one in kept if isinstance(one, str))

    async def _all(
        self, statement: Select[Any], team: str, user: str, limit: int
    ) -> Sequence[Invocation]:
        values = {"team": team, "actor": user, "at_most": limit}
        rows = await self._store.read(lambda c: c.execute(statement, values).mappings().all())
        return [invocation_of(row, self._box) for row in rows]
