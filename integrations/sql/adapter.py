"""The `Database` port over SQLAlchemy."""

import math
import re
from datetime import date, datetime, time

from sqlalchemy import (
    Column,
    Connection,
    Integer,
    MetaData,
    String,
    Table,
    bindparam,
    inspect,
    select,
    text,
)
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.schema import CreateTable

from bot.domain.clock import Clock
from bot.domain.errors import OutcomeUnknown, Rejected, Unreachable
from integrations.sql.client import SqlClient
from integrations.sql.config import SqlConfig
from integrations.sql.errors import classify, read_only

MOST_ROWS = 1000
CHANGES = Table(
    "redbutton_change",
    MetaData(),
    Column("key", String(200), primary_key=True),
    Column("rows", Integer, nullable=False),
    Column("at", String(40), nullable=False),
)
"""The keys of the changes made, in the same database, so that key and change stand together."""

# Strings (PostgreSQL's two other kinds, too), quoted names and comments, in which a semicolon ends
# nothing.
_QUOTED = re.compile(
    r"\b[eE]'(?:[^'\\]|''|\\.)*'|(?<!\w)(\$(?:[^\W\d]\w*)?\$).*?\1"
    r"|'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|--[^\n]*|/\*.*?\*/",
    re.DOTALL,
)
_KEEP = text(
    "INSERT INTO redbutton_change (key, rows, at) VALUES (:key, :rows, :at) ON CONFLICT DO NOTHING"
)
_FIND = select(CHANGES.c.rows).where(CHANGES.c.key == bindparam("key"))
# PostgreSQL's `IF NOT EXISTS` fails where two sessions make the same table at once.
_ONE_MAKES = text("SELECT pg_advisory_xact_lock(hashtextextended('redbutton_change', 0))")
_JSON = (type(None), bool, int, float, str)
# Rows are fetched as they are asked for: a million of them must not fill our memory first.
_AS_ASKED = {"stream_results": True, "max_row_buffer": MOST_ROWS + 1}


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
            try:
                await self._client.write(self._prepare)
            except OutcomeUnknown as lost:
                raise Unreachable(
                    f"The database {self.name!r} went silent before the change was begun.",
                    fix="Ask again in a minute; `redbutton doctor` checks the connection.",
                ) from lost
            self._prepared = True
        return await self._client.write(lambda c: self._change(c, statement, key, expect, values))

    async def find_change(self, key: str) -> int | None:
        """See `Database.find_change`."""
        return await self._client.read(lambda c: _found(c, key))

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
        with connection.execute(text(statement), values, execution_options=_AS_ASKED) as result:
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
            if connection.dialect.name == "postgresql":
                connection.execute(_ONE_MAKES)
            connection.execute(make)
        except SQLAlchemyError as error:
            known = classify(error, self.name)
            if isinstance(known, Unreachable) or read_only(error):
                raise known from None
            sql = " ".join(str(make.compile(dialect=connection.dialect)).split())
            raise Rejected(
                f"The table {CHANGES.name!r}, which keeps a change from being made twice, is not "
                f"in the database {self.name!r} and cannot be made by this role.",
                fix=f"Have its owner run `{sql}` and let this role read it and insert into it.",
            ) from None

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
    """Keep *key*; return the first answer if somebody else kept it before."""
    row = {"key": key, "rows": expect, "at": clock.now().isoformat()}
    kept = connection.execute(_KEEP, row).rowcount
    return None if kept else connection.execute(_FIND, {"key": key}).scalar_one()


def _found(connection: Connection, key: str) -> int | None:
    if not inspect(connection).has_table(CHANGES.name):
        return None
    return connection.execute(_FIND, {"key": key}).scalar_one_or_none()


def _plain(value: object) -> object:
    """Return *value* as JSON can hold it, for a step's answer is remembered as JSON."""
    match value:
        case float() if not math.isfinite(value):
            return str(value)
        case list():
            return [_plain(each) for each in value]
        case dict():
            return {str(k): _plain(each) for k, each in value.items()}
        case datetime() | date() | time():
            return value.isoformat()
        case bytes():
            return value.hex()
        case _:
            return value if isinstance(value, _JSON) else str(value)
