"""Whoever carries the pager."""

from collections.abc import Mapping
from typing import Protocol


class Pager(Protocol):
    """Knows who is on call."""

    async def on_call(self) -> Mapping[str, frozenset[str]]:
        """Return the Slack ids of who is on call now, by roster. Raises Unreachable, Rejected."""
        ...
