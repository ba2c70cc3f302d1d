"""One press while any vendors are in trouble: what is so is done, and what is not is said."""

import asyncio
import itertools
import random
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from bot.domain.clock import SystemClock
from bot.domain.incident import STUCK, Incident, Limb
from playground.faults import Faults
from tests.clock import CorrectedClock
from tests.scenarios.fires import Fire, fire, limb
from tests.scenarios.truth import ONE_OF_EACH, claims, counts, headers_of, shown, untrue

VENDORS = ("page", "ticket", "status_page")
"""The limbs that another vendor than Slack carries."""

SUBSETS = tuple(
    tuple(name for name, hit in zip(("slack", *VENDORS), hits, strict=True) if hit)
    for hits in itertools.product((False, True), repeat=4)
)
KINDS = ("down", "lossy", "rate_limited", "server_error")
MATRIX = tuple(itertools.product(SUBSETS, KINDS))
SAMPLED = 3
SLOW = 0.25
"""Seconds that Slack takes for each call while it is slow: a press makes a dozen in a row."""

ALONE = 6.0
"""Seconds within which a limb ends whose vendor is well, whatever becomes of the others."""

RESTED = 31.0
"""Seconds after which a vendor that was silent is asked again (`integrations.guard.Limits`)."""

INCIDENT = {"severities": {"SEV2": {"status_page": "publish"}}}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Draw the sample by the seed that pytest prints: `--randomly-seed` draws the same again."""
    if "sampled" in metafunc.fixturenames:
        seed = metafunc.config.getoption("randomly_seed", "default")
        drawn = random.Random(seed).sample(MATRIX, SAMPLED)  # noqa: S311  Nothing to guess here.
        metafunc.parametrize("sampled", drawn, ids=_called)


def _called(case: tuple[tuple[str, ...], str]) -> str:
    return f"{'+'.join(case[0]) or 'nothing'} {case[1]}"


def faults_of(here: Fire) -> Mapping[str, Faults]:
    """Return where the trouble of each limb's vendor is switched on."""
    return {
        "slack": here.slack.workspace.faults,
        "page": here.pagerduty.faults,
        "ticket": here.jira.faults,
        "status_page": here.page.faults,
    }


def strike(here: Fire, struck: tuple[str, ...], kind: str) -> None:
    """Let each of the *struck* be in trouble of this *kind*; Slack is slow."""
    for name in struck:
        faults = faults_of(here)[name]
        match name, kind:
            case "slack", _:
                faults.slow(SLOW)
            case _, "down":
                faults.down()
            case _, "lossy":
                faults.lossy()
            case _, "rate_limited":
                faults.rate_limit(times=4, retry_after=1)
            case _:
                faults.server_error()


@asynccontextmanager
async def watched(here: Fire) -> AsyncIterator[list[str]]:
    """Hold record and header against the vendors, again and again until the block ends."""
    lies: list[str] = []

    async def watch() -> None:
        while True:
            await SystemClock().sleep(0.02)
            incident = await here.desk.shelf.numbered(here.slack.team_id, 1)
            if incident is None:
                continue
            lies.extend(untrue(here, incident))
            for header in headers_of(here, incident):
                text = here.text_of(header)
                newer = await here.desk.get(incident.id)
                lies.extend(f"the card: {x}" for x in untrue_card(here, newer, text))

    watching = asyncio.ensure_future(watch())
    try:
        yield lies
    finally:
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching


def untrue_card(here: Fire, incident: Incident, text: str) -> list[str]:
    """Return what the header's *text* says is done and the vendor does not have."""
    there = counts(here, incident)
    return [name for name in claims(text, incident) if there.get(name) == 0]


async def ended_after(here: Fire, incident: Incident) -> dict[str, float]:
    """Return after how many seconds each limb had ended."""
    lines = await here.desk.timeline(incident.id)
    return {
        one.source.split()[1]: (one.at - incident.at).total_seconds()
        for one in lines
        if one.source.startswith("limb ")
    }


async def made_whole(here: Fire, incident: Incident) -> Incident:
    """Press Retry in the header for whatever is stuck, until nothing is."""
    for stuck in [x for x in incident.limbs if x.state in STUCK]:
        await retried(here, incident, stuck)
    return await here.desk.get(incident.id)


async def retried(here: Fire, incident: Incident, stuck: Limb) -> None:
    """Press Retry for the limb that is *stuck*, and wait until it is done."""
    label = f"Retry: {stuck.label}"
    await here.slack.until(lambda: here.offers(incident, label), 15)
    await here.slack.presses(here.world.ada, label, here.header(incident))
    await here.until(lambda i: limb(i, stuck.name).state == "done", incident.number)


async def survives(struck: tuple[str, ...], kind: str, folder: Path) -> None:
    """Declare while the vendors are *struck*; then let them be well again, and press Retry."""
    clock = CorrectedClock()
    async with fire(folder, clock, incident=INCIDENT, announced=True) as here:
        strike(here, struck, kind)
        async with watched(here) as lies:
            first = await here.declares()
            took = await ended_after(here, first)
            for faults in faults_of(here).values():
                faults.clear()
            clock.pass_(RESTED)
            whole = await made_whole(here, first)
        room = here.slack.workspace.channels[whole.room or ""]
        await here.slack.until(lambda: here.grace.id in room.members, 15)
        await here.slack.until(lambda: shown(here.text_of(here.header(whole).said), whole), 15)
        there = counts(here, whole)
        complaints = [c for v in (here.pagerduty, here.jira, here.page) for c in v.complaints]

        assert lies == []
        assert there == dict(ONE_OF_EACH)
        assert {x.name: x.state.value for x in whole.limbs if x.state != "done"} == {}
        held = {name: s for name, s in took.items() if name not in struck and s > ALONE}
        assert held == {}, f"limbs that others held up, of {took}"
        if kind in {"down", "server_error"}:
            hit = {x.name for x in first.limbs if x.state in STUCK}
            assert hit == set(struck) - {"slack"}
        assert complaints == []


async def test_a_press_in_trouble_claims_what_is_so_and_a_retry_makes_it_whole(
    sampled: tuple[tuple[str, ...], str], tmp_path: Path
) -> None:
    struck, kind = sampled

    await survives(struck, kind, tmp_path)


@pytest.mark.soak
@pytest.mark.parametrize(("struck", "kind"), MATRIX)
async def test_a_press_in_any_trouble_claims_what_is_so_and_a_retry_makes_it_whole(
    struck: tuple[str, ...], kind: str, tmp_path: Path
) -> None:
    await survives(struck, kind, tmp_path)
