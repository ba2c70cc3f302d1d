"""`kill -9` at any vendor's door while a press is carried out: one of everything, told truly."""

import itertools
import random
from pathlib import Path

import pytest

from tests.scenarios.blazes import LIMBS, Ambush, Blaze, blaze
from tests.scenarios.child import Life
from tests.scenarios.truth import ONE_OF_EACH, counts, headers_of, shown, untrue
from tests.world import Flavour

DOORS = (
    ("slack", "conversations.create", 1),
    ("slack", "conversations.setPurpose", 1),
    ("slack", "conversations.invite", 1),
    ("slack", "chat.postMessage", 1),
    ("slack", "chat.postMessage", 2),
    ("slack", "chat.postMessage", 3),
    ("slack", "chat.getPermalink", 1),
    ("slack", "conversations.setTopic", 1),
    ("slack", "pins.add", 1),
    ("page", "POST /incidents", 1),
    ("page", "GET /incidents/{id}", 1),
    ("ticket", "POST /rest/api/3/issue", 1),
    ("ticket", "GET /rest/api/3/issue/{issueIdOrKey}", 1),
    ("status", "POST /v1/pages/{page}/incidents", 1),
)
"""Where a press knocks: the vendor, the way, and which call by that way."""

WHENS = ("before", "inside", "after")
MATRIX = tuple(itertools.product(DOORS, WHENS))
SAMPLED = 2
LATEST = 0.08
"""Seconds after an answer left, within which the bot is killed that waits for it."""

ON_ONE = pytest.mark.parametrize("flavour", [Flavour.HTTP], indirect=True)

Point = tuple[tuple[str, str, int], str]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Draw the sample by the seed that pytest prints: `--randomly-seed` draws the same again."""
    if "sampled" in metafunc.fixturenames:
        seed = metafunc.config.getoption("randomly_seed", "default")
        drawn = random.Random(seed).sample(MATRIX, SAMPLED)  # noqa: S311  Nothing to guess here.
        metafunc.parametrize("sampled", drawn, ids=_called)


def _called(point: Point) -> str:
    (vendor, way, nth), when = point
    return f"{when} {vendor} {way} {nth}".replace("/", "-")


def ambush(here: Blaze, point: Point, life: Life) -> Ambush:
    """Lay an ambush for *life* at *point*."""
    (vendor, way, nth), when = point
    drawn = random.Random(f"{point}").uniform(0, LATEST)  # noqa: S311  Nothing to guess here.
    laid = Ambush(way, when, life.process.kill, nth=nth, after=drawn)
    here.lays(vendor, laid)
    return laid


async def assert_whole(here: Blaze) -> None:
    """Compare what the vendors have, what the record claims and what the room reads."""
    (incident,) = await here.left()
    assert untrue(here, incident) == []
    assert counts(here, incident) == dict(ONE_OF_EACH)
    assert [x.name for x in incident.limbs if x.state != "done"] == []
    assert len(incident.limbs) == LIMBS
    assert shown(here.text_of(headers_of(here, incident)[0]), incident)
    assert len(here.pagerduty.pages[0].woken) == 1


async def killed_at(point: Point, folder: Path) -> None:
    """Kill the only bot at *point*; its next life goes on."""
    async with blaze(folder) as here:
        here.jira.index_lag = 600.0
        async with here.home.life() as life:
            laid = ambush(here, point, life)
            await here.declares()
            await laid.sprung.wait()
            await life.process.wait()
        async with here.home.life() as last:
            await here.is_whole()
            code = await last.ends()

        assert code == 0
        await assert_whole(here)


async def taken_over_at(point: Point, folder: Path) -> None:
    """Kill one of two bots at *point*; the other one goes on."""
    async with blaze(folder) as here:
        here.jira.index_lag = 600.0
        bots = here.fleet()
        try:
            await bots.starts(0)
            await bots.starts(1)
            # Whoever stands still takes nothing: so it is known who carries the press out.
            bots.freezes(1)
            bots.delivers_to(0)
            laid = ambush(here, point, bots.lives[0])
            await here.declares()
            await laid.sprung.wait()
            await bots.lives[0].process.wait()
            bots.thaws(1)
            await bots.dies(0)
            await here.is_whole()
            code = await bots.lives[1].ends()
        finally:
            for number in list(bots.lives):
                await bots.dies(number)

        assert code == 0
        await assert_whole(here)


@ON_ONE
@pytest.mark.every_flavour
async def test_a_press_that_is_killed_at_a_vendors_door_is_whole_in_the_next_life(
    sampled: Point, tmp_path: Path
) -> None:
    await killed_at(sampled, tmp_path)


@pytest.mark.soak
@pytest.mark.every_flavour
@ON_ONE
@pytest.mark.parametrize("point", MATRIX, ids=_called)
async def test_a_press_is_whole_wherever_it_was_killed(point: Point, tmp_path: Path) -> None:
    await killed_at(point, tmp_path)


@pytest.mark.soak
@pytest.mark.every_flavour
@pytest.mark.parametrize("flavour", [Flavour.REPLICAS], indirect=True)
@pytest.mark.parametrize("point", MATRIX, ids=_called)
async def test_a_press_is_taken_over_wherever_it_was_killed(point: Point, tmp_path: Path) -> None:
    await taken_over_at(point, tmp_path)
