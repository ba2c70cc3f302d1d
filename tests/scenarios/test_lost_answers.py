"""A write whose answer is lost: said so, and settled by looking."""

from pathlib import Path

import pytest

from bot.domain.invocation import State
from bot.pipeline.settling import LOOKS
from tests.clock import CorrectedClock
from tests.scenarios.child import eventually
from tests.scenarios.drilled import drill, drilled, in_channel, reads

pytestmark = pytest.mark.usefixtures("ledger")
MAYBE = "It may have happened, and it may not: an answer was lost."
LOOKING = "We are looking what came of it"


@pytest.mark.parametrize(
    ("seen", "stands", "words", "state"),
    [
        ("yes", "· done ·", "it happened", State.SUCCEEDED),
        ("its_key", "· done ·", "it happened", State.SUCCEEDED),
        ("no", "· failed ·", "it did not happen", State.FAILED),
    ],
)
async def test_a_lost_answer_is_told_and_then_settled_by_what_the_probe_sees(
    seen: str, stands: str, words: str, state: State, tmp_path: Path
) -> None:
    async with drilled(tmp_path) as here:
        async with drill(here, "drill.lose", name="friday", seen=seen):
            await reads(here, here.ada, MAYBE)
        before = in_channel(here.slack, here.ada)[0].text
        await reads(here, here.ada, stands)
        after = in_channel(here.slack, here.ada)[0].text
        settled = [e["detail"]["state"] for e in await here.events() if e["stage"] == "settled"]
        stages = await here.stages()
        ended = await here.bot.kept.book.in_state({state})

    assert "· outcome unknown ·" in before
    assert LOOKING in before
    assert words in after
    assert MAYBE not in after
    assert settled == [state.value]
    assert stages.count("outcome") == 1
    assert len(ended) == 1


async def test_what_no_look_can_tell_stays_unknown_and_people_are_asked_to_look(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    clock = CorrectedClock()
    async with drilled(tmp_path, clock) as here:
        async with drill(here, "drill.lose", name="friday", seen="nothing"):
            await reads(here, here.ada, LOOKING)

        def later() -> bool:
            clock.pass_(max(LOOKS))
            return "no look could tell" in caplog.text

        await eventually(later, within=30)
        await reads(here, here.ada, "nothing else settles it")
        unknown = await here.bot.kept.book.in_state({State.UNKNOWN})
        stages = await here.stages()

    assert len(unknown) == 1
    assert "settled" not in stages
