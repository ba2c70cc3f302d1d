"""Several processes on one store: who they are, and who sends which message."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what replicas tell each other."""
    for name in ("claimed_by", "claimed_at", "tried_at"):
        op.add_column("message", sa.Column(name, sa.Text))
    op.create_table(
        "writer",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("turn", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False),
        sa.Column("at", sa.Text, nullable=False),
        sqlite_strict=True,
    )
    op.create_table(
        "replica",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("slot", sa.Text, nullable=False),
        sa.Column("host", sa.Text, nullable=False),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("operations", sa.Text, nullable=False),
        sa.Column("started_at", sa.Text, nullable=False),
        sa.Column("seen_at", sa.Text, nullable=False),
        sqlite_strict=True,
    )
