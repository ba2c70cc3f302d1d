"""What a drill makes fail, at our own side: no vendor is asked for it, and none is harmed."""

import functools
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from bot.authoring import Clock, OutcomeUnknown, Unreachable
from commands.incident.limbs import Hands

SLOW = 5.0
"""Seconds that a slow vendor takes longer for each answer."""

Call = Callable[..., Awaitable[Any]]
Fault = Callable[[Call, Clock], Call]
"""Returns what is called in place of a port's method."""


class ScenarioName(StrEnum):
    """What can be rehearsed."""

    CALM = "calm"
    JIRA_DOWN = "jira_down"
    PAGER_SILENT = "pager_silent"
    SLACK_SLOW = "slack_slow"


@dataclass(frozen=True)
class Scenario:
    """One rehearsal: *fault* befalls what *hand* of a press reaches; *told* stands in the room."""

    told: str
    hand: str | None = None
    fault: Fault | None = None

    def around(self, hands: Hands, clock: Clock) -> Hands:
        """Return *hands* to which it happens."""
        if self.hand is None or self.fault is None:
            return hands
        broken = _Faulty(getattr(hands, self.hand), self.fault, clock)
        changed: dict[str, Any] = {self.hand: broken, "failing": frozenset({self.hand})}
        return replace(hands, **changed)


class _Faulty:
    """A port to which *fault* happens, whatever is asked of it."""

    def __init__(self, port: object, fault: Fault, clock: Clock) -> None:
        self._port = port
        self._fault = fault
        self._clock = clock

    def __getattr__(self, name: str) -> Call:
        """Return the method *name* as it is in the drill, with the signature it always has."""
        call: Call = getattr(self._port, name)
        return functools.wraps(call)(self._fault(call, self._clock))


def _down(call: Call, clock: Clock) -> Call:
    del call, clock

    async def refuse(*_: object, **__: object) -> Any:
        raise Unreachable(
            "The drill makes Jira fail.", fix="Try again: this time it is let through."
        )

    return refuse


def _silent(call: Call, clock: Clock) -> Call:
    del clock
    # What only looks finds nothing: whether somebody was woken is what nobody can tell now.
    looks = call.__name__.startswith("find")

    async def lose(*_: object, **__: object) -> Any:
        if looks:
            raise Unreachable("The drill makes the pager silent.")
        raise OutcomeUnknown(
            "The drill makes the pager silent; as far as anybody can tell it may have paged.",
            fix="Call by telephone, or try again: this time it is let through.",
        )

    return lose


def _slow(call: Call, clock: Clock) -> Call:
    async def wait(*args: object, **kwargs: object) -> Any:
        await clock.sleep(SLOW)
        return await call(*args, **kwargs)

    return wait


SCENARIOS: Mapping[ScenarioName, Scenario] = MappingProxyType(
    {
        ScenarioName.CALM: Scenario("Drill: nothing is made to fail."),
        ScenarioName.JIRA_DOWN: Scenario("Drill: Jira is made to fail.", "tracker", _down),
        ScenarioName.PAGER_SILENT: Scenario(
            "Drill: the pager is made to lose its answer.", "pager", _silent
        ),
        ScenarioName.SLACK_SLOW: Scenario(
            f"Drill: Slack is made to answer {SLOW:g} seconds late.", "chat", _slow
        ),
    }
)
"""Every scenario by its name."""
