"""The clock of the schedules: APScheduler in memory, in every replica.

It only says that a time has come. Each replica says so; which of them is heard decides the key of
the asking. What the store holds is looked at now and then, so that all of them know the same.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from apscheduler.executors.base import BaseExecutor
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from typing_extensions import override

from bot.schedule.wall import WallTrigger

MANY = 1_000_000
"""How many times of one schedule may wait for the store: none is dropped while it is silent."""

Fire = Callable[[str, datetime], Awaitable[None]]
"""Is told whose time has come, and which."""

log = logging.getLogger(__name__)


class AskingExecutor(BaseExecutor):
    """Tells *fire* each time that has come, those of one schedule one after the other."""

    def __init__(self, fire: Fire) -> None:
        super().__init__()
        self._fire = fire
        self._tasks: set[asyncio.Task[None]] = set()
        self._turns: dict[str, asyncio.Lock] = {}

    @override
    def _do_submit_job(self, job: Any, run_times: Sequence[datetime]) -> None:
        # APScheduler tells a job nothing of its time; its executor is told.
        turn = self._turns.setdefault(job.id, asyncio.Lock())
        task = asyncio.get_running_loop().create_task(self._tell(job.id, list(run_times), turn))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _tell(self, of: str, times: Sequence[datetime], turn: asyncio.Lock) -> None:
        try:
            async with turn:
                for at in times:
                    await self._fire(of, at.astimezone(UTC))
            self._run_job_success(of, [])
        except Exception as error:  # noqa: BLE001  It is told to APScheduler, which logs it.
            self._run_job_error(of, error, error.__traceback__)

    async def close(self) -> None:
        """End what is under way: what was not asked for is, at the next start."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


class Ticking:
    """Holds a trigger for each name, and tells *fire* when one of its times has come."""

    def __init__(self, fire: Fire) -> None:
        self._executor = AskingExecutor(fire)
        self._scheduler = AsyncIOScheduler(
            timezone=UTC,
            executors={"default": self._executor},
            job_defaults={"coalesce": False, "misfire_grace_time": None, "max_instances": MANY},
        )

    def start(self) -> None:
        """Begin to look at the clock."""
        # It tells each time that has come in a line of its own, and we do so ourselves.
        logging.getLogger("apscheduler").setLevel(logging.WARNING)
        self._scheduler.start()

    def put(self, name: str, trigger: WallTrigger, since: datetime) -> None:
        """Tell the times of *trigger* after *since* from now on, those gone by at once."""
        self.drop(name)
        first = trigger.after(since)
        if first is not None:
            self._scheduler.add_job(_nothing, trigger, id=name, name=name, next_run_time=first)

    def drop(self, name: str) -> None:
        """Tell no more of *name*."""
        if self._scheduler.get_job(name) is not None:
            self._scheduler.remove_job(name)

    def look(self) -> None:
        """Look at the clock now: it may have been set since."""
        self._scheduler.wakeup()

    async def close(self) -> None:
        """Tell nothing more."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
            await asyncio.sleep(0)
        await self._executor.close()


def _nothing() -> None:
    """Stand where APScheduler wants a function: the executor knows what to do."""
