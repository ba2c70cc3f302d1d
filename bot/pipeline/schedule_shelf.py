"""What keeping schedules needs of the store."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.invocation import State
from bot.domain.schedule import Schedule
from bot.pipeline.protocols import Entry


class ScheduleShelf(Protocol):
    """The store, as schedules see it. Each method is one transaction; each raises NotNow."""

    async def mark(self) -> str:
        """Return what differs once any schedule was changed."""
        ...

    async def everywhere(self) -> Sequence[Schedule]:
        """Return the schedules of all teams."""
        ...

    async def all(self, team: str) -> Sequence[Schedule]:
        """Return the schedules of *team* by name."""
        ...

    async def get(self, team: str, name: str) -> Schedule | None:
        """Return the schedule *name* of *team*."""
        ...

    async def add(self, schedule: Schedule, key: str) -> bool:
        """Keep *schedule*, unless another *key* has given its name to one."""
        ...

    async def amend(
        self, schedule: Schedule, entry: Entry, *, invocation: str | None = None
    ) -> bool:
        """Put *schedule* in place of its version, with *entry*, whose messages are *invocation*'s.

        What was asked for meanwhile stays so. False, and nothing is written, where another change
        came before.
        """
        ...

    async def remove(self, schedule: Schedule) -> bool:
        """Forget *schedule*. False where it was changed meanwhile, or is gone."""
        ...

    async def passed(self, schedule: Schedule, at: datetime, entry: Entry) -> bool:
        """Note that all of *schedule* up to *at* was asked for or skipped, with *entry*.

        False, and nothing is written, where that was noted before.
        """
        ...

    async def asked(self, team: str, key: str) -> tuple[str, State] | None:
        """Return the invocation that *key* has opened, and how it stands; None where none is."""
        ...
