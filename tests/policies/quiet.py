"""Surroundings in which nothing else is going on."""

from collections.abc import Sequence
from datetime import datetime

from bot.domain.actor import Actor
from bot.domain.clock import Clock
from bot.domain.freeze import Freeze
from bot.pipeline.protocols import Counts, Directory, Tally
from bot.pipeline.surroundings import Surroundings


class Nothing:
    """A store in which nothing is frozen, and nothing was run."""

    async def active(self, team: str, *, fresh: bool = False) -> Sequence[Freeze]:
        del team, fresh
        return ()

    async def set(
        self, by: Actor, reason: str, until: datetime, environment: str | None, *, key: str
    ) -> Freeze:
        return Freeze(key, environment, by.id, by.name, reason, until, until)

    async def lift(self, freeze: Freeze, by: Actor, *, key: str) -> None:
        del freeze, by, key

    async def counts(self, of: Tally, *, earlier: bool = False) -> Counts:
        del of, earlier
        return Counts()


def quiet(directory: Directory, clock: Clock) -> Surroundings:
    """Return surroundings with the people of *directory* and nothing else."""
    return Surroundings(directory, Nothing(), Nothing(), clock)
