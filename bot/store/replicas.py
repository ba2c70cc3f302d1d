"""The processes that share a store: each says in a row that it lives, and what it can do."""

import hashlib
import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, RowMapping, bindparam, delete, insert, or_, select, update
from typing_extensions import override

from bot.domain.catalogue import Catalogue
from bot.domain.operation import Operation
from bot.pipeline.protocols import Replicas
from bot.store.database import Store
from bot.store.rows import stamp
from bot.store.tables import message, replica, timer

BEAT_EVERY = 3.0
"""Seconds between two signs of life."""

LIVING_FOR = timedelta(seconds=30)
"""A process that was silent for longer is taken for dead. It is longer than a pause may be."""

FORGOTTEN_AFTER = timedelta(hours=1)

_ALL = select(replica).order_by(replica.c.started_at)
_JOIN = insert(replica)
_BEAT = update(replica).where(replica.c.id == bindparam("of")).values(seen_at=bindparam("seen"))
_LEAVE = delete(replica).where(replica.c.id == bindparam("of"))
_FORGET = delete(replica).where(
    or_(replica.c.seen_at < bindparam("before"), replica.c.slot == bindparam("its"))
)
_dead = select(replica.c.id).where(replica.c.slot == bindparam("its"))
_RELEASE = tuple(
    update(table).where(table.c.claimed_by.in_(_dead)).values(claimed_by=None, claimed_at=None)
    for table in (message, timer)
)

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Replica:
    """A process. *id* owns its runs, *slot* is its name in the engine.

    *operations*: a digest of each operation's declaration, by its name.
    """

    id: str
    slot: str
    host: str
    version: str
    operations: Mapping[str, str]


@dataclass(frozen=True)
class Seen:
    """A process as the store knows it."""

    replica: Replica
    at: datetime


class Alone(Replicas):
    """The one process that owns its store's files: *owner*."""

    def __init__(self, owner: str) -> None:
        self._living = frozenset({owner})

    @override
    async def living(self) -> frozenset[str]:
        """See `Replicas.living`."""
        return self._living

    @override
    async def differing(self, operation: str) -> bool:
        """See `Replicas.differing`."""
        return False


class SqlReplicas(Replicas):
    """The processes in *store*, of which this is *me*."""

    def __init__(self, store: Store, me: Replica) -> None:
        self._store = store
        self._me = me
        self._told: set[str] = set()

    async def join(self) -> None:
        """Say that this process is there, and clear away who is gone, with what they claimed.

        Whoever had its slot before is gone: only one living process can hold a slot.
        """
        now = self._store.clock.now()
        row = {
            **vars(self._me),
            "operations": json.dumps(dict(self._me.operations)),
            "started_at": stamp(now),
            "seen_at": stamp(now),
        }
        gone = {"before": stamp(now - FORGOTTEN_AFTER), "its": self._me.slot}

        def work(connection: Connection) -> None:
            for release in _RELEASE:
                connection.execute(release, {"its": self._me.slot})
            connection.execute(_FORGET, gone)
            connection.execute(_JOIN, row)

        await self._store.write(work)

    async def leave(self) -> None:
        """Say that this process ends in good order."""
        await self._store.write(lambda c: c.execute(_LEAVE, {"of": self._me.id}).rowcount)

    async def run(self) -> None:
        """Give signs of life for ever, and tell once of each process with other operations."""
        while True:
            try:
                await self.beat()
                await self._compare()
            except Exception as error:  # noqa: BLE001  The store may come back; so does the sign.
                log.warning("No sign of life could be given: %s", error)
            await self._store.clock.sleep(BEAT_EVERY)

    async def beat(self) -> None:
        """Give a sign of life; one that was silent for so long that it was forgotten joins anew."""
        values = {"of": self._me.id, "seen": stamp(self._store.clock.now())}
        if not await self._store.write(lambda c: c.execute(_BEAT, values).rowcount):
            await self.join()

    @override
    async def living(self) -> frozenset[str]:
        """See `Replicas.living`."""
        return frozenset({self._me.id, *(s.replica.id for s in await self.others())})

    @override
    async def differing(self, operation: str) -> bool:
        """See `Replicas.differing`."""
        mine = self._me.operations.get(operation)
        return any(s.replica.operations.get(operation) != mine for s in await self.others())

    async def others(self) -> Sequence[Seen]:
        """Return the other living processes, the oldest first."""
        return [s for s in await living(self._store) if s.replica.id != self._me.id]

    async def _compare(self) -> None:
        for other in await self.others():
            said = differences(self._me, other.replica)
            if said and other.replica.id not in self._told:
                self._told.add(other.replica.id)
                log.warning("%s", said)


async def living(store: Store) -> Sequence[Seen]:
    """Return the processes that live on *store*, the oldest first."""
    rows = await store.read(lambda c: c.execute(_ALL).mappings().all())
    since = store.clock.now() - LIVING_FOR
    return [seen for seen in map(_seen, rows) if seen.at >= since]


def differences(mine: Replica, other: Replica) -> str:
    """Say what *other* can do otherwise than this process; nothing where they are alike."""
    names = {*mine.operations, *other.operations}
    unlike = sorted(n for n in names if mine.operations.get(n) != other.operations.get(n))
    if not unlike:
        return ""
    some = ", ".join(unlike[:5]) + (", …" if len(unlike) > len(unlike[:5]) else "")
    return (
        f"The bot on {other.host!r} ({other.version}) knows other operations than this one "
        f"({mine.version}): {some}. Their runs are left to who knows them; bring both to one "
        "version, or give each a `DATABASE_URL` of its own."
    )


def shapes(catalogue: Catalogue) -> Mapping[str, str]:
    """Return a digest of each operation's declaration: alike where runs can be exchanged."""
    return {operation.name: _shape(operation) for operation in catalogue}


def _shape(operation: Operation) -> str:
    told = [operation.risk, operation.target, operation.params.model_json_schema()]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]


def _seen(row: RowMapping) -> Seen:
    who = Replica(
        row["id"], row["slot"], row["host"], row["version"], json.loads(row["operations"])
    )
    return Seen(who, datetime.fromisoformat(row["seen_at"]))
