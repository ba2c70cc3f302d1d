"""Runs begin once, survive a stop, wait when told to, and are forgotten when old."""

import asyncio
import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import ParamSpec, TypeVar

import pytest
import uvloop
from typing_extensions import override

from bot.domain.clock import SystemClock
from bot.engine.durable import DurableEngine
from tests.engine.home import Home, InFile, running
from tests.engine.journal import Journal

P = ParamSpec("P")
T = TypeVar("T")
NONE_OLDER = timedelta(days=1)
ALL_OLDER = timedelta(days=-1)


class HeldThreads(ThreadPoolExecutor):
    """Threads of a loop that say when they are asked for work, and begin none before `go`."""

    def __init__(self) -> None:
        super().__init__(2)
        self.asked = asyncio.Event()
        self.go = threading.Event()

    @override
    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        def held() -> T:
            self.go.wait()
            return fn(*args, **kwargs)

        self.asked.set()
        return super().submit(held)


async def test_the_same_invocation_enqueued_three_times_runs_once(home: Home) -> None:
    journal = Journal()

    async with running(home, journal) as engine:
        await asyncio.gather(*(engine.enqueue("a") for _ in range(3)))
        await engine.enqueue("b")
        await journal.until_ended("a", "b")

    assert sorted(journal.begun) == ["a", "b"]


async def test_an_invocation_enqueued_again_after_it_ended_does_not_run_again(
    home: Home,
) -> None:
    journal = Journal()

    async with running(home, journal) as engine:
        await engine.enqueue("a")
        await journal.until_ended("a")
        await engine.drain(10)
        await engine.resume()
        await engine.enqueue("a")
        await engine.enqueue("b")
        await journal.until_ended("b")

    assert journal.begun == ["a", "b"]


@pytest.mark.parametrize(
    "loop", [asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"]
)
def test_a_run_and_its_second_coming_are_on_the_loop_that_started_the_engine(
    home: Home, loop: Callable[[], asyncio.AbstractEventLoop]
) -> None:
    loops: list[asyncio.AbstractEventLoop] = []

    async def story() -> None:
        for hold in ("a", ""):
            journal = Journal(hold=[hold])

            async def run(invocation: str, journal: Journal = journal) -> None:
                loops.append(asyncio.get_running_loop())
                await journal.run(invocation)

            async with home.living(run, 10) as engine:
                await engine.enqueue("a")
                await journal.until_begun("a")
        loops.append(asyncio.get_running_loop())

    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(story())

    assert len(loops) == 3
    assert len(set(loops)) == 1


async def test_a_run_cut_off_by_a_stop_runs_again_after_the_next_start(home: Home) -> None:
    first, second = Journal(hold=["a"]), Journal()

    async with running(home, first) as engine:
        await engine.enqueue("a")
        await first.until_begun("a")
    async with running(home, second):
        await second.until_ended("a")

    assert (first.cut, first.ended) == (["a"], [])
    assert second.begun == ["a"]


async def test_a_run_handed_out_while_the_engine_stops_is_left_for_the_next_start(
    home: Home,
) -> None:
    first, second, threads = Journal(), Journal(), HeldThreads()
    asyncio.get_running_loop().set_default_executor(threads)

    async with running(home, first) as engine:
        await engine.enqueue("a")
        await threads.asked.wait()
        await engine.drain(0)
    threads.go.set()
    async with running(home, second):
        await second.until_ended("a")

    assert (first.begun, second.begun) == ([], ["a"])
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_a_drain_waits_for_what_has_begun_and_counts_what_is_left(home: Home) -> None:
    journal = Journal(hold=["slow"])

    async with running(home, journal) as engine:
        await engine.enqueue("slow")
        await journal.until_begun("slow")
        left = await engine.drain(0.01)
        journal.release.set()
        left_later = await engine.drain(10)

    assert (left, left_later) == (1, 0)
    assert journal.ended == ["slow"]


async def test_while_paused_nothing_begins_and_the_wait_is_measured(home: Home) -> None:
    journal = Journal()

    async with running(home, journal) as engine:
        await engine.pause()
        await engine.enqueue("a")
        await engine.enqueue("b")
        depth, age = await engine.waiting()
        begun_while_paused = list(journal.begun)
        await engine.resume()
        await journal.until_ended("a", "b")
        await engine.drain(10)
        depth_later = await engine.waiting()

    assert begun_while_paused == []
    assert depth == 2
    assert age is not None
    assert 0 <= age < 30
    assert depth_later == (0, None)


async def test_what_was_enqueued_while_paused_runs_after_the_next_start(home: Home) -> None:
    first, second = Journal(), Journal()

    async with running(home, first) as engine:
        await engine.pause()
        await engine.enqueue("a")
    async with running(home, second):
        await second.until_ended("a")

    assert first.begun == []


async def test_no_more_run_at_once_than_there_are_workers(home: Home) -> None:
    names = [f"run-{number}" for number in range(6)]
    journal = Journal(hold=names)

    async with running(home, journal, workers=2) as engine:
        await engine.pause()
        for name in names:
            await engine.enqueue(name)
        await engine.resume()
        await journal.until_so_many_begun(2)
        depth, _ = await engine.waiting()
        journal.release.set()
        await journal.until_ended(*names)

    assert journal.most == 2
    assert depth == 4


async def test_a_cancelled_caller_does_not_cancel_the_enqueue(home: Home) -> None:
    journal = Journal()

    async with running(home, journal) as engine:
        asking = asyncio.create_task(engine.enqueue("a"))
        asyncio.get_running_loop().call_soon(asking.cancel)
        await asyncio.wait([asking])
        await journal.until_ended("a")

    assert asking.cancelled()


async def test_a_run_may_enqueue_another_that_is_not_its_child(home: Home) -> None:
    journal = Journal()

    engines: list[DurableEngine] = []

    async def run(invocation: str) -> None:
        await journal.run(invocation)
        await engines[0].enqueue("second")

    async with home.living(run, 10) as engine:
        engines.append(engine)
        await engine.enqueue("first")
        await journal.until_ended("first", "second")

    assert journal.begun == ["first", "second"]


async def test_an_escaped_error_is_logged_and_ends_that_run_alone(
    home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = Journal(fail=["bad"]), Journal()

    async with running(home, first) as engine:
        await engine.enqueue("bad")
        await engine.enqueue("good")
        await first.until_begun("bad", "good")
        await engine.drain(10)
        known = await engine.known(["bad", "good"])
    async with running(home, second) as engine:
        await engine.enqueue("bad")
        await engine.enqueue("later")
        await second.until_ended("later")

    assert known == frozenset()
    assert second.begun == ["later"]
    assert [record.levelno for record in caplog.records] == [logging.ERROR]
    assert "bad" in caplog.records[0].getMessage()


async def test_the_words_of_an_escaped_error_are_not_in_the_engines_files(home: Home) -> None:
    journal = Journal(fail=["bad"])

    async with running(home, journal) as engine:
        await engine.enqueue("bad")
        await journal.until_begun("bad")
        await engine.drain(10)
        files = home.all_bytes()

    assert b"RunFailed" in files
    assert b"ada@example.com" not in files


async def test_the_engine_knows_what_waits_or_runs_and_nothing_that_has_ended(home: Home) -> None:
    journal = Journal(hold=["held"])

    async with running(home, journal) as engine:
        await engine.enqueue("ended")
        await journal.until_ended("ended")
        await engine.drain(10)
        await engine.enqueue("waits")
        known_while_paused = await engine.known(["ended", "waits", "never"])
        await engine.resume()
        await engine.enqueue("held")
        await journal.until_begun("held")
        known = await engine.known(["held", "never", *(f"x{number}" for number in range(1200))])
        none = await engine.known([])

    assert known_while_paused == {"waits"}
    assert known == {"held"}
    assert none == frozenset()


async def test_only_what_ended_long_enough_ago_is_forgotten(home: Home) -> None:
    journal = Journal(hold=["held"])
    now = SystemClock().now()

    async with running(home, journal) as engine:
        await engine.enqueue("ended")
        await journal.until_ended("ended")
        await engine.drain(10)
        await engine.again("ended")
        await engine.resume()
        await journal.until_so_many_begun(2)
        await engine.drain(10)
        await engine.resume()
        await engine.enqueue("held")
        await journal.until_begun("held")
        too_early = await engine.forget(now - NONE_OLDER)
        in_time = await engine.forget(now - ALL_OLDER)
        known = await engine.known(["ended", "held"])
        attempts = await engine.attempts("ended"), await engine.attempts("held")

    assert attempts == (0, 1)
    assert (too_early, in_time) == (0, 2)
    assert known == {"held"}


async def test_a_stopped_engine_leaves_the_loops_own_threads_working(home: Home) -> None:
    journal = Journal()

    async with running(home, journal) as engine:
        await engine.enqueue("a")
        await journal.until_ended("a")

    assert await asyncio.to_thread(lambda: "done") == "done"


async def test_a_second_engine_in_one_process_is_refused(home: Home, tmp_path: Path) -> None:
    async with running(home, Journal()):
        with pytest.raises(RuntimeError, match="Another engine"):
            await DurableEngine(tmp_path / "two" / "engine.db", Journal().run).start()


async def test_an_engine_that_is_not_running_says_so(tmp_path: Path) -> None:
    engine = DurableEngine(tmp_path / "engine.db", Journal().run)

    with pytest.raises(RuntimeError, match="not running"):
        await engine.enqueue("a")


async def test_after_a_start_that_failed_on_a_file_another_engine_can_start(
    tmp_path: Path,
) -> None:
    (tmp_path / "engine.db").mkdir()
    journal = Journal()

    with pytest.raises(Exception, match="unable to open"):
        await DurableEngine(tmp_path / "engine.db", Journal().run).start()
    async with running(InFile(tmp_path / "other"), journal) as engine:
        await engine.enqueue("a")
        await journal.until_ended("a")

    assert journal.begun == ["a"]
