"""One session of a PostgreSQL database, with locks that end when it ends."""

import contextlib
import select
from collections.abc import Mapping

import psycopg
from psycopg import Connection
from psycopg.conninfo import make_conninfo

from bot.domain.clock import Clock

LOCKS = 0x52454442
"""The first half of our advisory locks' keys, `REDB` in ASCII; the second half is a slot."""

HELD = f"""
    SELECT objid::int AS slot, pid, pid = pg_backend_pid() AS ours FROM pg_locks
    WHERE locktype = 'advisory' AND granted AND objsubid = 2 AND classid = {LOCKS}
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""  # noqa: S608  The constant above is all that is put in.
"""Each slot that is locked, the process of the server that holds it, and whether that one answers.

Keys of two halves have an `objsubid` of 2 (postgresql.org/docs/18/view-pg-locks.html).
"""

SAFE: Mapping[str, str | int] = {
    "application_name": "redbutton",
    "connect_timeout": 5,
    # A server that went silent is noticed after about ten seconds, not after two hours
    # (postgresql.org/docs/18/libpq-connect.html).
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
"""How the engine connects."""

# The server must notice a dead host as fast, and must not end a session for being quiet.
_SETTINGS = """
    SET idle_session_timeout = 0;
    SET tcp_keepalives_idle = 5;
    SET tcp_keepalives_interval = 2;
    SET tcp_keepalives_count = 3;
    SET tcp_user_timeout = 10000;
"""


class Session:
    """A connection of its own to *url*. Raises psycopg.Error wherever it is broken."""

    def __init__(self, url: str, clock: Clock) -> None:
        self._clock = clock
        plain = url.replace("postgresql+psycopg://", "postgresql://", 1)
        self._connection: Connection[tuple[object, ...]] = psycopg.connect(
            make_conninfo(plain, **{**SAFE, "connect_timeout": 2}),
            autocommit=True,
            prepare_threshold=None,
        )
        try:
            self._connection.execute(_SETTINGS)
            self.backend = self._value("SELECT pg_backend_pid()")
        except BaseException:
            self.close()
            raise

    def lock(self, slot: int) -> bool:
        """Lock *slot*, or return False at once where another session has."""
        return self._value(f"SELECT pg_try_advisory_lock({LOCKS}, {slot})") is True

    def unlock(self, slot: int) -> None:
        """Unlock *slot*."""
        self._value(f"SELECT pg_advisory_unlock({LOCKS}, {slot})")

    def holder(self, slot: int) -> object:
        """Return the server's process that holds *slot*, or None."""
        rows = self._connection.execute(HELD.encode())
        return next((pid for held, pid, _ in rows if held == slot), None)

    def holds(self, slot: int, within: float) -> bool:
        """Say whether this very session holds *slot*; raises where no answer comes in seconds."""
        # psycopg has no limit for an answer, and a server may keep silent for ever.
        wire = self._connection.pgconn
        wire.send_query(HELD.encode())
        wire.flush()
        ready = select.poll()
        ready.register(wire.socket, select.POLLIN)
        end = self._clock.monotonic() + within
        while wire.is_busy():
            if not ready.poll(max(0.0, end - self._clock.monotonic()) * 1000):
                raise psycopg.OperationalError("the server keeps silent")
            wire.consume_input()
        mine = [str(slot).encode(), str(self.backend).encode(), b"t"]
        held = False
        while (answer := wire.get_result()) is not None:
            rows = range(answer.ntuples)
            held = any(
                mine == [answer.get_value(row, column) for column in range(3)] for row in rows
            )
        return held

    def shares_its_backend(self, other: "Session", slot: int) -> bool:
        """Say whether a pooler moves sessions about, so that a lock belongs to whoever comes next.

        Holds a transaction open in *other* meanwhile, so that a pooler must show what it does.
        """
        with other._connection.transaction():  # noqa: SLF001  Another of our own kind.
            backend = other._value("SELECT pg_backend_pid()")  # noqa: SLF001  The same.
            return backend == self.backend or not self.holds(slot, 5.0)

    def close(self) -> None:
        """End the session, and with it its locks."""
        with contextlib.suppress(psycopg.Error):
            self._connection.close()

    def _value(self, statement: str) -> object:
        row = self._connection.execute(statement.encode()).fetchone()
        return row[0] if row else None
