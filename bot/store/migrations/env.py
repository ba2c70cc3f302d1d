"""What Alembic runs for every command, on the connection it is handed."""

from alembic import context

from audit import tables as audit_tables
from bot.store import tables

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=[tables.metadata, audit_tables.metadata],
    # SQLite can undo the making of tables; Alembic assumes that it cannot.
    transactional_ddl=True,
)
context.run_migrations()
