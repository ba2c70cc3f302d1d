"""Whatever point `kill -9` comes at: the run goes on, and nothing happens twice."""

import asyncio
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
from tests.scenarios.process import ACK, ACKED
from tests.world import Flavour

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
# The points around an ack lie in the answer to a request.
BY_HTTP = pytest.mark.parametrize("flavour", [Flavour.HTTP, Flavour.REPLICAS], indirect=True)
SAMPLED = 4
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
        with home(folder, slack) as place:
            yield Scene(place, slack, ada, ops)


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


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Draw the sample by the seed that pytest prints: `--randomly-seed` draws the same again."""
    if "sampled" in metafunc.fixturenames:
        seed = metafunc.config.getoption("randomly_seed", "default")
        drawn = random.Random(seed).sample(MATRIX, SAMPLED)  # noqa: S311  Nothing to guess here.
        metafunc.parametrize("sampled", drawn, ids=", ".join)


def second_kill(operation: str, point: str, seed: int) -> list[str]:
    """Draw a point that the next life reaches, too; none by the first seed.

    Points inside a step are not reached where that step is done, as any limb's may be.
    """
    later = POINTS[POINTS.index(point) :]
    reached = later if operation == "drill.three" else [p for p in POINTS if p.startswith("after")]
    drawn = random.Random(f"{operation} {point} {seed}")  # noqa: S311  Nothing to guess here.
    return [drawn.choice(reached)] if seed else []


async def test_a_run_that_is_killed_goes_on_where_it_was(
    sampled: tuple[str, str], tmp_path: Path
) -> None:
    operation, point = sampled

    await killed_at([point], operation, tmp_path, "as it was")


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(SEEDS))
@pytest.mark.parametrize(("operation", "point"), MATRIX)
async def test_a_run_goes_on_wherever_it_is_killed_once_or_twice(
    operation: str, point: str, seed: int, tmp_path: Path
) -> None:
    points = [point, *second_kill(operation, point, seed)]

    await killed_at(points, operation, tmp_path, "as it was")


@pytest.mark.parametrize("code", [version for version in VERSIONS if version != "as it was"])
async def test_a_run_whose_code_changed_while_the_bot_was_down_still_finishes(
    code: str, tmp_path: Path
) -> None:
    await killed_at(["inside second, after its effect"], "drill.three", tmp_path, code)


@BY_HTTP
async def test_what_was_recorded_and_not_yet_handed_on_is_found_after_a_kill(
    tmp_path: Path,
) -> None:
    async with scene(tmp_path) as here:
        async with here.home.life(stop_at=ACKED, paused=True) as life:
            answered = await here.asks("drill.three")
            await life.reaches(ACKED)
            await life.kill()
        called_before = here.home.ledger.calls()
        async with here.home.life() as last:
            await here.is_told("· done ·")
            await last.ends()
        left = await left_in(here.home)

        assert answered
        assert called_before == []
        assert_ended_once(here, left)


@BY_HTTP
async def test_who_asks_again_after_a_kill_in_the_middle_of_the_answer_gets_the_first_answer(
    tmp_path: Path,
) -> None:
    async with scene(tmp_path) as here:
        async with here.home.life(stop_at=ACK) as life:
            asking = asyncio.create_task(here.asks("drill.three"))
            await life.reaches(ACK)
            await life.kill()
            answered = await asking
        async with here.home.life() as last:
            again = await here.slack.redelivers()
            await here.is_told("· done ·")
            await last.ends()
        left = await left_in(here.home)

        assert not answered
        assert again.ok
        assert "On it" in again.text
        assert_ended_once(here, left)
