"""A process to be killed: `python -m tests.engine.victim PLACE` says in lines what it does."""

import asyncio
import sys

from tests.engine.home import home_of
from tests.engine.journal import Journal

HELD = ("held-1", "held-2")
WAITING = ("waiting-1", "waiting-2")
AS_MANY = len(HELD)
"""Workers; who joins has as many, since the last to start decides for all."""


async def main(place: str) -> None:
    journal = Journal(hold=HELD)
    async with home_of(place).living(journal.run, AS_MANY) as engine:
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
    asyncio.run(main(sys.argv[1]))
