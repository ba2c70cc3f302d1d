"""The record as the command line reads it; each reading is itself recorded."""

from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Connection

from audit.decided import Decided, decided
from audit.sealing import Sealer
from audit.search import Filter, Found, search, trail
from audit.verify import verify
from bot.cli.workshop import Reader, Row, Search
from bot.domain.clock import Clock, SystemClock
from bot.domain.errors import BadRequest, NotAllowed
from bot.domain.record import Stage
from bot.main.kept import Kept, kept
from bot.pipeline.protocols import Entry
from bot.pipeline.recording import own_event
from bot.settings import Settings

T = TypeVar("T")

PAGE = 200
"""Decisions that are read at once: a running bot does nothing else while it hands a page over."""


class StoredRecords:
    """Implements `bot.cli.workshop.Records` over the open store."""

    def __init__(self, store: Kept, clock: Clock, auditors: Collection[str] = ()) -> None:
        self._store = store
        self._clock = clock
        self._auditors = frozenset(auditors)

    async def search(self, reader: Reader, wanted: Search) -> Sequence[Row]:
        """See `Records.search`."""
        told = {k: v for k, v in asdict(wanted).items() if v is not None}
        stage = told.pop("stage", None)
        try:
            narrowed = Filter(**told, stage=Stage(stage) if stage else None)
        except ValueError:
            known = ", ".join(s.value for s in Stage)
            raise BadRequest(
                f"There is no stage {stage!r}.", fix=f"Take one of: {known}."
            ) from None
        shown = {k: str(v) for k, v in told.items() if k != "target"}
        await self._record(reader, "search", **shown)
        sealer = self._store.sealer
        found = await self._read(lambda c: search(c, narrowed, sealer))
        return [_row(event) for event in reversed(found)]

    async def trail(self, reader: Reader, invocation: str) -> Sequence[Row]:
        """See `Records.trail`."""
        await self._record(reader, "trail", of=invocation)
        return [_row(e) for e in await self._read(lambda c: trail(c, invocation))]

    async def verify(self, reader: Reader) -> Row:
        """See `Records.verify`."""
        await self._record(reader, "verify")
        report = await self._read(verify)
        return {"count": report.count, "bad": [asdict(bad) for bad in report.bad]}

    async def decided(self, reader: Reader, since: datetime) -> AsyncIterator[Row]:
        """See `Records.decided`."""
        await self._record(reader, "decided", since=str(since))
        sealer = self._store.sealer if reader.owner else None
        last = 0
        while page := await self._read(_page(last, since, sealer)):
            for one in page:
                yield vars(one)
            last = page[-1].n

    async def _read(self, work: Callable[[Connection], T]) -> T:
        return await self._store.store.read(work)

    async def _record(self, reader: Reader, what: str, **how: str) -> None:
        """Write down who reads, before they do; refuse who is nobody here."""
        may = reader.owner or reader.os_user in self._auditors
        told = own_event(
            Stage.AUDIT_READ if may else Stage.DENIED,
            self._clock,
            actor=reader.user or f"os:{reader.os_user}",
            what=f"audit {what}",
            **how,
        )
        await self._store.book.write(None, Entry(events=(told,)))
        if not may:
            raise NotAllowed(
                f"The user {reader.os_user!r} of this machine may not read the record.",
                fix="Whoever runs the bot may, and names others under `[cli]` as `auditors`.",
            )


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[StoredRecords]:
    """Open the record in files that no bot holds. Raises Misconfigured, naming who holds them."""
    clock = SystemClock()
    async with kept(settings, clock) as store:
        yield StoredRecords(store, clock, settings.cli.auditors)


def _page(
    after: int, since: datetime, sealer: Sealer | None
) -> Callable[[Connection], list[Decided]]:
    return lambda conn: decided(conn, since, after, PAGE, sealer)


def _row(found: Found) -> Row:
    return {
        "n": found.n,
        "at": found.at,
        "stage": found.stage,
        "actor": found.actor,
        "surface": found.surface,
        "operation": found.operation,
        "target": found.target,
        "decision": found.decision,
        "invocation": found.invocation,
        "body": found.body,
    }
