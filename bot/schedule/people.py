"""Who asks where a schedule does: it is known without asking Slack."""

from collections.abc import Sequence

from typing_extensions import override

from bot.domain.actor import Actor
from bot.domain.decision import Channel
from bot.domain.errors import NotAllowed
from bot.domain.schedule import is_schedule
from bot.pipeline.protocols import Directory
from bot.pipeline.schedule_shelf import ScheduleShelf


class WithSchedules(Directory):
    """Implements `Directory` over *directory*: the schedules on *shelf* are actors, too."""

    def __init__(self, directory: Directory, shelf: ScheduleShelf) -> None:
        self._directory = directory
        self._shelf = shelf

    @override
    async def actor(self, team: str, user: str) -> Actor:
        """See `Directory.actor`."""
        if not is_schedule(user):
            return await self._directory.actor(team, user)
        found = await self._shelf.get(team, user)
        if found is None:
            raise NotAllowed(
                f"There is no schedule {user!r} any more.", fix="`/ops schedule.list` shows all."
            )
        return found.actor

    @override
    async def people(self, team: str) -> Sequence[Actor]:
        """See `Directory.people`."""
        return await self._directory.people(team)

    @override
    async def channel(self, team: str, channel: str) -> Channel:
        """See `Directory.channel`."""
        return await self._directory.channel(team, channel)
