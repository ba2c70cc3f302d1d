"""What bots on one database need of each other: a slot for each, signs of life, and a way out."""

import asyncio
import logging
import os
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.metadata import version

from bot.domain.catalogue import Catalogue
from bot.domain.errors import Misconfigured, NotNow
from bot.engine.lease import SlotLease
from bot.engine.lock import FileLock, Lease
from bot.main.kept import Kept
from bot.pipeline.protocols import Replicas
from bot.settings import Settings
from bot.store.replicas import Alone, Replica, SqlReplicas, shapes

FENCED = 75
"""The exit code of a bot whose slot was lost (sysexits: try again later). Start it again."""

log = logging.getLogger(__name__)

OnLost = Callable[[str], None]


@dataclass(frozen=True)
class Place:
    """This process's place among those that share the store."""

    lease: Lease | SlotLease
    replicas: Replicas


def leave_at_once(said: str) -> None:
    """End this process without a further line: another may be carrying out its runs."""
    log.critical("%s", said)
    os._exit(FENCED)


@asynccontextmanager
async def place(
    settings: Settings, store: Kept, catalogue: Catalogue, on_lost: OnLost
) -> AsyncIterator[Place]:
    """Take a place among the processes that share *store*, until the block ends.

    *on_lost* is called, in another thread, where it is lost for good. Raises Misconfigured.
    """
    if store.lease is not None:
        yield Place(store.lease, Alone(store.owner))
        return
    lock = _alone_in(settings)
    slot = SlotLease(str(settings.store), on_lost)
    try:
        lease = await asyncio.to_thread(slot.acquire)
        here = socket.gethostname()
        me = Replica(store.owner, lease.executor_id, here, version("redbutton"), shapes(catalogue))
        replicas = SqlReplicas(store.store, me)
        await replicas.join()
        yield Place(slot, replicas)
        await _leave(replicas)
    finally:
        await asyncio.to_thread(slot.release)
        lock.release()


async def _leave(replicas: SqlReplicas) -> None:
    try:
        await replicas.leave()
    except NotNow as busy:
        log.warning("The others could not be told that this bot leaves: %s", busy)


def _alone_in(settings: Settings) -> FileLock:
    lock = FileLock(settings.folder)
    try:
        lock.acquire()
    except Misconfigured as taken:
        raise Misconfigured(
            f"Another bot runs in {str(settings.folder)!r} already.",
            fix="Give each bot on this machine a folder of its own: `REDBUTTON_VAR=var/2`.",
        ) from taken
    return lock
