"""The record's tables, and the triggers that keep them from being rewritten."""

from collections.abc import Mapping
from types import MappingProxyType

from sqlalchemy import (
    BigInteger,
    Column,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
)

metadata = MetaData()

audit_event = Table(
    "audit_event",
    metadata,
    # AUTOINCREMENT never hands a number out twice, so on SQLite a gap is evidence.
    Column(
        "n",
        BigInteger().with_variant(Integer, "sqlite"),
        Identity(always=True),
        primary_key=True,
    ),
    Column("id", Text, nullable=False, unique=True),
    Column("at", Text, nullable=False),
    Column("team", Text, nullable=False),
    Column("invocation", Text),
    Column("stage", Text, nullable=False),
    Column("actor", Text),
    Column("surface", Text),
    Column("channel", Text),
    Column("operation", Text),
    Column("target", Text),
    Column("decision", Text),
    Column("rules", Text),
    Column("rules_digest", Text),
    Column("body", Text, nullable=False),
    Column("leaf", LargeBinary(32), nullable=False),
    Index("audit_event_invocation", "invocation"),
    Index("audit_event_actor_at", "actor", "at"),
    Index("audit_event_operation_at", "operation", "at"),
    Index("audit_event_target_at", "target", "at"),
    Index("audit_event_at", "at"),
    sqlite_autoincrement=True,
    sqlite_strict=True,
)
"""One row for each event.

*body* holds the exact text that *leaf* is the hash of; the other columns repeat parts of it, for
searching. *at* is UTC in ISO 8601 with microseconds, so it sorts as text.
"""

subject_key = Table(
    "subject_key",
    metadata,
    Column("subject", Text, primary_key=True),
    Column("wrapped", LargeBinary),
    Column("erased_at", Text),
    sqlite_strict=True,
)
"""The key of each person whose data is sealed. Without *wrapped* that data is gone for good."""

_SQLITE = (
    """
    CREATE TRIGGER audit_event_keep_on_update BEFORE UPDATE ON audit_event
    BEGIN SELECT RAISE(ABORT, 'The record is never changed: audit_event refuses UPDATE.'); END
    """,
    """
    CREATE TRIGGER audit_event_keep_on_delete BEFORE DELETE ON audit_event
    BEGIN SELECT RAISE(ABORT, 'The record is never changed: audit_event refuses DELETE.'); END
    """,
    # INSERT OR REPLACE deletes the old row without firing the trigger above.
    """
    CREATE TRIGGER audit_event_keep_on_insert BEFORE INSERT ON audit_event
    WHEN EXISTS (SELECT 1 FROM audit_event WHERE id = NEW.id)
        OR EXISTS (SELECT 1 FROM audit_event WHERE n = NEW.n)
    BEGIN SELECT RAISE(ABORT, 'The record is never changed: this event is in it already.'); END
    """,
    """
    CREATE TRIGGER subject_key_keep_on_update BEFORE UPDATE ON subject_key
    WHEN NEW.subject IS NOT OLD.subject OR OLD.wrapped IS NULL
        OR NEW.wrapped IS NOT NULL OR NEW.erased_at IS NULL
    BEGIN SELECT RAISE(ABORT, 'A key of subject_key can only be erased, once.'); END
    """,
    """
    CREATE TRIGGER subject_key_keep_on_delete BEFORE DELETE ON subject_key
    BEGIN SELECT RAISE(ABORT, 'A row of subject_key stays: erase its key instead.'); END
    """,
    """
    CREATE TRIGGER subject_key_keep_on_insert BEFORE INSERT ON subject_key
    WHEN EXISTS (SELECT 1 FROM subject_key WHERE subject = NEW.subject)
    BEGIN SELECT RAISE(IGNORE); END
    """,
)

_POSTGRESQL = (
    """
    CREATE FUNCTION audit_event_keep() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION USING
            MESSAGE = 'The record is never changed: audit_event refuses ' || TG_OP || '.';
    END $$
    """,
    """
    CREATE TRIGGER audit_event_keep_rows BEFORE UPDATE OR DELETE ON audit_event
    FOR EACH ROW EXECUTE FUNCTION audit_event_keep()
    """,
    """
    CREATE TRIGGER audit_event_keep_table BEFORE TRUNCATE ON audit_event
    FOR EACH STATEMENT EXECUTE FUNCTION audit_event_keep()
    """,
    """
    CREATE FUNCTION subject_key_keep() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'UPDATE' AND NEW.subject = OLD.subject AND OLD.wrapped IS NOT NULL
            AND NEW.wrapped IS NULL AND NEW.erased_at IS NOT NULL THEN RETURN NEW;
        END IF;
        RAISE EXCEPTION 'A key of subject_key can only be erased, once.';
    END $$
    """,
    """
    CREATE TRIGGER subject_key_keep_rows BEFORE UPDATE OR DELETE ON subject_key
    FOR EACH ROW EXECUTE FUNCTION subject_key_keep()
    """,
    """
    CREATE TRIGGER subject_key_keep_table BEFORE TRUNCATE ON subject_key
    FOR EACH STATEMENT EXECUTE FUNCTION subject_key_keep()
    """,
    # An ordinary trigger is skipped by a session in the role of a replica.
    "ALTER TABLE audit_event ENABLE ALWAYS TRIGGER audit_event_keep_rows",
    "ALTER TABLE audit_event ENABLE ALWAYS TRIGGER audit_event_keep_table",
    "ALTER TABLE subject_key ENABLE ALWAYS TRIGGER subject_key_keep_rows",
    "ALTER TABLE subject_key ENABLE ALWAYS TRIGGER subject_key_keep_table",
)

REFUSING_TRIGGERS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"sqlite": _SQLITE, "postgresql": _POSTGRESQL}
)
"""By the dialect's name: the statements that a migration runs once the tables are there.

They guard against accidents; against whoever owns the database only signatures help.
"""
