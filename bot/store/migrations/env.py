"""What Alembic runs for every command, on the connection it is handed."""

from alembic import context

from audit import tables as audit_tables
from bot.store import tables

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=[tables.metadata, audit_tables.metadata],
)
context.run_migrations()
