"""Whatever point `kill -9` comes at: the run goes on, and nothing happens twice."""

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.domain.invocation import State, StepState
from playground.driver import PretendSlack
from playground.model import Channel, Person
from tests.scenarios.child import Home, Left, home, left_in
from tests.scenarios.operations import STEPS, VERSIONS
from tests.scenarios.process import ACK

POINTS = tuple(
    point
    for step in STEPS
    for point in (
        f"before {step}",
        f"inside {step}, before its effect",
        f"inside {step}, after its effect",
        f"after {step}",
    )
)
OPERATIONS = ("drill.three", "drill.fan")
MATRIX = tuple((operation, point) for operation in OPERATIONS for point in POINTS)
SEED = random.SystemRandom().randrange(10**6)
SAMPLED = 5
SEEDS = 3


@dataclass(frozen=True)
class Scene:
    """A bot's home, and who works there."""

    home: Home
    slack: PretendSlack
    ada: Person
    ops: Channel

    async def asks(self, operation: str) -> bool:
        """Let Ada type; say whether the bot answered."""
        reply = await self.slack.types(self.ada, f"/ops {operation} name=friday", self.ops)
        return reply.ok

    async def is_told(self, words: str) -> None:
        """Wait until the channel reads *words*."""
        await self.slack.until(lambda: words in self.slack.sees(self.ada).text, within=20)

    def told(self) -> list[str]:
        """Return the messages that everybody in the channel sees."""
        return [m.text for m in self.slack.sees(self.ada).messages if not m.ephemeral]

    def was_called_before(self, pid: int) -> set[str]:
        """Return the steps that any process but *pid* called."""
        return {line.step for line in self.home.ledger.calls() if line.pid != pid}

    def was_called_by(self, pid: int) -> set[str]:
        """Return the steps that the process *pid* called."""
        return {line.step for line in self.home.ledger.calls() if line.pid == pid}


@asynccontextmanager
async def scene(folder: Path) -> AsyncIterator[Scene]:
    async with PretendSlack.open() as slack:
        ada = slack.person("ada", groups=["support-leads"])
        ops = slack.channel("ops", members=[ada])
        yield Scene(home(folder, slack), slack, ada, ops)


def done_steps(left: Left) -> set[str]:
    """Return the steps that were done when the bot died."""
    return {s.name for steps in left.steps.values() for s in steps if s.state is StepState.DONE}


def assert_ended_once(here: Scene, left: Left, steps: tuple[str, ...] = STEPS) -> None:
    """Compare what the store, the record, the world and the channel say of one run that is over."""
    assert [i.state for i in left.invocations] == [State.SUCCEEDED]
    assert len(left.stages("intent")) == 1
    assert [e["detail"]["state"] for e in left.stages("outcome")] == ["succeeded"]
    assert set(steps) <= done_steps(left)
    effects = here.home.ledger.effects()
    assert set(effects.values()) == {1}
    assert len(here.told()) == 1
    assert "· done ·" in here.told()[0]


async def killed_at(points: list[str], operation: str, folder: Path, code: str) -> None:
    """Run *operation*, killed at each of *points*; the last life has *code*."""
    async with scene(folder) as here:
        done: set[str] = set()
        for number, point in enumerate(points):
            async with here.home.life(stop_at=point) as life:
                assert number or await here.asks(operation)
                await life.reaches(point)
                await life.kill()
                assert not done & here.was_called_by(life.process.pid)
            done = done_steps(await left_in(here.home))
        async with here.home.life(code=code) as last:
            await here.is_told("· done ·")
            code_at_end = await last.ends()
        left = await left_in(here.home)

        assert code_at_end == 0
        assert not done & here.was_called_by(last.process.pid)
        assert_ended_once(here, left, VERSIONS[code])
        assert code != "as it was" or len(here.home.ledger.effects()) == len(STEPS)


@pytest.mark.parametrize(
    ("operation", "point"), random.Random(SEED).sample(MATRIX, SAMPLED), ids=lambda v: f"{v}"
)
async def test_a_run_that_is_killed_goes_on_where_it_was(
    operation: str, point: str, tmp_path: Path
) -> None:
    await killed_at([point], operation, tmp_path, "as it was")
