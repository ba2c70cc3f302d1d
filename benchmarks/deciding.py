"""What a decision takes, and an answer to who may, beside plain Python over the same rules."""

import asyncio
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from time import process_time

from benchmarks import ruled
from benchmarks.page import Figure, table
from bot.domain.actor import Actor
from bot.domain.clock import SystemClock
from bot.domain.decision import Channel
from bot.pipeline.explaining import Explaining
from policies.engine import CedarRules
from policies.facts import request_of
from tests.policies.quiet import quiet

DECISIONS = 3000
MEMBERS = 1000
TIMES = 5
DECISION, WHO_MAY = 0.001, 0.5
"""The targets, in seconds of CPU: whoever else uses the machine does not count."""


@dataclass(frozen=True)
class Town:
    """Everybody who is known."""

    everybody: Sequence[Actor]

    async def people(self, team: str) -> Sequence[Actor]:
        """Return all of *team*."""
        return [person for person in self.everybody if person.team == team]

    async def actor(self, team: str, user: str) -> Actor:
        """Return the one of that name."""
        return next(p for p in self.everybody if (p.team, p.id) == (team, user))

    async def channel(self, team: str, channel: str) -> Channel:
        """Return a channel of which nothing is known."""
        return Channel(f"{team}/{channel}"[-20:])


@dataclass(frozen=True)
class Took:
    """Seconds of CPU of each decision, by the engine and by plain Python."""

    ours: list[float]
    plain: list[float]

    @property
    def ratio(self) -> float:
        """Return how many times as long ours takes, in the middle."""
        return statistics.median(self.ours) / statistics.median(self.plain)


def _itself(rules: CedarRules) -> CedarRules:
    return rules


def decisions() -> Took:
    """Decide for one person after the other, and see that both say the same."""
    both = ruled.rules()
    in_force = both.cedar(ruled.catalogue())
    took = Took([], [])
    for asked in ruled.questions(ruled.people(), DECISIONS):
        start = process_time()
        decision = in_force.decide(asked)
        took.ours.append(process_time() - start)
        request, names = request_of(asked), ruled.names_of(asked.operation)
        start = process_time()
        allowed, deciding = both.check(request, names)
        took.plain.append(process_time() - start)
        if (decision.allowed, frozenset(decision.rules)) != (allowed, deciding):
            raise RuntimeError(f"They differ: {decision} is not {allowed} by {deciding}.")
    return took


async def who_may() -> float:
    """Return the median seconds of CPU to say who may, by rules that were never asked before."""
    town, known = Town(ruled.people(MEMBERS)), ruled.catalogue()
    suspend = known.get("users.suspend")
    if suspend is None:
        raise LookupError("users.suspend")
    both, took = ruled.rules(), []
    for _ in range(TIMES):
        in_force = both.cedar(known)
        explaining = Explaining(partial(_itself, in_force), quiet(town, SystemClock()))
        start = process_time()
        await explaining.who_may(town.everybody[0], suspend, "", "slack", None)
        took.append(process_time() - start)
    return statistics.median(took)


async def figures() -> list[Figure]:
    """Measure, and return the lines of the table."""
    took, asked = decisions(), await who_may()
    ours = statistics.quantiles(took.ours, n=100)
    plain = statistics.median(took.plain)
    found = (
        f"{ours[49] * 1e3:.2f} ms (95 of 100 within {ours[94] * 1e3:.2f} ms); "
        f"{took.ratio:.0f} times plain Python's {plain * 1e6:.0f} µs"
    )
    what = f"a decision at {ruled.RULES} rules, {ruled.PEOPLE:,} people known"
    return [
        Figure(what, found, f"under {DECISION * 1e3:g} ms", ours[49] < DECISION),
        Figure(
            f"who may, of {MEMBERS:,} people, asked for the first time",
            f"{asked:.2f} s",
            f"under {WHO_MAY:g} s",
            asked < WHO_MAY,
        ),
    ]


if __name__ == "__main__":
    print(table(asyncio.run(figures())))
