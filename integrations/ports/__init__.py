"""What the bot needs of the world outside, by capability."""

from integrations.ports.database import Database, Row

__all__ = ["Database", "Row"]
