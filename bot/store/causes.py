"""What ails the database, in words, whichever of the two it is."""

from sqlalchemy.exc import DBAPIError

from bot.store import postgres, sqlite


def cause(error: BaseException) -> str | None:
    """Say in words what ails the database, or None where *error* is of another kind."""
    origin = error.orig if isinstance(error, DBAPIError) and error.orig else error
    return sqlite.cause(origin) or postgres.cause(origin)
