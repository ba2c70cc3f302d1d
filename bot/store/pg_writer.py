"""The threads that write to PostgreSQL, and what they carry out."""

import threading
from typing import Any

from sqlalchemy import Engine

from bot.domain.clock import Clock
from bot.store import postgres
from bot.store.jobs import Job
from bot.store.lanes import Lanes
from bot.store.scribe import Scribe

STOPPING = 10.0
"""Seconds that a thread which waits for a server that stands still is given at the end."""


class PostgresWriter:
    """Carries out jobs on *engine*, several at a time."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._lanes = Lanes()
        self._closing = threading.Event()
        # Daemons: a process that is told to end need not wait for a server that stands still.
        self._threads = [
            threading.Thread(
                target=self._run,
                args=(Scribe(engine, clock, self._closing),),
                name=f"store-writer-{n}",
                daemon=True,
            )
            for n in range(postgres.WRITERS)
        ]

    def start(self) -> None:
        """Begin to take jobs."""
        for thread in self._threads:
            thread.start()

    def put(self, job: Job[Any]) -> None:
        """Queue *job*; raise NotNow if too many wait, or the store is closed."""
        self._lanes.put(job)

    def stop(self) -> None:
        """Carry out what has queued, then end. Blocks until then, or for `STOPPING` a thread."""
        self._lanes.close()
        self._closing.set()
        for thread in self._threads:
            thread.join(STOPPING)

    def _run(self, scribe: Scribe) -> None:
        while (job := self._lanes.take()) is not None:
            try:
                scribe.carry_out(job)
            finally:
                self._lanes.done(job)
        scribe.leave()
