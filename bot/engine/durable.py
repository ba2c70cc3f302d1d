"""DBOS behind our own words; the only module that imports it.

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
from typing import ParamSpec, TypeVar, cast

from dbos import DBOS, DBOSClient, DBOSPortableJSONSerializer, SetWorkflowID
from sqlalchemy import Engine

from bot.domain.clock import SystemClock
from bot.engine.lock import FileLock, Lease
from bot.engine.sqlite import open_sqlite

_NAME = "redbutton"
_QUEUE = "runs"
_WAITING = ["ENQUEUED", "PENDING"]
_ENDED = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]
_POLL = 0.15
"""Seconds between two looks into the queue: half the wait that a person may notice."""
_CHUNK = 500
"""Ids in one statement, far below SQLite's limit on variables."""
_PATIENCE = 5.0
"""Seconds that a cancelled run gets to unwind before the engine closes without it."""

_P = ParamSpec("_P")
_T = TypeVar("_T")

_log = logging.getLogger(__name__)
_dbos_log = logging.getLogger("dbos")
# DBOS gives a logger without handlers its own console and cuts it off from the root.
_dbos_log.addHandler(logging.NullHandler())
_dbos_log.setLevel(logging.WARNING)
# Both are said by us, in fewer words: an error that escaped, and a run cut off by a stop.
_SAID = ("Exception encountered in asynchronous workflow", "Asyncio task cancelled for workflow")
_dbos_log.addFilter(lambda record: not record.getMessage().startswith(_SAID))
# DBOS is one per process: a second one would silently be the first, with the first one's file.
_only_one = threading.Lock()


class RunFailed(Exception):
    """Stands in for an error that escaped a run, whose words must not reach the engine's file."""


class DurableEngine:
    """Calls *run* with each enqueued invocation's id, again after a crash, until it has ended.

    At most *workers* run at once. *path* is the engine's own SQLite file. Without a *lease* the
    engine takes the lock of the file's folder itself; a process that holds it hands its lease in.
    """

    def __init__(
        self,
        path: Path,
        run: Callable[[str], Awaitable[None]],
        *,
        workers: int = 10,
        lease: Lease | None = None,
    ) -> None:
        self._path = path
        self._run = run
        self._workers = workers
        self._lease = lease
        self._lock = FileLock(path.parent)
        self._sqlite: Engine | None = None
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
        """Open the file and go on with what was waiting or cut off; raises Misconfigured."""
        if not _only_one.acquire(blocking=False):
            raise RuntimeError("Another engine runs in this process; stop it first.")
        self._started = True
        self._open.set()
        try:
            await self._in_thread(self._prepare)
            # Launched here, and not in a thread, DBOS adopts this loop for every run.
            DBOS.launch()
        except BaseException:
            await self.stop()
            raise

    def _prepare(self) -> None:
        lease = self._lease or self._lock.acquire()
        self._sqlite = open_sqlite(self._path)
        url = f"sqlite:///{self._path}"
        # Opened first by us, the file is in WAL mode before DBOS makes its tables.
        self._sqlite.connect().close()
        DBOS.migrate(url)
        # A queue that is there at launch is served at once; one that comes later, after a second.
        client = DBOSClient(system_database_engine=self._sqlite, application_name=_NAME)
        client.register_queue(_QUEUE, worker_concurrency=self._workers, polling_interval_sec=_POLL)
        client.destroy()
        DBOS(
            config={
                "name": _NAME,
                "system_database_url": url,
                "system_database_engine": self._sqlite,
                # Runs recover only under the version that began them, so it never changes.
                "application_version": "1",
                "executor_id": lease.executor_id,
                "serializer": DBOSPortableJSONSerializer(),
                "log_level": "WARNING",
                # Nothing listens and nothing is scheduled here. A stop waits for the first.
                "notification_listener_polling_interval_sec": 0.1,
                "scheduler_polling_interval_sec": 3600.0,
            }
        )

        # A bound method would be stored with its object as an argument.
        async def run(invocation: str) -> None:
            await self._perform(invocation)

        self._workflow = DBOS.workflow(name="run", max_recovery_attempts=None)(run)

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
        await self._in_thread(self._put, invocation)

    def _put(self, invocation: str) -> None:
        with SetWorkflowID(invocation):
            DBOS.enqueue_workflow(_QUEUE, self._workflow, invocation)

    async def known(self, invocations: Collection[str]) -> frozenset[str]:
        """Return which of *invocations* the engine has, be they waiting, running or ended."""
        return await self._in_thread(self._find, sorted(invocations))

    def _find(self, invocations: list[str]) -> frozenset[str]:
        # In chunks that are never empty: DBOS takes no ids to mean every id.
        return frozenset(
            row.workflow_id
            for start in range(0, len(invocations), _CHUNK)
            for row in DBOS.list_workflows(
                workflow_ids=invocations[start : start + _CHUNK],
                load_input=False,
                load_output=False,
            )
        )

    async def waiting(self) -> tuple[int, float | None]:
        """Return how many runs have not begun, and the age of the oldest in seconds."""
        rows = await self._in_thread(
            lambda: DBOS.list_workflows(status=_WAITING, load_input=False, load_output=False)
        )
        created = [row.created_at or 0 for row in rows if row.workflow_id not in self._begun]
        if not created:
            return 0, None
        # The rows carry the machine's time, so the machine is asked and no other clock.
        return len(created), max(0.0, SystemClock().now().timestamp() - min(created) / 1000)

    async def forget(self, older_than: datetime) -> int:
        """Delete what ended before *older_than*, and return how many that were."""
        return await self._in_thread(self._delete, older_than.astimezone(UTC).isoformat())

    def _delete(self, before: str) -> int:
        deleted = 0
        while rows := DBOS.list_workflows(
            status=_ENDED,
            completed_before=before,
            limit=_CHUNK,
            load_input=False,
            load_output=False,
        ):
            DBOS.delete_workflows([row.workflow_id for row in rows])
            deleted += len(rows)
        return deleted

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
        # With the registry, or the next engine's workflow would be called a duplicate.
        DBOS.destroy(destroy_registry=True)
        if self._sqlite is not None:
            self._sqlite.dispose()
        self._lock.release()
        _only_one.release()

    async def _in_thread(self, call: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
        if self._stopped or not self._started:
            raise RuntimeError("The engine is not running; start it first.")
        # Unlike to_thread, this hands no context on: an enqueue from within a run must not become
        # that run's child.
        future = asyncio.get_running_loop().run_in_executor(
            self._threads, functools.partial(call, *args, **kwargs)
        )
        self._calls.add(cast("asyncio.Future[object]", future))
        future.add_done_callback(self._calls.discard)
        # A thread cannot be called back, so a stop must go on waiting for it.
        return await asyncio.shield(future)
