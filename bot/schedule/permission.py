"""Whether a person may have what a schedule asks for, as the rules say now.

What a schedule asks for is decided for the schedule. That lets nobody have through it what they
may not have: neither who makes it, runs it or takes it over, nor who reads it alone.
"""

from dataclasses import dataclass

from bot.domain.actor import Actor
from bot.domain.catalogue import Catalogue
from bot.domain.clock import Clock
from bot.domain.errors import NotAllowed
from bot.domain.ids import new_id
from bot.domain.invocation import Origin, Surface
from bot.domain.operation import Operation, Risk
from bot.domain.params import Params
from bot.domain.ports import Rules
from bot.domain.schedule import Schedule
from bot.pipeline.answers import Words
from bot.pipeline.deciding import refusal
from bot.pipeline.protocols import Directory
from bot.pipeline.recording import ClearCase
from bot.pipeline.surroundings import Surroundings
from bot.pipeline.understanding import understand


@dataclass(frozen=True)
class Permission:
    """Asks the rules. Each method returns why not, or None; each raises NotNow."""

    catalogue: Catalogue
    rules: Rules
    around: Surroundings
    directory: Directory
    clock: Clock

    async def refused(
        self, schedule: Schedule, operation: Operation, params: Params, who: Actor, door: Surface
    ) -> NotAllowed | None:
        """Say why *who* may not run *operation* at *door*, where *schedule* tells it."""
        now = self.clock.now()
        case = ClearCase(
            id=new_id(now),
            origin=Origin(surface=door, team=who.team, user=who.id, channel=schedule.channel),
            operation=operation.name,
            at=now,
            actor=who,
            declared=operation,
            params=params,
        )
        asked = await self.around.question(case, self.rules)
        decision = self.rules.decide(asked)
        return None if decision.allowed else refusal(decision, operation, who, asked)

    async def of(self, schedule: Schedule, who: Actor, door: Surface) -> NotAllowed | None:
        """Say why *who* may not run what *schedule* asks for, where that can be at all."""
        operation = self.catalogue.get(schedule.operation)
        if operation is None:
            return None
        said = understand(operation, Words(schedule.params), schedule.zone)
        if said.params is None:
            return None
        return await self.refused(schedule, operation, said.params, who, door)

    async def of_reader(self, schedule: Schedule) -> NotAllowed | None:
        """Say why the owner of *schedule* may not read what it tells them alone.

        What the settings hold somebody has looked at, and an owner who has left reads nothing.
        """
        operation = self.catalogue.get(schedule.operation)
        if schedule.declared or operation is None or operation.risk is not Risk.READ:
            return None
        try:
            owner = await self.directory.actor(schedule.team, schedule.owner)
        except NotAllowed:
            return None
        alone = schedule.model_copy(update={"channel": None})
        return await self.of(alone, owner, Surface.SLACK)
