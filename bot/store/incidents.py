"""Incidents in the store, each one sealed document, with their timelines."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    RowMapping,
    Select,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert as insert_or
from typing_extensions import override

from audit.prepared import Prepared
from audit.sealing import Sealer
from bot.domain.incident import ENDED, Incident, Moment
from bot.pipeline.incidents.shelf import Made, Shelf
from bot.pipeline.protocols import Entry
from bot.store import statements as sql
from bot.store.database import Store
from bot.store.entries import Sealed, sealed
from bot.store.rows import Values, stamp
from bot.store.sealed import Box
from bot.store.tables import incident as kept
from bot.store.tables import memo, message, moment

_of_team = kept.c.team == bindparam("team")
_GET = select(kept).where(kept.c.id == bindparam("of"))
_OF_KEY = select(kept).where(_of_team, kept.c.key == bindparam("key"))
_NUMBERED = select(kept).where(_of_team, kept.c.number == bindparam("number"))
_LAST = select(func.max(kept.c.number)).where(_of_team)
_LIVE = select(kept).where(_of_team, kept.c.live == 1).order_by(kept.c.number.desc())
_IN_ROOM = (
    select(kept)
    .where(_of_team, kept.c.room == bindparam("room"))
    .order_by(kept.c.number.desc())
    .limit(1)
)
_SINCE = (
    select(kept)
    .where(_of_team, kept.c.at >= bindparam("since"))
    .order_by(kept.c.at.desc(), kept.c.number.desc())
    .limit(bindparam("at_most"))
)
_INSERT = insert(kept)
_AMEND = (
    update(kept)
    .where(kept.c.id == bindparam("of"), kept.c.version == bindparam("seen"))
    .values({name: bindparam(name) for name in ("version", "live", "room", "body")})
)
_SAY = Prepared(
    insert_or(moment).on_conflict_do_nothing(index_elements=["incident", "source"]).inline()
)
_MOMENTS = (
    select(moment)
    .where(moment.c.incident == bindparam("of"))
    .order_by(moment.c.at, moment.c.source)
)
_HAS = select(moment.c.source).where(
    moment.c.incident == bindparam("of"), moment.c.source == bindparam("said")
)
_PLACE = select(message.c.channel, message.c.ts).where(
    message.c.invocation == bindparam("of"),
    message.c.slot == bindparam("in_slot"),
    message.c.ts.is_not(None),
)
_REFUSED = select(message.c.id, message.c.reason).where(
    message.c.invocation == bindparam("of"),
    message.c.slot == bindparam("in_slot"),
    message.c.dropped.is_not(None),
    message.c.reason.is_not(None),
)
_RECALL = select(memo).where(memo.c.name == bindparam("called"))
_FORGET = delete(memo).where(memo.c.name == bindparam("called"))
_FORGET_OLD = delete(memo).where(
    memo.c.name >= bindparam("begins"),
    memo.c.name < bindparam("after"),
    memo.c.at < bindparam("old"),
)
_EVERYWHERE = select(kept).where(kept.c.live == 1).order_by(kept.c.at.desc())
_REMEMBER = Prepared(insert_or(memo).on_conflict_do_nothing(index_elements=["name"]).inline())


class _Overtaken(Exception):
    """Another change came before; all of the unit of work is undone."""


class SqlIncidents(Shelf):
    """Implements `Shelf`; *drafted* is called after a commit that left messages to be sent."""

    def __init__(self, store: Store, sealer: Sealer, drafted: Callable[[], None]) -> None:
        self._store = store
        self._box = store.box
        self._sealer = sealer
        self._drafted = drafted

    @override
    async def declare(
        self,
        team: str,
        key: str,
        same: Callable[[Incident], bool],
        make: Callable[[int], Made],
    ) -> tuple[Incident, bool]:
        """See `Shelf.declare`."""
        said: list[Sealed] = []

        def work(connection: Connection) -> tuple[Incident, bool]:
            if self._store.shared:
                sql.ALONE.run(connection, {"meaning": f"incidents of {team}"}).close()
            mine = connection.execute(_OF_KEY, {"team": team, "key": key}).mappings().first()
            if mine is not None:
                return _incident(mine, self._box), True
            for row in connection.execute(_LIVE, {"team": team}).mappings():
                if same(found := _incident(row, self._box)):
                    return found, False
            number = (connection.scalar(_LAST, {"team": team}) or 0) + 1
            new, entry, moments = make(number)
            new = new.with_(version=1)
            connection.execute(_INSERT, {**_values(new, self._box), "key": key})
            self._tell(connection, new, moments)
            said[:] = [sealed(new.invocation, entry, self._box)]
            said[0].write(connection, self._sealer)
            return new, True

        answer = await self._store.write(work, lane=f"incidents of {team}")
        if said:
            self._drafted()
        return answer

    @override
    async def get(self, incident: str) -> Incident | None:
        """See `Shelf.get`."""
        return await self._one(_GET, of=incident)

    @override
    async def numbered(self, team: str, number: int) -> Incident | None:
        """See `Shelf.numbered`."""
        return await self._one(_NUMBERED, team=team, number=number)

    @override
    async def in_room(self, team: str, room: str) -> Incident | None:
        """See `Shelf.in_room`."""
        return await self._one(_IN_ROOM, team=team, room=room)

    @override
    async def live(self, team: str) -> Sequence[Incident]:
        """See `Shelf.live`."""
        return await self._all(_LIVE, team=team)

    @override
    async def since(self, team: str, since: datetime, limit: int) -> Sequence[Incident]:
        """See `Shelf.since`."""
        return await self._all(_SINCE, team=team, since=stamp(since), at_most=limit)

    @override
    async def amend(self, incident: Incident, moments: Sequence[Moment], entry: Entry) -> bool:
        """See `Shelf.amend`."""
        newer = incident.with_(version=incident.version + 1)
        values = {**_values(newer, self._box), "of": incident.id, "seen": incident.version}
        ready = sealed(incident.invocation, entry, self._box)

        def work(connection: Connection) -> None:
            if connection.execute(_AMEND, values).rowcount != 1:
                raise _Overtaken
            if not self._tell(connection, incident, moments):
                raise _Overtaken
            ready.write(connection, self._sealer)

        try:
            await self._store.write(work, lane=incident.id)
        except _Overtaken:
            return False
        if ready.drafts:
            self._drafted()
        return True

    @override
    async def moments(self, incident: str) -> Sequence[Moment]:
        """See `Shelf.moments`."""
        rows = await self._store.read(
            lambda connection: connection.execute(_MOMENTS, {"of": incident}).mappings().all()
        )
        return [_moment(row, self._box) for row in rows]

    @override
    async def has(self, incident: str, source: str) -> bool:
        """See `Shelf.has`."""
        values = {"of": incident, "said": source}
        return await self._store.read(lambda c: c.execute(_HAS, values).first()) is not None

    @override
    async def place(self, invocation: str, slot: str) -> tuple[str, str] | None:
        """See `Shelf.place`."""
        values = {"of": invocation, "in_slot": slot}
        row = await self._store.read(lambda c: c.execute(_PLACE, values).first())
        return (row[0], row[1]) if row is not None and row[0] else None

    @override
    async def refusal(self, invocation: str, slot: str) -> str | None:
        """See `Shelf.refusal`."""
        values = {"of": invocation, "in_slot": slot}
        row = await self._store.read(lambda c: c.execute(_REFUSED, values).first())
        return None if row is None else self._box.open(row[1], "message", str(row[0]), "reason")

    @override
    async def remember(self, name: str, body: str) -> None:
        """See `Shelf.remember`."""
        row = self._memo(name, body)

        def work(connection: Connection) -> None:
            connection.execute(_FORGET, {"called": name})
            _REMEMBER.run(connection, row)

        await self._store.write(work, lane=name)

    @override
    async def recall(self, name: str) -> tuple[str, datetime] | None:
        """See `Shelf.recall`."""
        row = await self._store.read(
            lambda connection: connection.execute(_RECALL, {"called": name}).mappings().first()
        )
        if row is None:
            return None
        return self._box.open(row["body"], "memo", name, "body"), datetime.fromisoformat(row["at"])

    @override
    async def first(self, name: str, entry: Entry) -> bool:
        """See `Shelf.first`."""
        row, ready = self._memo(name, ""), sealed(None, entry, self._box)

        def work(connection: Connection) -> bool:
            if _REMEMBER.run(connection, row).rowcount != 1:
                return False
            ready.write(connection, self._sealer)
            return True

        return await self._store.write(work, lane=name)

    @override
    async def forget(self, begins: str, before: datetime) -> int:
        """See `Shelf.forget`."""
        values = {"begins": begins, "after": f"{begins}\uffff", "old": stamp(before)}
        return await self._store.write(lambda c: c.execute(_FORGET_OLD, values).rowcount)

    @override
    async def everywhere(self) -> Sequence[Incident]:
        """See `Shelf.everywhere`."""
        return await self._all(_EVERYWHERE)

    def _memo(self, name: str, body: str) -> Values:
        now = stamp(self._store.clock.now())
        return {"name": name, "at": now, "body": self._box.seal(body, "memo", name, "body")}

    def _tell(self, connection: Connection, of: Incident, moments: Sequence[Moment]) -> bool:
        """Write *moments*; False where the first stands there already."""
        for place, one in enumerate(moments):
            row = _moment_values(one, of.id, self._box)
            if not _SAY.run(connection, row).rowcount and place == 0:
                return False
        return True

    async def _one(self, statement: Select[Any], **values: object) -> Incident | None:
        row = await self._store.read(lambda c: c.execute(statement, values).mappings().first())
        return None if row is None else _incident(row, self._box)

    async def _all(self, statement: Select[Any], **values: object) -> Sequence[Incident]:
        rows = await self._store.read(lambda c: c.execute(statement, values).mappings().all())
        return [_incident(row, self._box) for row in rows]


def _values(one: Incident, box: Box) -> Values:
    return {
        "id": one.id,
        "team": one.team,
        "number": one.number,
        "version": one.version,
        "live": int(one.status not in ENDED),
        "room": one.room,
        "at": stamp(one.at),
        "body": box.seal(one.model_dump_json(), "incident", one.id, "body"),
    }


def _incident(row: RowMapping, box: Box) -> Incident:
    return Incident.model_validate_json(box.open(row["body"], "incident", row["id"], "body"))


def _moment_values(one: Moment, of: str, box: Box) -> Values:
    body = box.seal(one.model_dump_json(), "moment", f"{of}/{one.source}", "body")
    return {"incident": of, "source": one.source, "at": stamp(one.at), "body": body}


def _moment(row: RowMapping, box: Box) -> Moment:
    place = f"{row['incident']}/{row['source']}"
    return Moment.model_validate_json(box.open(row["body"], "moment", place, "body"))
