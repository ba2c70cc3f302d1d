"""Incidents with their timelines, and what is remembered of vendors."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what incidents are kept in."""
    op.create_table(
        "incident",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("team", sa.Text, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("live", sa.Integer, nullable=False),
        sa.Column("room", sa.Text),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("team", "number", name="incident_number"),
        sa.UniqueConstraint("team", "key", name="incident_key"),
        sqlite_strict=True,
    )
    op.create_index("incident_live", "incident", ["team", "live"])
    op.create_index("incident_room", "incident", ["team", "room"])
    op.create_index("incident_at", "incident", ["team", "at"])
    op.create_table(
        "moment",
        sa.Column("incident", sa.Text, sa.ForeignKey("incident.id"), primary_key=True),
        sa.Column("source", sa.Text, primary_key=True),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sqlite_strict=True,
    )
    op.create_index("moment_at", "moment", ["incident", "at"])
    op.create_table(
        "memo",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sqlite_strict=True,
    )
