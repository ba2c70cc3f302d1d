"""Business databases, by SQLAlchemy."""
