"""What a database's errors mean to whoever asked."""

import re
import sqlite3

from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    IntegrityError,
    NoSuchModuleError,
    OperationalError,
    SQLAlchemyError,
    StatementError,
)
from sqlalchemy.exc import TimeoutError as NoSlot

from bot.domain.errors import IntegrationError, NotConfigured, OutcomeUnknown, Rejected, Unreachable

# sqlite.org/rescode.html: errors that leave nothing behind and may pass.
_PASSING = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_INTERRUPT,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_PROTOCOL,
    }
)
_BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
# postgresql.org/docs/current/errcodes-appendix.html: connection, resources, operator, rollback,
# and a lock that was not to be had.
_PASSING_STATES = ("08", "53", "57", "40", "55P03")
# A server that says these while it commits may have committed: 40003 says just that.
_OPEN_STATES = ("08", "57P", "40003")
# The first line of these names tables, columns and words of the statement. The others may repeat
# a value (22P02: `"hush"` is no integer), or say what a trigger's author put together.
_TELLING_STATES = ("08", "23", "25", "40", "42", "53", "55", "57")
_BY_A_TRIGGER = "exec_stmt_raise"
# Before a session stands, libpq has words and no SQLSTATE.
_SHUT_OUT = re.compile(
    r"password authentication failed|no password supplied|no pg_hba\.conf entry"
    r"|(?:role|database) \".*\" does not exist|permission denied for database"
    r"|is not permitted to log in"
)
_NO_ADDRESS = re.compile(
    r"^(?:invalid (?:URI|connection option|integer value|\S+ value)|bad value for)"
)
_VAIN = "Asking again will not help; tell whoever wrote the operation."
_CURES = {
    "42501": "Have the owner of the database grant this to the role of `databases.{name}`.",
    "25006": "A change needs the primary server: correct the URL of `databases.{name}`.",
}


def classify(error: Exception, name: str, *, committing: bool = False) -> IntegrationError:
    """Turn what SQLAlchemy raised for the database *name* into ours.

    While *committing* a lost answer leaves open what happened. Values are never repeated.
    """
    if isinstance(error, IntegrationError):
        return error
    if isinstance(error, (NoSuchModuleError, ModuleNotFoundError)):
        return NotConfigured(
            f"The driver of the database {name!r} is not installed.",
            fix=f"Correct the URL of `databases.{name}`.",
        )
    if _shut_out(error):
        return NotConfigured(
            f"The database {name!r} does not let the bot in: {_reason(error)}.",
            fix=f"Correct the URL of `databases.{name}`, or have its owner let that role in.",
        )
    if committing and not _surely_undone(error):
        return OutcomeUnknown(
            f"The database {name!r} went silent while it was told to keep the change; "
            "it may have happened.",
            fix="Look before you ask again.",
        )
    if _passing(error):
        return Unreachable(
            f"The database {name!r} did not carry this out, and nothing was changed: "
            f"{_reason(error)}.",
            fix="Ask again in a minute; `redbutton doctor` checks the connection.",
        )
    return Rejected(
        f"The database {name!r} refused the statement: {_reason(error)}.",
        fix=_CURES.get(_state(error), _VAIN).format(name=name),
    )


def read_only(error: Exception) -> bool:
    """Say whether the server takes no change from anybody in this session."""
    return _state(error) == "25006"


def _shut_out(error: Exception) -> bool:
    """Say whether the server was reached and would not have us, or the address is none."""
    if not isinstance(error, DBAPIError) or _state(error):
        return False
    said = _said(error)
    return bool(_SHUT_OUT.search(said) or _NO_ADDRESS.search(said))


def _surely_undone(error: Exception) -> bool:
    """Say whether a commit that failed with *error* has kept nothing."""
    if isinstance(error, IntegrityError):
        return True
    # An ERROR is the transaction's end; a FATAL is the session's, which says nothing of the commit.
    severity = getattr(_diagnosis(error), "severity_nonlocalized", None)
    if severity == "ERROR" and not _state(error).startswith(_OPEN_STATES):
        return True
    return _sqlite_code(error) in _BUSY


def _passing(error: Exception) -> bool:
    if isinstance(error, NoSlot):
        return True
    if not isinstance(error, DBAPIError):
        return False
    if (code := _sqlite_code(error)) is not None:
        return code in _PASSING
    state = _state(error)
    silent = isinstance(error, OperationalError) and not state
    return error.connection_invalidated or silent or state.startswith(_PASSING_STATES)


def _sqlite_code(error: Exception) -> int | None:
    """Return SQLite's primary result code (the low byte), if it is one of its errors."""
    code = getattr(getattr(error, "orig", None), "sqlite_errorcode", None)
    return None if code is None else int(code) & 0xFF


def _state(error: Exception) -> str:
    return str(getattr(getattr(error, "orig", None), "sqlstate", None) or "")


def _diagnosis(error: Exception) -> object:
    return getattr(getattr(error, "orig", None), "diag", None)


def _reason(error: Exception) -> str:
    """Return what the driver says, unless it may repeat a value."""
    state, orig = _state(error), getattr(error, "orig", None)
    raised = getattr(_diagnosis(error), "source_function", None) == _BY_A_TRIGGER
    if state and (raised or not state.startswith(_TELLING_STATES)):
        rule = "a rule of the database" if raised else type(orig).__name__
        return f"{rule} (SQLSTATE {state})"
    if not isinstance(error, SQLAlchemyError) or isinstance(error, DataError):
        return type(orig or error).__name__
    if _NO_ADDRESS.search(said := _said(error)):
        return "its URL holds an option that PostgreSQL does not take"
    return said.rpartition("FATAL:")[2].strip()[:200].rstrip(".")


def _said(error: Exception) -> str:
    """Return the first line of what the driver says; SQLAlchemy's own text holds the values."""
    said = error.orig if isinstance(error, StatementError) and error.orig else error
    return (str(said.args[0] if said.args else "").splitlines() or [type(said).__name__])[0]
