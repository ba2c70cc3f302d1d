"""The `Database` port over SQLAlchemy."""

import re
from datetime import date, datetime, time

from sqlalchemy import Column, Connection, Integer, MetaData, String, Table, inspect, select, text
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.schema import CreateTable

from bot.domain.clock import Clock
from bot.domain.errors import Rejected, Unreachable
from integrations.sql.client import SqlClient
from integrations.sql.config import SqlConfig
from integrations.sql.errors import classify

MOST_ROWS = 1000
CHANGES = Table(
    "redbutton_change",
    MetaData(),
    Column("key", String(200), primary_key=True),
    Column("rows", Integer, nullable=False),
    Column("at", String(40), nullable=False),
)
"""The keys of the changes made, in the same database, so that key and change stand together."""

# Strings, quoted names and comments, in which a semicolon ends nothing.
_QUOTED = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|--[^\n]*|/\*.*?\*/", re.DOTALL)


class SqlDatabase:
    """See `Database`."""

    def __init__(self, config: SqlConfig, clock: Clock) -> None:
        self.name = config.name
        self._clock = clock
        self._client = SqlClient(config)
        self._prepared = False

    async def rows(self, statement: str, **values: object) -> list[dict[str, object]]:
        """See `Database.rows`."""
        self._one_only(statement)
        return await self._client.read(lambda c: self._rows(c, statement, values))

    async def change(self, statement: str, *, key: str, expect: int, **values: object) -> int:
        """See `Database.change`."""
        self._one_only(statement)
        if not self._prepared:
            await self._client.write(self._prepare)
            self._prepared = True
        return await self._client.write(lambda c: self._change(c, statement, key, expect, values))

    async def find_change(self, key: str) -> int | None:
        """See `Database.find_change`."""
        return await self._client.read(
            lambda c: _found(c, key) if inspect(c).has_table(CHANGES.name) else None
        )

    async def check(self) -> None:
        """Ask for nothing, to see whether it answers; raises what `rows` raises."""
        await self._client.read(lambda c: c.execute(text("SELECT 1")).all())

    async def close(self) -> None:
        """Let go of the database."""
        await self._client.close()

    def _one_only(self, statement: str) -> None:
        _, semicolon, rest = _QUOTED.sub(" ", statement).partition(";")
        if semicolon and rest.strip():
            raise Rejected(
                f"Two statements were to be sent to the database {self.name!r} at once.",
                fix="An operation sends one statement in each step.",
            )

    def _rows(
        self, connection: Connection, statement: str, values: dict[str, object]
    ) -> list[dict[str, object]]:
        result = connection.execute(text(statement), values)
        if not result.returns_rows:
            raise Rejected(
                f"A statement that was to read from {self.name!r} gives no rows.",
                fix="An operation changes data by `change`, with a key.",
            )
        rows = result.mappings().fetchmany(MOST_ROWS + 1)
        if len(rows) > MOST_ROWS:
            raise Rejected(
                f"More than {MOST_ROWS:,} rows of {self.name!r} match.",
                fix="Narrow what you ask for.",
            )
        return [{str(k): _plain(v) for k, v in row.items()} for row in rows]

    def _prepare(self, connection: Connection) -> None:
        """Make the table of keys where it is not there yet."""
        if inspect(connection).has_table(CHANGES.name):
            return
        make = CreateTable(CHANGES, if_not_exists=True)
        try:
            connection.execute(make)
        except SQLAlchemyError as error:
            if isinstance(known := classify(error, self.name), Unreachable):
                raise known from error
            sql = " ".join(str(make.compile(dialect=connection.dialect)).split())
            raise Rejected(
                f"The table {CHANGES.name!r}, which keeps a change from being made twice, is not "
                f"in the database {self.name!r} and cannot be made by this role.",
                fix=f"Have its owner run `{sql}`.",
            ) from error

    def _change(
        self,
        connection: Connection,
        statement: str,
        key: str,
        expect: int,
        values: dict[str, object],
    ) -> int:
        """Keep the key and make the change, as one."""
        if (before := _kept(connection, key, expect, self._clock)) is not None:
            return before
        changed = connection.execute(text(statement), values).rowcount
        if changed != expect:
            raise Rejected(
                f"The change to {self.name!r} would meet {changed} rows where {expect} was "
                "expected, so nothing was changed.",
                fix="Look at what is there now, then ask again.",
            )
        return changed


def _kept(connection: Connection, key: str, expect: int, clock: Clock) -> int | None:
    """Keep *key*; return the first answer if somebody else kept it just before."""
    row = {"key": key, "rows": expect, "at": clock.now().isoformat()}
    try:
        with connection.begin_nested():
            connection.execute(CHANGES.insert(), row)
    except IntegrityError:
        return _found(connection, key)
    return None


def _found(connection: Connection, key: str) -> int | None:
    return connection.scalar(select(CHANGES.c.rows).where(CHANGES.c.key == key))


def _plain(value: object) -> object:
    """Return *value* as JSON can hold it, for a step's answer is remembered as JSON."""
    match value:
        case None | bool() | int() | float() | str():
            return value
        case datetime() | date() | time():
            return value.isoformat()
        case bytes():
            return value.hex()
        case _:
            return str(value)
