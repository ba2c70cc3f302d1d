"""What is so while something is asked: the one place in which a question gets its facts."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol
from zoneinfo import ZoneInfo

from bot.domain.clock import Clock
from bot.domain.decision import Question, Situation, TargetFacts
from bot.domain.errors import NotNow
from bot.domain.ports import Freezes, Rules, Trouble
from bot.pipeline.protocols import Counts, Directory, Tally
from bot.pipeline.recording import ClearCase

Targets = Mapping[str, Mapping[str, TargetFacts]]
"""What is known of targets, by the name of the field that holds them and by their id."""

WITHIN = 0.8
"""Seconds that the store may take to tell, for who asks waits for it."""

UTC = ZoneInfo("UTC")
UNKNOWN = TargetFacts()


class Counting(Protocol):
    """The book, as far as it counts."""

    async def counts(self, of: Tally, *, earlier: bool = False) -> Counts:
        """See `Book.counts`."""
        ...


@dataclass(frozen=True)
class ToldIncident:
    """The open incident, as the settings tell it."""

    name: str | None = None

    async def current(self, team: str) -> str | None:
        """See `Trouble.current`."""
        del team
        return self.name


@dataclass(frozen=True)
class Surroundings:
    """Puts cases as questions. No vendor is asked but by *directory*, which answers from memory.

    Weekdays and hours are counted in *zone*.
    """

    directory: Directory
    book: Counting
    freezes: Freezes
    clock: Clock
    incidents: Trouble = ToldIncident()
    zone: ZoneInfo = UTC
    targets: Targets = field(default_factory=dict)

    async def question(
        self,
        case: ClearCase,
        rules: Rules,
        *,
        counts: Counts | None = None,
        earlier: bool = False,
    ) -> Question:
        """Put *case* as a question to *rules*, with all that is so now; raises NotNow.

        *counts* are those that the book has just told; without them it is asked, where *rules* are.
        *earlier* leaves out the case itself and what was asked after it. The caller puts the
        question before it waits for anything: what *rules* count may change.
        """
        origin = case.origin
        place, people = origin.channel, self.directory
        channel = await people.channel(origin.team, place) if place else None
        incident = await self.incidents.current(origin.team)
        target = self._target(case)
        try:
            async with asyncio.timeout(WITHIN):
                active = await self.freezes.active(origin.team)
                if counts is None and rules.counts(case.declared):
                    counts = await self.book.counts(case.tally, earlier=earlier)
        except TimeoutError:
            raise NotNow(
                f"The store does not answer within {WITHIN:g} s, so nothing was decided.",
                fix="Ask again in a minute.",
            ) from None
        frozen = next((f for f in active if f.covers(target.environment)), None)
        counts = counts or Counts()
        return Question(
            actor=case.actor,
            operation=case.declared,
            params=case.params,
            surface=origin.surface.value,
            now=self.clock.now().astimezone(self.zone),
            channel=channel,
            around=Situation(
                recent=counts.recent,
                recent_target=counts.recent_target,
                freeze=frozen is not None,
                incident=incident,
                target=target,
                frozen=frozen,
            ),
        )

    def _target(self, case: ClearCase) -> TargetFacts:
        kind = case.declared.target
        known = self.targets.get(kind, {}) if kind else {}
        return known.get(case.target or "", UNKNOWN)


def counted(asked: Question, rules: Rules) -> Counts | None:
    """Return the counts that *asked* tells, or None where no rule asks for them."""
    if not rules.counts(asked.operation):
        return None
    return Counts(asked.around.recent, asked.around.recent_target)
