"""What the bot needs of the world outside, by capability."""

from integrations.ports.database import Database, Row
from integrations.ports.pager import Pager

__all__ = ["Database", "Pager", "Row"]
