"""Moving up: the whole store in an SQLite file, carried into an empty PostgreSQL database.

The old store is only read. The record arrives byte for byte, under its numbers. A move that is cut
off goes on where it was when it is asked for again; until it is whole, no bot opens the new store.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from sqlalchemy import Connection, Table, func, select
from sqlalchemy.exc import DBAPIError

from audit.append import append
from audit.sealing import Sealer
from audit.tables import audit_event, subject_key
from audit.verify import verify
from bot.domain.errors import Misconfigured, RedbuttonError, Refused
from bot.domain.invocation import State
from bot.domain.record import Stage
from bot.pipeline.recording import own_event
from bot.store import migrations, sqlite
from bot.store.database import Store
from bot.store.moving_mark import HELD, Mark, Progress, begin, finish
from bot.store.moving_rows import (
    PLAIN,
    Rows,
    Total,
    count_of,
    empty,
    events_after,
    last_event,
    number_on,
    parts_of,
    put,
    put_keys,
    total_of,
)
from bot.store.sealed import Box
from bot.store.tables import invocation, meta

TELL_EVERY = 100_000
"""Rows between two words about a long table."""

Tell = Callable[[str], None]
"""Is told how far it has come, a sentence at a time."""

_CHECK = select(meta.c.value).where(meta.c.name == "key_check")
_WAITING = (
    select(func.count())
    .select_from(invocation)
    .where(invocation.c.state.in_((State.ACCEPTED.value, State.RUNNING.value)))
)


@contextmanager
def old_store(path: Path, key: bytes) -> Iterator[Connection]:
    """Open the store in the SQLite file *path* for reading one state of it, to the block's end.

    Raises Misconfigured where it cannot be read, has other tables than ours or another *key*.
    """
    engine = sqlite.reading_engine(path)
    try:
        waiting = migrations.pending(engine)
        if waiting:
            # To bring it up to date here would change what an older program may have to go back to.
            raise Misconfigured(
                f"The tables of the store {str(path)!r} lack version {waiting[-1]!r}.",
                fix=f"Run `DATABASE_URL=sqlite:///{path} redbutton migrate` first.",
            )
        with engine.connect() as connection, connection.begin():
            _compare_keys(connection, path, key)
            yield connection
    except DBAPIError as error:
        why = sqlite.cause(error)
        if why is None:
            raise
        raise Misconfigured(
            f"The store {str(path)!r} cannot be read: {why}.",
            fix="Look at the file and its disk, or name another one with `--from`.",
        ) from error
    finally:
        engine.dispose()


def _compare_keys(connection: Connection, path: Path, key: bytes) -> None:
    if connection.scalar(_CHECK) != Box(key).check:
        raise Misconfigured(
            f"The store {str(path)!r} was sealed under another key.",
            fix="Set `REDBUTTON_KEY`, or the key file beside it, to the key it was made with.",
        )


async def move(old: Connection, new: Store, sealer: Sealer, tell: Tell) -> list[str]:
    """Carry all of *old* into *new*, compare, and say in sentences what was done.

    Raises Refused where *old* is damaged or *new* is neither empty nor half of this same move.
    """
    mark = await asyncio.to_thread(_sound, old)
    so_far = await new.write(partial(begin, source=mark))
    if so_far is Progress.WHOLE:
        return ["It was moved there before; nothing was left to do."]
    if so_far is Progress.HALF:
        tell("Going on with a move that was cut off.")
        await new.write(empty)
    await _carry_record(old, new, tell)
    for table in PLAIN:
        parts = parts_of(old, table)
        await _carry(new, table, parts, tell, count_of(old, table))
    await new.write(number_on)
    counts = await _compare(old, new, tell)
    await new.write(partial(_end, new=new, sealer=sealer, counts=counts))
    return _said(counts, old.scalar(_WAITING) or 0)


def _sound(old: Connection) -> Mark:
    """Return the mark of *old*, whose record was found to be what was written."""
    bad = verify(old).bad
    if bad:
        raise Refused(
            f"The record is not as it was written, first in row {bad[0].n}: {bad[0].what}",
            fix="`redbutton audit verify` lists all; find out who changed it before it is moved.",
        )
    mark = Mark.of(old)
    if mark is None:
        raise Refused(
            "The store has no event in its record, so there is nothing to move.",
            fix="Set `DATABASE_URL` to the new database; `redbutton serve` makes a store there.",
        )
    return mark


async def _carry_record(old: Connection, new: Store, tell: Tell) -> None:
    """Carry people's keys, and the events that *new* has not yet."""
    for rows in parts_of(old, subject_key):
        await new.write(partial(put_keys, rows=rows))
    there = await new.read(last_event)
    events = events_after(old, there)
    await _carry(new, audit_event, events, tell, count_of(old, audit_event), there)


async def _carry(
    new: Store, table: Table, parts: Iterable[Rows], tell: Tell, total: int, done: int = 0
) -> None:
    """Copy *parts* into *table*, a transaction each, telling how many of *total* are *done*."""
    for rows in parts:
        await new.write(partial(put, table=table, rows=rows))
        done += len(rows)
        if done % TELL_EVERY < len(rows) and done < total:
            tell(f"{table.name}: {done} of {total} rows.")
    if total:
        tell(f"{table.name}: all {total} rows are there.")


async def _compare(old: Connection, new: Store, tell: Tell) -> Mapping[str, int]:
    """Compare every row of both, and each event with its hash; return how many rows there are."""
    counts: dict[str, int] = {}
    for table in HELD:
        here = await asyncio.to_thread(total_of, old, table)
        there = await new.read(partial(total_of, table=table))
        if here != there:
            raise _different(table, here, there)
        counts[table.name] = here.count
    report = await new.read(verify)
    if report.bad:
        raise RedbuttonError(
            f"Row {report.bad[0].n} of the record did not arrive well: {report.bad[0].what}",
            fix="Empty the new database and move again; the old store is as it was.",
        )
    tell("Every row was compared, and every event with its hash.")
    return counts


def _different(table: Table, here: Total, there: Total) -> RedbuttonError:
    return RedbuttonError(
        f"The rows of {table.name!r} differ: {here.count} in the old store, {there.count} there.",
        fix="Empty the new database and move again; the old store is as it was.",
    )


def _end(connection: Connection, new: Store, sealer: Sealer, counts: Mapping[str, int]) -> None:
    """Mark the store at *connection* as whole, and tell of the move in its record."""
    moved = {"from": "sqlite", "to": "postgresql", "rows": dict(counts)}
    append(connection, own_event(Stage.CONFIG_CHANGED, new.clock, moved=moved), sealer)
    finish(connection)


def _said(counts: Mapping[str, int], waiting: int) -> list[str]:
    rows = ", ".join(f"{name} {count}" for name, count in counts.items())
    said = [f"Everything is there, row by row: {rows}."]
    if waiting:
        said.append(f"Invocations that wait: {waiting}. A bot on the new store goes on with them.")
    return said
