"""Named points in a run, at which a test may hold it."""

import asyncio
from typing import Protocol


class Gate(Protocol):
    """Stands at a point."""

    async def arrive(self, point: str) -> None:
        """Return when the run may go on."""
        ...


class Hold:
    """Holds a run until it is let go; *reached* is set once it is there."""

    def __init__(self) -> None:
        self.reached = asyncio.Event()
        self._opened = asyncio.Event()

    async def arrive(self, point: str) -> None:
        """See `Gate.arrive`."""
        del point
        self.reached.set()
        await self._opened.wait()

    def let_go(self) -> None:
        """Let the run go on."""
        self._opened.set()


_gates: dict[str, Gate] = {}


def guard(point: str, gate: Gate) -> None:
    """Let *gate* stand at *point*."""
    _gates[point] = gate


def hold(point: str) -> Hold:
    """Hold whoever comes to *point*."""
    gate = Hold()
    guard(point, gate)
    return gate


def unguard() -> None:
    """Take all gates away."""
    _gates.clear()


async def pass_by(point: str) -> None:
    """Come to *point*: go on unless a gate stands there."""
    gate = _gates.get(point)
    if gate is not None:
        await gate.arrive(point)
