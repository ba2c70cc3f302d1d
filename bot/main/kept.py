"""What is kept: the key, the store, and what is written to it; for an SQLite file, the lock."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from audit.sealing import Sealer
from bot.domain.clock import Clock
from bot.domain.errors import Misconfigured
from bot.domain.ids import new_id
from bot.engine.lock import FileLock, Lease
from bot.settings import Settings
from bot.store import migrations
from bot.store.book import SqlBook
from bot.store.claims import free_timers
from bot.store.clock import SharedClock
from bot.store.database import Store
from bot.store.keys import MAKE, load_key
from bot.store.moving_mark import see_whole
from bot.store.outbox import SqlOutbox


@dataclass(frozen=True)
class Kept:
    """An open store. *owner* names this process in it.

    *lease* is there where the store's files are this process's alone.
    """

    owner: str
    lease: Lease | None
    key: bytes
    store: Store
    sealer: Sealer
    outbox: SqlOutbox
    book: SqlBook


@asynccontextmanager
async def kept(settings: Settings, clock: Clock) -> AsyncIterator[Kept]:
    """Open the store that *settings* name, made where there is none. Raises Misconfigured."""
    settings.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = FileLock(settings.folder)
    lease = lock.acquire() if isinstance(settings.store, Path) else None
    try:
        key = key_of(settings)
        store = await Store.open(settings.store, clock=clock, key=key)
        try:
            await see_whole(store)
            if isinstance(clock, SharedClock):
                await clock.compare(store)
            if lease is not None:
                await free_timers(store)
            owner = new_id(clock.now())
            sealer, outbox = Sealer(key), SqlOutbox(store, owner)
            book = SqlBook(store, sealer, outbox.drafted)
            yield Kept(owner, lease, key, store, sealer, outbox, book)
        finally:
            await store.close()
    finally:
        lock.release()


def pending_of(settings: Settings) -> tuple[str, ...]:
    """Return the versions that the store's tables lack; none where there is no store yet."""
    if isinstance(settings.store, Path) and not settings.store.exists():
        return ()
    return migrations.pending_at(settings.store)


def key_of(settings: Settings) -> bytes:
    """Return the key under which everything is sealed; made with the store where none is set.

    Raises Misconfigured where a store is there and its key is not.
    """
    told = settings.key.get_secret_value() if settings.key else None
    if not isinstance(settings.store, Path):
        if told is None:
            raise Misconfigured(
                "`REDBUTTON_KEY` is not set, and bots that share a database must share its key.",
                fix=f"Set it to the same for each of them, made once with `{MAKE}`.",
            )
        return load_key(told, settings.folder)
    file = settings.folder / "redbutton.key"
    if told is None and settings.store.exists() and not file.exists():
        raise Misconfigured(
            f"The store {str(settings.store)!r} is there, but its key file {str(file)!r} is not.",
            fix="Put the file back from your backup, or set `REDBUTTON_KEY` to what it held.",
        )
    return load_key(told, file)
