"""Schedules in the store, each one sealed document."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    RowMapping,
    Select,
    bindparam,
    case,
    delete,
    func,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from typing_extensions import override

from audit.prepared import Prepared
from audit.sealing import Sealer
from bot.domain.invocation import State
from bot.domain.schedule import Schedule
from bot.pipeline.protocols import Entry
from bot.pipeline.schedule_shelf import ScheduleShelf
from bot.store.database import Store
from bot.store.entries import sealed
from bot.store.rows import Values, stamp
from bot.store.sealed import Box
from bot.store.tables import invocation
from bot.store.tables import schedule as kept

_this = (kept.c.team == bindparam("of_team")) & (kept.c.name == bindparam("called"))
_seen = _this & (kept.c.version == bindparam("seen"))
_MARK = select(func.count(), func.sum(kept.c.version), func.max(kept.c.changed_at))
_ALL = select(kept).order_by(kept.c.team, kept.c.name)
_OF_TEAM = _ALL.where(kept.c.team == bindparam("of_team"))
_ONE = select(kept).where(_this)
_ADD = Prepared(insert(kept).on_conflict_do_nothing(index_elements=["team", "name"]).inline())
_KEY = select(kept.c.key).where(_this)
_later = case(
    (kept.c.since < bindparam("since"), bindparam("since")),
    else_=kept.c.since,
)
_AMEND = (
    update(kept)
    .where(_seen)
    .values(
        version=bindparam("version"),
        since=_later,
        changed_at=bindparam("changed_at"),
        body=bindparam("body"),
    )
)
_REMOVE = delete(kept).where(_seen)
_PASSED = (
    update(kept).where(_this, kept.c.since < bindparam("since")).values(since=bindparam("since"))
)
_ASKED = select(invocation.c.id, invocation.c.state).where(
    invocation.c.team == bindparam("of_team"), invocation.c.key == bindparam("key")
)


class SqlSchedules(ScheduleShelf):
    """Implements `ScheduleShelf`; *drafted* is called after a commit that left messages."""

    def __init__(self, store: Store, sealer: Sealer, drafted: Callable[[], None]) -> None:
        self._store = store
        self._box = store.box
        self._sealer = sealer
        self._drafted = drafted

    @override
    async def mark(self) -> str:
        """See `ScheduleShelf.mark`."""
        return str(await self._store.read(lambda c: tuple(c.execute(_MARK).one())))

    @override
    async def everywhere(self) -> Sequence[Schedule]:
        """See `ScheduleShelf.everywhere`."""
        return await self._rows(_ALL, {})

    @override
    async def all(self, team: str) -> Sequence[Schedule]:
        """See `ScheduleShelf.all`."""
        return await self._rows(_OF_TEAM, {"of_team": team})

    @override
    async def get(self, team: str, name: str) -> Schedule | None:
        """See `ScheduleShelf.get`."""
        found = await self._rows(_ONE, {"of_team": team, "called": name})
        return found[0] if found else None

    @override
    async def add(self, schedule: Schedule, key: str) -> bool:
        """See `ScheduleShelf.add`."""
        row = {
            **_place(schedule, team="team", name="name"),
            "key": key,
            "version": 1,
            "since": stamp(schedule.since),
            "changed_at": self._now(),
            "body": _sealed(schedule, self._box),
        }

        def work(connection: Connection) -> bool:
            if _ADD.run(connection, row).rowcount == 1:
                return True
            return connection.scalar(_KEY, _place(schedule)) == key

        return await self._store.write(work)

    @override
    async def amend(
        self, schedule: Schedule, entry: Entry, *, invocation: str | None = None
    ) -> bool:
        """See `ScheduleShelf.amend`."""
        values = {
            **_place(schedule),
            "seen": schedule.version,
            "version": schedule.version + 1,
            "since": stamp(schedule.since),
            "changed_at": self._now(),
            "body": _sealed(schedule, self._box),
        }
        return await self._change(_AMEND, values, invocation, entry)

    @override
    async def remove(self, schedule: Schedule) -> bool:
        """See `ScheduleShelf.remove`."""
        values = {**_place(schedule), "seen": schedule.version}
        return await self._change(_REMOVE, values, None, Entry())

    @override
    async def passed(self, schedule: Schedule, at: datetime, entry: Entry) -> bool:
        """See `ScheduleShelf.passed`."""
        values = {**_place(schedule), "since": stamp(at)}
        return await self._change(_PASSED, values, None, entry)

    @override
    async def asked(self, team: str, key: str) -> tuple[str, State] | None:
        """See `ScheduleShelf.asked`."""
        values = {"of_team": team, "key": key}
        row = await self._store.read(lambda c: c.execute(_ASKED, values).first())
        return None if row is None else (row[0], State(row[1]))

    async def _change(
        self, statement: Any, values: Values, invocation: str | None, entry: Entry
    ) -> bool:
        """Carry out *statement*; where it meets its row, write *entry* with it."""
        ready = sealed(invocation, entry, self._box)

        def work(connection: Connection) -> bool:
            if connection.execute(statement, values).rowcount != 1:
                return False
            ready.write(connection, self._sealer)
            return True

        changed = await self._store.write(work)
        if changed and ready.drafts:
            self._drafted()
        return changed

    async def _rows(self, statement: Select[Any], values: Values) -> list[Schedule]:
        rows = await self._store.read(
            lambda connection: connection.execute(statement, values).mappings().all()
        )
        return [_opened(row, self._box) for row in rows]

    def _now(self) -> str:
        return stamp(self._store.clock.now())


def _place(schedule: Schedule, *, team: str = "of_team", name: str = "called") -> Values:
    return {team: schedule.team, name: schedule.name}


def _sealed(schedule: Schedule, box: Box) -> bytes:
    row = f"{schedule.team}/{schedule.name}"
    return box.seal(schedule.model_dump_json(), "schedule", row, "body")


def _opened(row: RowMapping, box: Box) -> Schedule:
    body = box.open(row["body"], "schedule", f"{row['team']}/{row['name']}", "body")
    now = {"version": row["version"], "since": datetime.fromisoformat(row["since"])}
    return Schedule.model_validate_json(body).model_copy(update=now)
