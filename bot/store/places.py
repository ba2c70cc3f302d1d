"""Where a store is: an SQLite file or a PostgreSQL database, and why it cannot be opened."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import URL, Engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from bot.domain.errors import Misconfigured
from bot.store import postgres, refusals, sqlite
from bot.store.causes import cause


def place_of(where: str | Path) -> Path | URL:
    """Return the SQLite file or the PostgreSQL database that *where* names.

    Raises Misconfigured for anything else.
    """
    if isinstance(where, Path) or ":" not in where:
        return Path(where)
    with contextlib.suppress(ArgumentError, ValueError):
        url = make_url(where)
        kind = url.get_backend_name()
        if kind == "sqlite" and url.database and url.database != ":memory:":
            return Path(url.database)
        if kind in {"postgresql", "postgres"}:
            return refusals.checked(url.set(drivername="postgresql+psycopg"))
    begins = where.partition(":")[0]
    raise Misconfigured(
        f"`DATABASE_URL` names neither an SQLite file nor PostgreSQL: it begins with {begins!r}.",
        fix="Set it to something like `sqlite:///var/redbutton.db` or "
        "`postgresql://redbutton:…@db.example.com/redbutton`.",
    )


def engines(place: Path | URL) -> tuple[Engine, Engine]:
    """Return who writes to *place* and who only reads there; nothing is opened yet."""
    if isinstance(place, Path):
        return sqlite.writing_engine(place), sqlite.reading_engine(place)
    return postgres.writing_engine(place), postgres.reading_engine(place)


def shown(place: Path | URL) -> str:
    """Return the name of *place*, without a password."""
    return str(place) if isinstance(place, Path) else refusals.shown(place)


@contextlib.contextmanager
def opening(place: Path | URL) -> Iterator[None]:
    """Raise Misconfigured, in words, for what goes wrong with *place* meanwhile."""
    name = shown(place)
    try:
        yield
    except OSError as error:
        raise Misconfigured(
            f"The store {name!r} cannot be made: {error.strerror}.",
            fix="Make its folder writable, or name another file in `DATABASE_URL`.",
        ) from error
    except DBAPIError as error:
        why = cause(error)
        if why is None:
            raise
        if isinstance(place, URL):
            raise refusals.refused(error, place, why) from None
        raise Misconfigured(
            f"The store {name!r} cannot be opened: {why}.",
            fix="Look at the file and its disk, or name another file in `DATABASE_URL`.",
        ) from error
