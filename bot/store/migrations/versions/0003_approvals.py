"""Approvals, reviews of broken glass, freezes, counts; and messages that go to others."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what the rules count and what people decide."""
    op.add_column("invocation", sa.Column("target", sa.Text))
    op.create_index("invocation_actor", "invocation", ["actor", "operation", "at"])
    op.create_index("invocation_target", "invocation", ["target", "at"])
    op.add_column("message", sa.Column("place", sa.Text))
    op.add_column("message", sa.Column("below", sa.Text))
    op.create_table(
        "approval",
        sa.Column("invocation", sa.Text, sa.ForeignKey("invocation.id"), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("expires_at", sa.Text, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sqlite_strict=True,
    )
    op.create_index("approval_state", "approval", ["state", "expires_at"])
    op.create_table(
        "review",
        sa.Column("invocation", sa.Text, sa.ForeignKey("invocation.id"), primary_key=True),
        sa.Column("team", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("closed_at", sa.Text),
        sa.Column("closed_by", sa.Text),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sqlite_strict=True,
    )
    op.create_index("review_actor", "review", ["team", "actor", "closed_at"])
    op.create_table(
        "change_freeze",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("team", sa.Text, nullable=False),
        sa.Column("environment", sa.Text),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("until", sa.Text, nullable=False),
        sa.Column("lifted_at", sa.Text),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sqlite_strict=True,
    )
    op.create_index("change_freeze_until", "change_freeze", ["until"])
