"""A business database, reached by statements that the operation's author wrote."""

from collections.abc import Mapping
from typing import Protocol

Row = Mapping[str, str | int | float | bool | None]
"""One row: column name to value."""


class Database(Protocol):
    """Answers questions about, and changes, a team's own data."""

    async def rows(self, statement: str, **values: object) -> list[dict[str, object]]:
        """Return at most 1,000 rows of a reading *statement*.

        *values* are bound by name (`:email`). Raises Rejected, Unreachable.
        """
        ...

    async def change(self, statement: str, *, key: str, expect: int, **values: object) -> int:
        """Carry out a changing *statement* and return how many rows it changed.

        A second call with the same *key* changes nothing and returns the first answer. Changes
        nothing and raises Rejected unless exactly *expect* rows are met; raises Unreachable where
        nothing happened, OutcomeUnknown where the answer was lost.
        """
        ...

    async def find_change(self, key: str) -> int | None:
        """Return how many rows the change with *key* changed, or None if there was none."""
        ...
