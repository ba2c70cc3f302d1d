"""The baseline of a run: DBOS as the bot sets it up, and a workflow that does nothing.

`python -m benchmarks.bare_engine NAME` reads DATABASE_URL from the environment, prints `ready 0`,
and enqueues as many workflows as each line that it reads says: `word 100`.
"""

import asyncio
import os
import sys
from concurrent.futures import ThreadPoolExecutor

from dbos import DBOS, DBOSPortableJSONSerializer

from bot.engine.postgres import migrate, open_postgres
from bot.engine.rows import APPLICATION, VERSION, WORKFLOW, Rows

WORKERS, POLL = 10, 0.15
"""As the bot's engine: so many at once in a process, and seconds between two looks."""


async def _nothing(_run: str) -> None:
    """End at once."""


def _launch(url: str, name: str) -> Rows:
    migrate(url)
    engine = open_postgres(url)
    rows = Rows(engine)
    rows.open_queue(WORKERS, POLL)
    DBOS(
        config={
            "name": APPLICATION,
            "system_database_url": url,
            "system_database_engine": engine,
            "run_migrations": False,
            "application_version": VERSION,
            "executor_id": name,
            "serializer": DBOSPortableJSONSerializer(),
            "log_level": "WARNING",
            "use_listen_notify": False,
            "scheduler_polling_interval_sec": 3600.0,
        }
    )
    DBOS.workflow(name=WORKFLOW, max_recovery_attempts=None)(_nothing)
    DBOS.launch()
    return rows


async def main(name: str) -> None:
    """Serve until nothing more is to be read."""
    rows = _launch(os.environ["DATABASE_URL"], name)
    sys.stdout.write("ready 0\n")
    sys.stdout.flush()
    loop, threads = asyncio.get_running_loop(), ThreadPoolExecutor(2)
    while line := await loop.run_in_executor(threads, sys.stdin.readline):
        word, count = line.split()
        runs = [f"{word}-{number}" for number in range(int(count))]
        await asyncio.gather(*(loop.run_in_executor(threads, rows.put, run) for run in runs))


if __name__ == "__main__":
    from uvloop import new_event_loop

    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        runner.run(main(sys.argv[1]))
