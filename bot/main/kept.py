"""What is kept: the lock, the key, the store, and what is written to it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from audit.sealing import Sealer
from bot.domain.clock import Clock
from bot.domain.errors import Misconfigured
from bot.engine.lock import FileLock, Lease
from bot.settings import Settings
from bot.store import migrations, sqlite
from bot.store.book import SqlBook
from bot.store.database import Store
from bot.store.keys import load_key
from bot.store.outbox import SqlOutbox


@dataclass(frozen=True)
class Kept:
    """An open store that is ours alone."""

    lease: Lease
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
    lease = lock.acquire()
    try:
        key = key_of(settings)
        store = await Store.open(settings.store, clock=clock, key=key)
        try:
            sealer, outbox = Sealer(key), SqlOutbox(store)
            book = SqlBook(store, sealer, outbox.drafted)
            yield Kept(lease, key, store, sealer, outbox, book)
        finally:
            await store.close()
    finally:
        lock.release()


def pending_of(settings: Settings) -> tuple[str, ...]:
    """Return the versions that the store's tables lack; none where there is no store yet."""
    if not settings.store.exists():
        return ()
    engine = sqlite.reading_engine(settings.store)
    try:
        return migrations.pending(engine)
    finally:
        engine.dispose()


def key_of(settings: Settings) -> bytes:
    """Return the key under which everything is sealed; made with the store where none is set.

    Raises Misconfigured where a store is there and its key is not.
    """
    told = settings.key.get_secret_value() if settings.key else None
    file = settings.folder / "redbutton.key"
    if told is None and settings.store.exists() and not file.exists():
        raise Misconfigured(
            f"The store {str(settings.store)!r} is there, but its key file {str(file)!r} is not.",
            fix="Put the file back from your backup, or set `REDBUTTON_KEY` to what it held.",
        )
    return load_key(told, file)
