"""What is particular to PostgreSQL: its connections, and its errors in words."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, cast

import psycopg
from psycopg.pq import TransactionStatus
from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from typing_extensions import override

WRITERS = 4
"""Writing connections. Each commits alone; more would wait for the same disk."""

READERS = 4
"""Reading connections, each used by one thread at a time."""

CONNECTING: Mapping[str, Any] = {
    "application_name": "redbutton",
    # Seconds until a server that does not answer is given up.
    "connect_timeout": 5,
    # A machine that is gone says nothing: it is noticed after 5 + 3 x 2 s.
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
_SETTINGS = (
    # A statement waits that long for another's lock, and then says so.
    "SET lock_timeout = '5s'",
    # What a frozen process has locked is free for others after that time.
    "SET idle_in_transaction_session_timeout = '10s'",
)
BEGIN = "begin"
"""The execution option of what a connection says in place of BEGIN, in the same round trip.

What was answered stands under the same name in the connection's `info`.
"""

_READ = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY"

# postgresql.org/docs/18/errcodes-appendix.html
_CAUSES = {
    "08": "the connection to its server broke",
    "25006": "it can only be read",
    "25P03": "its server ended a transaction that had stood still",
    "28": "its server refuses the bot's role",
    "3D000": "its server has no such database",
    "40": "it was undone in favour of another change",
    "42": "its tables are not those of this version",
    "42501": "the bot's role may not do that there",
    "53100": "its server's disk is full",
    "53200": "its server has no memory left",
    "53300": "its server takes no more connections",
    "55P03": "another program holds it locked",
    "57014": "it was interrupted",
    "57P": "its server is stopping or starting",
    "58": "its server reports an error of its disk",
    "XX": "its server reports that it is damaged",
}
_BY_RULE = ("23", "P0001")
"""The database's own rules and our triggers: their first line names the rule, never the values."""

_AGAIN = ("08", "40", "53300", "57P", "25P03")
"""After these the same may well succeed, and nothing of it was written."""


# What is refused while connecting has no SQLSTATE: libpq hands on only the server's words.
_UNREACHED = {
    "too many": "its server takes no more connections",
    "remaining connection slots": "its server takes no more connections",
    "the database system is": "its server is stopping or starting",
    "authentication failed": "its server refuses the bot's role",
}
_REFUSALS = {
    "password": "role",
    "pg_hba.conf": "role",
    "is not permitted to log in": "role",
    "authentication failed": "role",
    "permission denied for database": "rights",
    'FATAL:  role "': "role",
    'FATAL:  database "': "database",
}

_NOTHING_TO_COMMIT = (TransactionStatus.INERROR, TransactionStatus.IDLE)


class _Session(psycopg.Connection[Any]):
    """A connection whose errors say which rule was broken, and not by which values."""

    @override
    def commit(self) -> None:
        """Commit, or raise where the transaction had failed: COMMIT would silently undo it."""
        if self.pgconn.transaction_status in _NOTHING_TO_COMMIT:
            raise psycopg.errors.InFailedSqlTransaction("the transaction had failed")
        with _terse():
            super().commit()


class _Cursor(psycopg.Cursor[Any]):
    @override
    def execute(self, *arguments: Any, **options: Any) -> "_Cursor":
        with _terse():
            super().execute(*arguments, **options)
        return self


@contextmanager
def _terse() -> Iterator[None]:
    """Strip errors of the detail, in which PostgreSQL quotes what was to be written."""
    try:
        yield
    except psycopg.Error as error:
        if error.diag.message_primary:
            error.args = (error.diag.message_primary,)
        raise


def writing_engine(url: URL) -> Engine:
    """Return an engine for those who write to *url*; see `BEGIN` for how they begin."""
    # One more than there are writers: a lost answer is asked for on a connection of its own.
    return _engine(url, WRITERS + 1, _write)


def reading_engine(url: URL) -> Engine:
    """Return an engine whose transactions each see one state of *url* and can change nothing."""
    return _engine(url, READERS, _read)


def _engine(url: URL, connections: int, begin: Callable[[Connection], None]) -> Engine:
    engine = create_engine(
        url,
        pool_size=connections,
        max_overflow=0,
        hide_parameters=True,
        use_native_hstore=False,
        connect_args={name: told for name, told in CONNECTING.items() if name not in url.query},
    )

    def connect(_dialect: object, _record: object, words: Any, options: dict[str, Any]) -> Any:
        session = _Session.connect(
            *words,
            # Left to itself, psycopg says BEGIN in a round trip of its own.
            **{**options, "autocommit": True, "cursor_factory": _Cursor},
        )
        try:
            for setting in _SETTINGS:
                session.execute(setting)
        except BaseException:
            session.close()
            raise
        return session

    event.listen(engine, "do_connect", connect)
    event.listen(engine, "begin", begin)
    return engine


def _write(connection: Connection) -> None:
    words = connection.get_execution_options().get(BEGIN, "BEGIN")
    connection.info[BEGIN] = say(connection, words)


def _read(connection: Connection) -> None:
    say(connection, _READ)


def say(connection: Connection, words: str) -> list[tuple[Any, ...]]:
    """Say *words* of transactions to the driver itself, and return the last rows it gives."""
    try:
        with cast("psycopg.Connection[Any]", connection.connection).cursor() as cursor:
            cursor.execute(words, prepare=False)
            while cursor.nextset():
                pass
            return cursor.fetchall() if cursor.description else []
    except psycopg.Error as error:
        if lost(error):
            connection.invalidate(error)
        raise DBAPIError.instance(
            words, None, error, psycopg.Error, hide_parameters=True, dialect=connection.dialect
        ) from error


def lost(error: BaseException) -> bool:
    """Say whether the connection is gone after *error*, so that an answer may be lost with it."""
    origin = _origin(error)
    if not isinstance(origin, psycopg.Error):
        return False
    if origin.sqlstate is None:
        return isinstance(origin, psycopg.OperationalError)
    return origin.sqlstate.startswith("08") or _severity(origin) in {"FATAL", "PANIC"}


def again(error: BaseException) -> bool:
    """Say whether what raised *error* wrote nothing and may succeed when it is run again."""
    return lost(error) or _code(error).startswith(_AGAIN)


def cause(error: BaseException) -> str | None:
    """Say in words what ails the database, or None where *error* is of another kind."""
    origin, code = _origin(error), _code(error)
    if not isinstance(origin, psycopg.Error):
        return None
    if code.startswith(_BY_RULE):
        return f"{origin.diag.message_primary or origin}".rstrip(".")
    if not code and isinstance(origin, psycopg.OperationalError):
        said = (words for part, words in _UNREACHED.items() if part in str(origin))
        return next(said, "its server cannot be reached")
    if not code and isinstance(origin, psycopg.ProgrammingError):
        return "its address is not one"
    return next((_CAUSES[code[:n]] for n in (5, 3, 2) if code[:n] in _CAUSES), None)


def refusal(error: BaseException) -> str:
    """Say what *error* at the start is about: `role`, `database`, `rights`, `option`, or none."""
    origin, code = _origin(error), _code(error)
    if code == "42501":
        return "rights"
    if isinstance(origin, psycopg.ProgrammingError) and not code:
        return "option"
    words = "" if code else str(origin)
    return next((about for said, about in _REFUSALS.items() if said in words), "")


def _origin(error: BaseException) -> BaseException:
    return error.orig if isinstance(error, DBAPIError) and error.orig else error


def _code(error: BaseException) -> str:
    """Return PostgreSQL's SQLSTATE, or nothing where *error* has none."""
    origin = _origin(error)
    return (origin.sqlstate or "") if isinstance(origin, psycopg.Error) else ""


def _severity(error: psycopg.Error) -> str:
    return error.diag.severity_nonlocalized or ""
