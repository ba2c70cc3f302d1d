"""What can be seen of an engine, and done to it, from outside its process."""

import contextlib
import os
import threading
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Callable

import psycopg

from bot.engine.session import HELD
from tests.engine.home import Home, plain
from tests.nursery import NURSERY, ROOT, Process


def sessions(url: str) -> dict[int, int]:
    """Which session of the server holds which slot."""
    with psycopg.connect(plain(url), autocommit=True) as connection:
        return {slot: pid for slot, pid, _ in connection.execute(HELD.encode())}


def end_session(url: str, slot: int) -> int:
    """End the session that holds *slot*, from outside; return which it was."""
    with psycopg.connect(plain(url), autocommit=True) as connection:
        held = {slot: pid for slot, pid, _ in connection.execute(HELD.encode())}
        connection.execute("SELECT pg_terminate_backend(%s, 5000)", (held[slot],))
        return int(held[slot])


def until(reached: Callable[[], bool]) -> None:
    """Wait until *reached*; the test's own limit ends a wait in vain."""
    pause = threading.Event()
    while not reached():
        pause.wait(0.02)


def owners(url: str) -> set[str]:
    """Return who has begun a run that has not ended."""
    with psycopg.connect(plain(url)) as connection:
        asked = "SELECT executor_id FROM dbos.workflow_status WHERE status = 'PENDING'"
        return {owner for (owner,) in connection.execute(asked)}


@contextlib.asynccontextmanager
async def a_victim(home: Home) -> AsyncIterator[Process]:
    """A process with two runs inside, two waiting and one ended; killed with -9 at the end."""
    words = ["tests.engine.victim", home.word]
    process = await NURSERY.born(words, cwd=ROOT, env=os.environ, stdout=PIPE)
    assert process.stdout is not None
    try:
        assert await process.stdout.readline() == b"ready\n"
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.communicate()
