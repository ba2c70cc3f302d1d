"""The mark of a move in the store that is moved into: from which store, and whether it is whole."""

from dataclasses import dataclass
from enum import Enum
from typing import Self

from sqlalchemy import Connection, delete, func, insert, select, update

from audit.tables import audit_event, subject_key
from bot.domain.errors import Misconfigured, Refused
from bot.store.database import Store
from bot.store.moving_rows import PLAIN
from bot.store.tables import meta

HELD = (audit_event, subject_key, *PLAIN)
"""The tables that are carried over. `meta` speaks of a store, `replica` and `writer` of its
processes."""

_HALF, _WHOLE = "moving", "moved"
_marked = select(meta.c.name, meta.c.value).where(meta.c.name.in_((_HALF, _WHOLE)))
_unmark = delete(meta).where(meta.c.name == _HALF)
_first, _last = (
    select(audit_event.c.leaf).where(
        audit_event.c.n == select(end(audit_event.c.n)).scalar_subquery()
    )
    for end in (func.min, func.max)
)


class Progress(Enum):
    """How far the store that is moved into has come."""

    EMPTY = "empty"
    HALF = "half"
    WHOLE = "whole"


@dataclass(frozen=True)
class Mark:
    """Which store it is, by the *first* hash of its record; how far that goes, by the *last*."""

    first: str
    last: str

    @classmethod
    def of(cls, connection: Connection) -> Self | None:
        """Return the mark of the store at *connection*; None where its record is empty."""
        first, last = connection.scalar(_first), connection.scalar(_last)
        return cls(first.hex(), last.hex()) if first and last else None


def progress(connection: Connection, source: Mark) -> Progress:
    """Say how far the store at *connection* has come in taking *source* in.

    Raises Refused where it holds anything else.
    """
    found = {row.name: Mark(*row.value.split()) for row in connection.execute(_marked)}
    half, whole = found.get(_HALF), found.get(_WHOLE)
    if whole == source:
        return Progress.WHOLE
    if whole is not None and whole.first == source.first:
        raise Refused(
            "The store was moved there before, and has gone on in the old place since.",
            fix="Go on with the one there, or move the old one into another, empty database.",
        )
    if half is not None and half.first == source.first:
        return Progress.HALF
    if half is not None:
        raise _taken("half of another store, whose move was not finished")
    full = [t.name for t in HELD if connection.execute(select(t).limit(1)).first() is not None]
    if full:
        raise _taken(f"a store already: there are rows in {full[0]!r}")
    return Progress.EMPTY


def begin(connection: Connection, source: Mark) -> Progress:
    """Mark the store at *connection* as half of *source*; no bot uses it until `finish`.

    Returns how far it had come before. Raises Refused where it holds anything else.
    """
    before = progress(connection, source)
    if before is not Progress.WHOLE:
        connection.execute(_unmark)
        connection.execute(insert(meta), {"name": _HALF, "value": f"{source.first} {source.last}"})
    return before


def finish(connection: Connection) -> None:
    """Mark the store at *connection* as whole."""
    connection.execute(update(meta).where(meta.c.name == _HALF).values(name=_WHOLE))


async def see_whole(store: Store) -> None:
    """Raise Misconfigured where *store* holds only half of what is being moved into it."""
    if await store.read(lambda connection: connection.scalar(_is_half)):
        raise Misconfigured(
            "A move into this store was begun and is not finished.",
            fix="Run `redbutton migrate --from … --to …` again, as it was begun.",
        )


_is_half = select(func.count()).select_from(meta).where(meta.c.name == _HALF)


def _taken(what: str) -> Refused:
    return Refused(
        f"The database that is moved into holds {what}.",
        fix="Name one that is empty: `createdb redbutton` makes it.",
    )
