"""What every test may ask for: a PostgreSQL server, shared by all of this run."""

import fcntl
import gc
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.nursery import NURSERY
from tests.postgres import Server
from tests.second import SECOND

# How fast values are thought up, and how long one of them takes, says something of the machine.
settings.register_profile(
    "shared machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("shared machine")

MEMORY, ROOM = Path("/dev/shm"), 2 << 30  # noqa: S108  Each takes a folder of its own there.
"""Where files are in memory: to a disk, each commit of each store takes milliseconds. It is used
where it has room for so many bytes, and nobody has named another place."""

if "TMPDIR" not in os.environ and MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM:
    os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)

CONNECTIONS = 300
"""Two workers, three bots each, and who looks on."""

# Imports and collected tests are many objects and no garbage, which is then not looked for among
# them: it would take a fifth of the time until the first test, and of some tests as well.
gc.disable()


def pytest_collection_finish() -> None:
    """Look for garbage from here on, and never among what is there already."""
    gc.freeze()
    gc.enable()


@pytest.fixture(scope="session")
def postgres(testrun_uid: str) -> Iterator[Server]:
    """A server that is never stopped hard; ask it for a `database()`."""
    place = Path(tempfile.gettempdir()) / f"redbutton-{testrun_uid[:12]}"
    turn = place.with_suffix(".lock")
    with turn.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        server = Server(place)
        if server.says("SHOW max_connections") != [(str(CONNECTIONS),)]:
            server.hurry()
            server.room(CONNECTIONS)
    yield server
    server.leave()
    turn.unlink(missing_ok=True)


@pytest.fixture
def database(postgres: Server) -> Iterator[str]:
    """An empty database on that server: its URL, as `DATABASE_URL` takes it."""
    with postgres.database() as url:
        yield url


@pytest.fixture(scope="session", autouse=True)
def second() -> Iterator[None]:
    """End the second bot's process, and all that the nursery has borne, if any test needed them."""
    yield
    SECOND.close()
    NURSERY.close()
