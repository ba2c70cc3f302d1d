"""Statements that are compiled once and then handed straight to the database's driver.

An asking waits for its statements. `Connection.execute` takes ten times as long over one as SQLite
itself; what is written and looked up before every answer goes this shorter way.
"""

from collections.abc import Mapping
from typing import Any, cast

from sqlalchemy import ClauseElement, Connection
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler


class Prepared:
    """One statement. It is always run with values of the same names."""

    def __init__(self, statement: ClauseElement) -> None:
        self._statement = statement
        self._compiled: dict[str, tuple[str, tuple[str, ...] | None, dict[str, Any]]] = {}

    def run(self, connection: Connection, values: Mapping[str, Any]) -> DBAPICursor:
        """Run it in the transaction of *connection* and return the driver's cursor.

        Raises what `Connection.execute` would.
        """
        compiled = self._compiled.get(connection.dialect.name)
        text, names, literals = compiled or self._compile(connection, values)
        bound = {**literals, **values}
        cursor = connection.connection.cursor()
        driver = connection.dialect.loaded_dbapi
        try:
            cursor.execute(text, bound if names is None else [bound[name] for name in names])
        except driver.Error as error:
            raise DBAPIError.instance(
                text, None, error, driver.Error, hide_parameters=True, dialect=connection.dialect
            ) from error
        return cursor

    def _compile(
        self, connection: Connection, values: Mapping[str, Any]
    ) -> tuple[str, tuple[str, ...] | None, dict[str, Any]]:
        compiled = cast(
            "SQLCompiler",
            self._statement.compile(
                dialect=connection.dialect,
                column_keys=list(values),
                compile_kwargs={"render_postcompile": True},
            ),
        )
        literals = {name: b.value for name, b in compiled.binds.items() if not b.required}
        names = tuple(compiled.positiontup or ()) if compiled.positional else None
        found = (compiled.string, names, literals)
        self._compiled[connection.dialect.name] = found
        return found
