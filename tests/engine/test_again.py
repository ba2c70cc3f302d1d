"""What has ended may be run once more, and nothing runs beside itself."""

import asyncio

from tests.engine.home import Home, running
from tests.engine.journal import Journal


async def test_what_has_ended_runs_again_when_it_is_asked_for_again(home: Home) -> None:
    journal = Journal()

    async with running(home, journal) as engine:
        await engine.enqueue("a")
        await journal.until_ended("a")
        await engine.drain(10)
        await engine.resume()
        await asyncio.gather(*(engine.again("a") for _ in range(3)))
        await journal.until_so_many_begun(2)
        await engine.drain(10)
        await engine.resume()
        await engine.again("a")
        await journal.until_so_many_begun(3)
        attempts = await engine.attempts("a"), await engine.attempts("b")

    assert journal.begun == ["a", "a", "a"]
    assert attempts == (3, 0)


async def test_what_waits_or_runs_is_not_run_again_beside_itself(home: Home) -> None:
    journal = Journal(hold=["held"])

    async with running(home, journal) as engine:
        await engine.enqueue("held")
        await journal.until_begun("held")
        await engine.again("held")
        await engine.pause()
        await engine.enqueue("waits")
        await engine.again("waits")
        attempts = await engine.attempts("held"), await engine.attempts("waits")

    assert attempts == (1, 1)


async def test_what_was_never_enqueued_may_be_asked_for_again(home: Home) -> None:
    journal = Journal()

    async with running(home, journal) as engine:
        await engine.again("a")
        await engine.again("ab")
        await journal.until_ended("a", "ab")
        attempts = await engine.attempts("a")

    assert sorted(journal.begun) == ["a", "ab"]
    assert attempts == 1


async def test_a_second_run_waits_is_measured_and_known_under_its_invocation(home: Home) -> None:
    journal = Journal()

    async with running(home, journal) as engine:
        await engine.enqueue("a")
        await journal.until_ended("a")
        await engine.drain(10)
        await engine.again("a")
        depth, _ = await engine.waiting()
        known = await engine.known(["a"])

    assert depth == 1
    assert known == {"a"}
