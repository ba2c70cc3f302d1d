"""Operations that go wrong in the middle: what is told fits what happened."""

from pathlib import Path

from bot.domain.invocation import State, StepState
from tests.scenarios.drilled import drill, drilled, in_channel, reads
from tests.scenarios.ledger import Ledger
from tests.scenarios.points import hold


async def test_the_newest_word_of_how_far_a_run_is_is_shown_however_soon_it_came(
    tmp_path: Path, ledger: Ledger
) -> None:
    async with drilled(tmp_path) as here:
        gate = hold("telling")
        async with drill(here, "drill.tells", name="friday"):
            await reads(here, here.ada, "two of two")
            gate.let_go()
            await reads(here, here.ada, "· done ·")
        told = in_channel(here.slack, here.ada)[0].text

    assert "two of two" not in told
    assert ledger.calls() == []


async def test_a_run_whose_limb_refuses_ends_only_when_the_other_limb_has(
    tmp_path: Path, ledger: Ledger
) -> None:
    async with drilled(tmp_path) as here:
        gate = hold("inside first, before its effect")
        async with drill(here, "drill.torn", name="friday"):
            await gate.reached.wait()
            await reads(here, here.ada, "✗ refuse")
            going = await here.bot.kept.book.in_state({State.RUNNING})
            gate.let_go()
        await reads(here, here.ada, "· failed ·")
        steps = await here.bot.kept.book.steps(going[0].id)
        stages = await here.stages()

    assert {s.name: s.state for s in steps} == {"first": StepState.DONE, "refuse": StepState.FAILED}
    assert list(ledger.effects().values()) == [1]
    assert stages[-1] == "outcome"


async def test_a_limb_that_loses_its_answer_after_another_refused_leaves_the_end_unknown(
    tmp_path: Path, ledger: Ledger
) -> None:
    async with drilled(tmp_path) as here:
        gate = hold("fraying")
        async with drill(here, "drill.frayed", name="friday"):
            await gate.reached.wait()
            await reads(here, here.ada, "✗ refuse")
            gate.let_go()
        await reads(here, here.ada, "· outcome unknown ·")
        outcomes = [e for e in await here.events() if e["stage"] == "outcome"]

    assert [e["detail"]["state"] for e in outcomes] == ["unknown"]
    assert [call.step for call in ledger.calls()] == ["write"]


async def test_a_result_that_cannot_be_written_down_ends_its_run_all_the_same(
    tmp_path: Path, ledger: Ledger
) -> None:
    async with drilled(tmp_path) as here:
        async with drill(here, "drill.garbled", name="friday"):
            await reads(here, here.ada, "· outcome unknown ·")
        stages = await here.stages()

    assert stages.count("outcome") == 1
    assert list(ledger.effects().values()) == [1]
