"""The engine's tables in a PostgreSQL database: few connections, a schema of their own."""

import psycopg
from dbos import DBOS
from psycopg import Connection
from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError

from bot.domain.errors import Misconfigured
from bot.engine.session import SAFE

POOL = 5
"""Connections of one engine; with the lease's session and two while migrating, at most 8."""

_IDLE = 15_000
"""Milliseconds after which the server ends a transaction that a frozen process left open."""


def open_postgres(url: str) -> Engine:
    """Connect to *url* when asked to; the caller disposes of it."""
    engine = create_engine(
        url, pool_size=POOL, max_overflow=0, pool_pre_ping=True, connect_args=dict(SAFE)
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Connection[object], _record: object) -> None:
        connection.execute(f"SET idle_in_transaction_session_timeout = {_IDLE}")
        # The pool rolls back what it is given back, and a setting with it.
        connection.commit()

    return engine


def migrate(url: str) -> None:
    """Make or complete the engine's tables, in schema `dbos`; raises Misconfigured.

    Changes nothing where they are complete, so that a role without the right to may ask.
    """
    there = make_url(url).update_query_dict({"connect_timeout": str(SAFE["connect_timeout"])})
    engine = open_postgres(url)
    try:
        # DBOS would make a database that is not there.
        engine.connect().close()
        DBOS.migrate(there.render_as_string(hide_password=False))
    except DBAPIError as error:
        raise misconfigured(error.orig or error, url) from None
    finally:
        engine.dispose()


def misconfigured(error: BaseException, url: str) -> Misconfigured:
    """Say why the database at *url* cannot serve the engine, without its password."""
    there = make_url(url)
    where = f"{there.database!r} at {there.host or there.query.get('host') or 'localhost'!r}"
    if isinstance(error, psycopg.errors.InsufficientPrivilege):
        return Misconfigured(
            f"Role {there.username!r} may not make or use the engine's tables in database {where}.",
            fix=f"As the database's owner, type `redbutton migrate --role {there.username}`.",
        )
    words = str(error).strip().splitlines() or [type(error).__name__]
    return Misconfigured(
        f"Database {where} refuses the engine: {words[-1]}.",
        fix="Correct `DATABASE_URL`, or start the database; `redbutton check` asks it again.",
    )
