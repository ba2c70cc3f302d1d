"""A process to be killed: `python -m tests.engine.victim FOLDER` says in lines what it does."""

import asyncio
import sys
from pathlib import Path

from bot.engine.durable import DurableEngine
from tests.engine.journal import Journal

HELD = ("held-1", "held-2")
WAITING = ("waiting-1", "waiting-2")


async def main(folder: Path) -> None:
    journal = Journal(hold=HELD)
    engine = DurableEngine(folder / "engine.db", journal.run, workers=2)
    await engine.start()
    await engine.enqueue("finished")
    await journal.until_ended("finished")
    await engine.drain(10)
    await engine.resume()
    for invocation in HELD:
        await engine.enqueue(invocation)
    await journal.until_begun(*HELD)
    for invocation in WAITING:
        await engine.enqueue(invocation)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
