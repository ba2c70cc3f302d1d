"""Freezes in the store, and in memory for a second."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from pydantic import BaseModel
from sqlalchemy import Connection, RowMapping, bindparam, select, update
from sqlalchemy.dialects.postgresql import insert

from bot.domain.actor import Actor
from bot.domain.freeze import Freeze
from bot.store.database import Store
from bot.store.jobs import Work
from bot.store.rows import stamp
from bot.store.sealed import Box
from bot.store.tables import change_freeze

T = TypeVar("T")
FRESH = 1.0
"""Seconds for which what was read counts: so much later it is known what another process did."""

_held = (change_freeze.c.until > bindparam("now")) & change_freeze.c.lifted_at.is_(None)
_HELD = select(change_freeze).where(_held).order_by(change_freeze.c.until, change_freeze.c.id)
_ONE = select(change_freeze).where(change_freeze.c.id == bindparam("of"))
# Both databases spell it alike.
_SET = insert(change_freeze).on_conflict_do_nothing(index_elements=["id"])
_LIFT = (
    update(change_freeze)
    .where(change_freeze.c.id == bindparam("of"), change_freeze.c.lifted_at.is_(None))
    .values(lifted_at=bindparam("now"))
)


class _Body(BaseModel):
    """What is sealed: it may name people."""

    name: str
    reason: str


class SqlFreezes:
    """Implements `bot.domain.ports.Freezes` over *store*."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._box = store.box
        self._kept: tuple[float, Mapping[str, Sequence[Freeze]]] | None = None
        self._changes = 0
        self._reading = asyncio.Lock()

    async def active(self, team: str, *, fresh: bool = False) -> Sequence[Freeze]:
        """See `Freezes.active`."""
        kept = None if fresh else self._remembered()
        if kept is None:
            async with self._reading:
                # Whoever waited for another's reading has it by now.
                kept = (None if fresh else self._remembered()) or await self._read()
        now = self._store.clock.now()
        return [freeze for freeze in kept[1].get(team, ()) if freeze.until > now]

    async def set(
        self, by: Actor, reason: str, until: datetime, environment: str | None, *, key: str
    ) -> Freeze:
        """See `Freezes.set`."""
        body = _Body(name=by.name, reason=reason).model_dump_json()
        row = {
            "id": key,
            "team": by.team,
            "environment": environment,
            "by": by.id,
            "at": stamp(self._store.clock.now()),
            "until": stamp(until),
            "lifted_at": None,
            "body": self._box.seal(body, "change_freeze", key, "body"),
        }

        def work(connection: Connection) -> RowMapping:
            connection.execute(_SET, row)
            return connection.execute(_ONE, {"of": key}).mappings().one()

        return _freeze(await self._change(work), self._box)

    async def lift(self, freeze: Freeze, by: Actor, *, key: str) -> None:
        """See `Freezes.lift`. Who did it, and by which *key*, is in the record."""
        del by, key
        values = {"of": freeze.id, "now": stamp(self._store.clock.now())}
        await self._change(lambda connection: connection.execute(_LIFT, values).rowcount)

    async def _change(self, work: Work[T]) -> T:
        try:
            return await self._store.write(work)
        finally:
            self._changes += 1
            self._kept = None

    def _remembered(self) -> tuple[float, Mapping[str, Sequence[Freeze]]] | None:
        kept = self._kept
        young = kept is not None and self._store.clock.monotonic() - kept[0] < FRESH
        return kept if young else None

    async def _read(self) -> tuple[float, Mapping[str, Sequence[Freeze]]]:
        began, changes = self._store.clock.monotonic(), self._changes
        values = {"now": stamp(self._store.clock.now())}
        rows = await self._store.read(
            lambda connection: connection.execute(_HELD, values).mappings().all()
        )
        by_team: dict[str, list[Freeze]] = {}
        for row in rows:
            by_team.setdefault(row["team"], []).append(_freeze(row, self._box))
        read = (began, by_team)
        # What was changed meanwhile may not be in it.
        self._kept = read if changes == self._changes else None
        return read


def _freeze(row: RowMapping, box: Box) -> Freeze:
    of = row["id"]
    body = _Body.model_validate_json(box.open(row["body"], "change_freeze", of, "body"))
    return Freeze(
        id=of,
        environment=row["environment"],
        by=row["by"],
        by_name=body.name,
        reason=body.reason,
        at=datetime.fromisoformat(row["at"]),
        until=datetime.fromisoformat(row["until"]),
    )
