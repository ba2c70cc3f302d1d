"""What a bot's role may do in PostgreSQL: all it needs, and nothing to the record but add to it."""

from collections.abc import Iterator

from sqlalchemy import Connection, text

from audit import tables as audit_tables
from bot.domain.errors import Misconfigured
from bot.store import tables

ENGINE_SCHEMA = "dbos"
"""Where the engine keeps its tables."""

_FEWER = {
    "audit_event": "SELECT, INSERT",
    "subject_key": "SELECT, INSERT, UPDATE",
    "alembic_version": "SELECT",
}
_ALL = "SELECT, INSERT, UPDATE, DELETE"

_ROLE = text("SELECT rolsuper FROM pg_roles WHERE rolname = :role")
_OWNS = text(
    "SELECT pg_has_role(:role, relowner, 'MEMBER') OR pg_has_role(:role, nspowner, 'MEMBER') "
    "OR pg_has_role(:role, datdba, 'MEMBER') FROM pg_class "
    "JOIN pg_namespace ON pg_namespace.oid = relnamespace "
    "JOIN pg_database ON datname = current_database() "
    "WHERE pg_class.oid = CAST('audit_event' AS regclass)"
)
_HERE = text("SELECT current_database(), current_schema()")
_ENGINE = text("SELECT 1 FROM pg_namespace WHERE nspname = :schema")


def granted(connection: Connection, role: str) -> None:
    """Grant *role* what the bot needs, and take from it what is more than that.

    *connection* is that of the tables' owner. Raises Misconfigured where there is no such role, or
    no grant binds it: a superuser's, or that of an owner.
    """
    _bound(connection, role)
    name = connection.dialect.identifier_preparer.quote(role)
    for statement in _statements(connection, name):
        connection.exec_driver_sql(statement).close()


def _bound(connection: Connection, role: str) -> None:
    powers = connection.execute(_ROLE, {"role": role}).scalar()
    if powers is None:
        raise Misconfigured(
            f"There is no role {role!r} in this PostgreSQL.",
            fix=f"Make it with `createuser --pwprompt {role}`, and run this again.",
        )
    if powers or connection.execute(_OWNS, {"role": role}).scalar():
        raise Misconfigured(
            f"The role {role!r} owns the database or is a superuser, so no grant can bind it.",
            fix="Name another role, with which only the bot connects: "
            "`createuser --pwprompt redbutton`.",
        )


def _statements(connection: Connection, name: str) -> Iterator[str]:
    quote = connection.dialect.identifier_preparer.quote
    database, schema = map(quote, connection.execute(_HERE).one())
    yield f"GRANT CONNECT ON DATABASE {database} TO {name}"
    yield f"GRANT USAGE ON SCHEMA {schema} TO {name}"
    for table in (*tables.metadata.tables, *audit_tables.metadata.tables, "alembic_version"):
        yield f"REVOKE ALL ON {schema}.{quote(table)} FROM {name}"
        yield f"GRANT {_FEWER.get(table, _ALL)} ON {schema}.{quote(table)} TO {name}"
    yield f"GRANT USAGE ON SEQUENCE {schema}.message_id_seq TO {name}"
    if connection.execute(_ENGINE, {"schema": ENGINE_SCHEMA}).scalar():
        yield f"GRANT USAGE ON SCHEMA {ENGINE_SCHEMA} TO {name}"
        yield f"GRANT {_ALL} ON ALL TABLES IN SCHEMA {ENGINE_SCHEMA} TO {name}"
        yield f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA {ENGINE_SCHEMA} TO {name}"
