"""What a database's errors mean to whoever asked."""

import sqlite3

from sqlalchemy.exc import DBAPIError, IntegrityError, NoSuchModuleError, StatementError
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
        fix="Asking again will not help; tell whoever wrote the operation.",
    )


def _surely_undone(error: Exception) -> bool:
    """Say whether a commit that failed with *error* has kept nothing."""
    if isinstance(error, IntegrityError):
        return True
    return _sqlite_code(error) in _BUSY or _state(error).startswith("40")


def _passing(error: Exception) -> bool:
    if isinstance(error, NoSlot):
        return True
    if not isinstance(error, DBAPIError):
        return False
    if (code := _sqlite_code(error)) is not None:
        return code in _PASSING
    state = _state(error)
    return error.connection_invalidated or not state or state.startswith(_PASSING_STATES)


def _sqlite_code(error: Exception) -> int | None:
    """Return SQLite's primary result code (the low byte), if it is one of its errors."""
    code = getattr(getattr(error, "orig", None), "sqlite_errorcode", None)
    return None if code is None else int(code) & 0xFF


def _state(error: Exception) -> str:
    return str(getattr(getattr(error, "orig", None), "sqlstate", None) or "")


def _reason(error: Exception) -> str:
    """Return the first line of what the driver says; SQLAlchemy's own text holds the values."""
    said = error.orig if isinstance(error, StatementError) and error.orig else error
    lines = str(said.args[0] if said.args else said).splitlines() or [type(said).__name__]
    return lines[0][:200].rstrip(".")
