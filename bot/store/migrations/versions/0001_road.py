"""The tables of the road: askings, steps, timers, messages, and the record."""

import sqlalchemy as sa
from alembic import op

from audit.tables import REFUSING_TRIGGERS

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    _askings()
    _messages()
    _record()
    for statement in REFUSING_TRIGGERS[op.get_bind().dialect.name]:
        op.execute(statement)


def _askings() -> None:
    op.create_table(
        "meta",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
        sqlite_strict=True,
    )
    op.create_table(
        "invocation",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("team", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("operation", sa.Text, nullable=False),
        sa.Column("surface", sa.Text, nullable=False),
        sa.Column("channel", sa.Text),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("origin", sa.LargeBinary, nullable=False),
        sa.Column("params", sa.LargeBinary, nullable=False),
        sa.Column("meaning", sa.Text),
        sa.Column("answer", sa.LargeBinary, nullable=False),
        sa.Column("owner", sa.Text),
        sa.Column("cancelled_by", sa.LargeBinary),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("changed_at", sa.Text, nullable=False),
        sa.UniqueConstraint("team", "key", name="invocation_key"),
        sqlite_strict=True,
    )
    op.create_index("invocation_state", "invocation", ["state", "at"])
    op.create_index("invocation_meaning", "invocation", ["meaning", "at"])
    op.create_table(
        "step",
        sa.Column("invocation", sa.Text, sa.ForeignKey("invocation.id"), primary_key=True),
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("label", sa.LargeBinary, nullable=False),
        sa.Column("result", sa.LargeBinary),
        sa.Column("note", sa.LargeBinary, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("changed_at", sa.Text, nullable=False),
        sqlite_strict=True,
    )


def _messages() -> None:
    op.create_table(
        "timer",
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("due", sa.Text, nullable=False),
        sa.Column("payload", sa.LargeBinary, nullable=False),
        sa.Column("claimed_by", sa.Text),
        sa.Column("claimed_at", sa.Text),
        sqlite_strict=True,
    )
    op.create_index("timer_due", "timer", ["due"])
    op.create_table(
        "message",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("invocation", sa.Text, sa.ForeignKey("invocation.id"), nullable=False),
        sa.Column("slot", sa.Text, nullable=False),
        sa.Column("audience", sa.Text, nullable=False),
        sa.Column("notice", sa.LargeBinary),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("sent_version", sa.Integer, nullable=False),
        sa.Column("sent_at", sa.Text),
        sa.Column("channel", sa.Text),
        sa.Column("ts", sa.Text),
        sa.Column("retry_at", sa.Text),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("dropped", sa.Text),
        sa.Column("reason", sa.LargeBinary),
        sa.UniqueConstraint("invocation", "slot", name="message_slot"),
        sqlite_strict=True,
    )
    unsent = sa.text("version > sent_version AND dropped IS NULL")
    op.create_index(
        "message_unsent", "message", ["id"], sqlite_where=unsent, postgresql_where=unsent
    )


def _record() -> None:
    op.create_table(
        "audit_event",
        sa.Column(
            "n",
            sa.BigInteger().with_variant(sa.Integer, "sqlite"),
            sa.Identity(always=True),
            primary_key=True,
        ),
        sa.Column("id", sa.Text, nullable=False, unique=True),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("team", sa.Text, nullable=False),
        sa.Column("invocation", sa.Text),
        sa.Column("stage", sa.Text, nullable=False),
        sa.Column("actor", sa.Text),
        sa.Column("surface", sa.Text),
        sa.Column("channel", sa.Text),
        sa.Column("operation", sa.Text),
        sa.Column("target", sa.Text),
        sa.Column("decision", sa.Text),
        sa.Column("rules", sa.Text),
        sa.Column("rules_digest", sa.Text),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("leaf", sa.LargeBinary(32), nullable=False),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    for column in ("actor", "operation", "target"):
        op.create_index(f"audit_event_{column}_at", "audit_event", [column, "at"])
    op.create_index("audit_event_invocation", "audit_event", ["invocation"])
    op.create_index("audit_event_at", "audit_event", ["at"])
    op.create_table(
        "subject_key",
        sa.Column("subject", sa.Text, primary_key=True),
        sa.Column("wrapped", sa.LargeBinary),
        sa.Column("erased_at", sa.Text),
        sqlite_strict=True,
    )
