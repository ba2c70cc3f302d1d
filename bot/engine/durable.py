"""DBOS behind our own words: what is enqueued runs, here or in another process, until it has ended.

DBOS is told an invocation's id and how its run ended. Params, steps and results stay in our store.
"""

import asyncio
import functools
import logging
import threading
from collections.abc import Awaitable, Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar, cast

from dbos import DBOS, DBOSPortableJSONSerializer, WorkflowStatus
from sqlalchemy import Engine

from bot.domain.clock import SystemClock
from bot.engine.lease import SlotLease
from bot.engine.lock import FileLock, Lease
from bot.engine.postgres import migrate, open_postgres
from bot.engine.rows import APPLICATION, VERSION, WORKFLOW, Rows, invocation_of
from bot.engine.sqlite import open_sqlite
from bot.engine.takeover import Takeover

_POLL = 0.15
"""Seconds between two looks into the queue: half the wait that a person may notice."""
_PATIENCE = 5.0
"""Seconds that a cancelled run gets to unwind before the engine closes without it."""

_P = ParamSpec("_P")
_T = TypeVar("_T")

_log = logging.getLogger(__name__)
_dbos_log = logging.getLogger("dbos")
# DBOS gives a logger without handlers its own console and cuts it off from the root.
_dbos_log.addHandler(logging.NullHandler())
_dbos_log.setLevel(logging.WARNING)
# Said by us, in fewer words: an error that escaped, and a run cut off by a stop. The third is no
# concern of ours: a database that we are connected to need not be made.
_SAID = (
    "Exception encountered in asynchronous workflow",
    "Asyncio task cancelled for workflow",
    "Could not connect to postgres database to verify existence",
)
_dbos_log.addFilter(lambda record: not record.getMessage().startswith(_SAID))
# DBOS is one per process: a second one would silently be the first, with the first one's file.
_only_one = threading.Lock()


class RunFailed(Exception):
    """Stands in for an error that escaped a run, whose words must not reach the engine's file."""


class DurableEngine:
    """Calls *run* with each enqueued invocation's id, again after a crash, until it has ended.

    At most *workers* run at once in this process. *where* is the engine's own SQLite file, or the
    URL of a PostgreSQL database that several processes share. A file's folder is locked by the
    engine itself unless a *lease* is handed in; a database is for the holder of a `SlotLease`.
    """

    def __init__(
        self,
        where: Path | str,
        run: Callable[[str], Awaitable[None]],
        *,
        workers: int = 10,
        lease: Lease | SlotLease | None = None,
    ) -> None:
        if isinstance(where, str) and not isinstance(lease, SlotLease):
            raise TypeError("Processes that share a database each need a SlotLease.")
        self._where = where
        self._run = run
        self._workers = workers
        self._lease = lease
        # Taken where no lease is handed in, which never is so for a database.
        self._lock = FileLock(where.parent if isinstance(where, Path) else Path())
        self._database: Engine | None = None
        self._rows: Rows | None = None
        self._executor_id = ""
        self._takeover: Takeover | None = None
        # DBOS's async calls put its own threads under the loop for good, and to_thread would fail
        # for everybody once it has stopped; so its sync calls are made from threads of ours.
        self._threads = ThreadPoolExecutor(2, "engine")
        self._calls: set[asyncio.Future[object]] = set()
        self._open = asyncio.Event()
        self._inside: set[asyncio.Task[object]] = set()
        self._begun: dict[str, asyncio.Task[object]] = {}
        self._started = False
        self._stopped = False

    async def start(self) -> None:
        """Open the database and go on with what was left; raises Misconfigured."""
        if not _only_one.acquire(blocking=False):
            raise RuntimeError("Another engine runs in this process; stop it first.")
        self._started = True
        self._open.set()
        try:
            await self._in_thread(self._prepare)
            # Launched here, and not in a thread, DBOS adopts this loop for every run.
            DBOS.launch()
            if self._takeover is not None:
                self._takeover.start()
        except BaseException:
            await self.stop()
            raise

    def _prepare(self) -> None:
        lease = self._lease or self._lock.acquire()
        if isinstance(self._where, Path):
            url = f"sqlite:///{self._where}"
            self._database = open_sqlite(self._where)
            # Opened first by us, the file is in WAL mode before DBOS makes its tables.
            self._database.connect().close()
            DBOS.migrate(url)
        else:
            url = self._where
            migrate(url)
            self._database = open_postgres(url)
        self._rows = rows = Rows(self._database)
        # A queue that is there at launch is served at once; one that comes later, after a second.
        rows.open_queue(self._workers, _POLL)
        DBOS(
            config={
                "name": APPLICATION,
                "system_database_url": url,
                "system_database_engine": self._database,
                "run_migrations": False,
                "application_version": VERSION,
                "executor_id": lease.executor_id,
                "serializer": DBOSPortableJSONSerializer(),
                "log_level": "WARNING",
                # Nothing listens and nothing is scheduled here. A stop waits for the first.
                "use_listen_notify": False,
                "notification_listener_polling_interval_sec": 0.1,
                "scheduler_polling_interval_sec": 3600.0,
            }
        )
        self._executor_id = lease.executor_id
        if isinstance(lease, SlotLease):
            self._takeover = Takeover(self._database, rows, lease)

        # A bound method would be stored with its object as an argument.
        async def run(invocation: str) -> None:
            await self._perform(invocation)

        DBOS.workflow(name=WORKFLOW, max_recovery_attempts=None)(run)

    async def _perform(self, invocation: str) -> None:
        # DBOS gives each run a task, which ends when the outcome is in the file.
        task = cast("asyncio.Task[object]", asyncio.current_task())
        self._inside.add(task)
        try:
            await self._admission()
            self._begun[invocation] = task
            task.add_done_callback(lambda _: self._begun.pop(invocation, None))
            await self._run(invocation)
        except Exception as error:  # noqa: BLE001  Whatever it is, it ends this run and no other.
            _log.exception("Run %s ended by an error that it let escape.", invocation)
            raise RunFailed(type(error).__name__) from None
        finally:
            self._inside.discard(task)

    async def _admission(self) -> None:
        while not self._open.is_set():
            await self._open.wait()
        if self._stopped:
            # DBOS leaves a cancelled run as it was, for the next start.
            raise asyncio.CancelledError

    async def enqueue(self, invocation: str) -> None:
        """Have *invocation* run once, even where the caller is cancelled or calls again."""
        await self._ask(Rows.put, invocation)

    async def again(self, invocation: str) -> None:
        """Have *invocation* run once more if all its runs have ended, or if it never had one."""
        await self._ask(Rows.put_again, invocation)

    async def attempts(self, invocation: str) -> int:
        """Return how many runs *invocation* was given, the one that waits or goes on included."""
        return await self._ask(Rows.attempts, invocation)

    async def known(self, invocations: Collection[str]) -> frozenset[str]:
        """Return which of *invocations* wait or run, be it in another process."""
        return await self._ask(Rows.living, invocations)

    async def waiting(self) -> tuple[int, float | None]:
        """Return how many runs have begun nowhere, and the age of the oldest in seconds."""
        rows = await self._ask(Rows.unfinished)
        created = [row.created_at or 0 for row in rows if not self._has_begun(row)]
        if not created:
            return 0, None
        # The rows carry the machine's time, so the machine is asked and no other clock.
        return len(created), max(0.0, SystemClock().now().timestamp() - min(created) / 1000)

    def _has_begun(self, row: WorkflowStatus) -> bool:
        if invocation_of(row.workflow_id) in self._begun:
            return True
        return row.status == "PENDING" and row.executor_id != self._executor_id

    async def forget(self, older_than: datetime) -> int:
        """Delete what ended before *older_than*, and return how many runs that were."""
        return await self._ask(Rows.delete, older_than.astimezone(UTC).isoformat())

    async def pause(self) -> None:
        """Let no further run begin; what is enqueued waits, and what has begun goes on."""
        # DBOS has no such thing. The few runs that it still hands out wait before their first line.
        self._open.clear()

    async def resume(self) -> None:
        """Let runs begin again."""
        self._open.set()

    async def drain(self, within: float) -> int:
        """Pause, wait up to *within* seconds for what has begun, and return how many are left."""
        await self.pause()
        if self._begun:
            await asyncio.wait(self._begun.values(), timeout=within)
        return len(self._begun)

    async def stop(self) -> None:
        """Cut off what still runs, to go on at the next start, and close the file."""
        if not self._started or self._stopped:
            return
        self._stopped = True
        # A run that DBOS hands out from here on goes through and is turned away.
        self._open.set()
        for task in self._inside:
            task.cancel()
        unfinished = {*self._inside, *self._begun.values(), *self._calls}
        if unfinished:
            await asyncio.wait(unfinished, timeout=_PATIENCE)
        # DBOS's threads may be waiting for this loop, so the loop must not wait for them; and ours
        # may all be stuck behind a locked file, so this has one of its own.
        closer = ThreadPoolExecutor(1, "engine-stop")
        await asyncio.get_running_loop().run_in_executor(closer, self._close)
        closer.shutdown(wait=False)
        self._threads.shutdown(wait=False)

    def _close(self) -> None:
        if self._takeover is not None:
            self._takeover.stop()
        # With the registry, or the next engine's workflow would be called a duplicate.
        DBOS.destroy(destroy_registry=True)
        if self._rows is not None:
            self._rows.close()
        if self._database is not None:
            self._database.dispose()
        self._lock.release()
        _only_one.release()

    async def _ask(
        self, call: Callable[Concatenate[Rows, _P], _T], *args: _P.args, **kwargs: _P.kwargs
    ) -> _T:
        if self._rows is None or self._stopped:
            raise RuntimeError("The engine is not running; start it first.")
        return await self._in_thread(functools.partial(call, self._rows, *args, **kwargs))

    async def _in_thread(self, call: Callable[[], _T]) -> _T:
        # Unlike to_thread, this hands no context on: an enqueue from within a run must not become
        # that run's child.
        future = asyncio.get_running_loop().run_in_executor(self._threads, call)
        self._calls.add(cast("asyncio.Future[object]", future))
        future.add_done_callback(self._calls.discard)
        # A thread cannot be called back, so a stop must go on waiting for it.
        return await asyncio.shield(future)
