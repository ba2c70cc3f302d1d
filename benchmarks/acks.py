"""What an ack costs the server: ours, of a permitted and recorded CHANGE, beside a bare Bolt's."""

import itertools
import statistics
from dataclasses import dataclass

from benchmarks.load import closed_loop, lines
from benchmarks.processes import Served
from benchmarks.stage import Stage

WARM_UP = 300
REQUESTS = 1000
ROUNDS = 4


@dataclass(frozen=True)
class Pair:
    """Seconds of CPU per ack, in each round, with so many *connections*."""

    connections: int
    bare: list[float]
    ours: list[float]

    @property
    def ratios(self) -> list[float]:
        """Return ours over the bare one's, lowest first."""
        return sorted(o / b for o, b in zip(self.ours, self.bare, strict=True))

    @property
    def ratio(self) -> float:
        """Return the median ratio."""
        return statistics.median(self.ratios)


def typical(costs: list[float]) -> float:
    """Return the median of *costs*."""
    return statistics.median(costs)


def say(number: int) -> str:
    """Return a CHANGE that was never asked for before, of a person never heard of."""
    return f'users.suspend u{number}@example.com reason="card testing, case {number}"'


async def measure(stage: Stage, name: str = "acks") -> list[Pair]:
    """Compare with 1 and with 8 connections."""
    numbers = itertools.count()

    async def cost(server: Served, connections: int, requests: int) -> float:
        bodies = [stage.ada.body(say(next(numbers))) for _ in range(requests)]
        async with lines(server.port, stage.slack.signing_secret, connections) as to:
            before = server.cpu()
            await closed_loop(to, bodies)
            return (server.cpu() - before) / requests

    pairs = {1: Pair(1, [], []), 8: Pair(8, [], [])}
    async with stage.bare() as bare, stage.bot(name, "--paused") as ours:
        for server in (bare, ours):
            await cost(server, 8, WARM_UP)
        for _ in range(ROUNDS):
            for connections, pair in pairs.items():
                pair.bare.append(await cost(bare, connections, REQUESTS))
                pair.ours.append(await cost(ours, connections, REQUESTS))
    _all_taken(stage, name)
    return list(pairs.values())


def _all_taken(stage: Stage, name: str) -> None:
    """Raise RuntimeError unless each ask of ours was permitted and its intent recorded."""
    wanted = WARM_UP + 2 * ROUNDS * REQUESTS
    taken = stage.count(name, "invocation WHERE state = 'accepted'")
    intents = stage.count(name, "audit_event WHERE stage = 'intent'")
    if not taken == intents == wanted:
        raise RuntimeError(f"Of {wanted} asks {taken} were taken and {intents} recorded.")
