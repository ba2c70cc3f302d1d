"""Timers are done when they are due, and one that fails keeps no other waiting."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from audit.sealing import Sealer
from bot.pipeline.protocols import Entry, Timer
from bot.pipeline.timers import Timers
from bot.store.book import SqlBook
from bot.store.database import Store
from tests.clock import SetClock

KEY = bytes(32)


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
async def book(tmp_path: Path, clock: SetClock) -> AsyncIterator[SqlBook]:
    store = await Store.open(tmp_path / "store.db", clock=clock, key=KEY)
    yield SqlBook(store, Sealer(KEY), lambda: None)
    await store.close()


class Heard:
    """Remembers which timers it was given; raises for the one called `broken`."""

    def __init__(self) -> None:
        self.keys: list[str] = []

    async def __call__(self, timer: Timer) -> None:
        self.keys.append(timer.key)
        if timer.key == "broken":
            raise ValueError(timer.key)


async def set_timers(book: SqlBook, clock: SetClock, *keys: str) -> None:
    due = clock.now() + timedelta(seconds=10)
    await book.write(None, Entry(timers=tuple(Timer("bell", key, due) for key in keys)))


async def test_a_timer_is_done_once_when_it_is_due(book: SqlBook, clock: SetClock) -> None:
    timers, heard = Timers(book, clock, "me"), Heard()
    timers.on("bell", heard)
    await set_timers(book, clock, "noon")

    await timers.look()
    early = list(heard.keys)
    clock.pass_(10)
    await timers.look()
    clock.pass_(120)
    await timers.look()

    assert (early, heard.keys) == ([], ["noon"])


async def test_one_that_fails_is_done_again_after_a_minute_and_keeps_no_other_waiting(
    book: SqlBook, clock: SetClock
) -> None:
    timers, heard = Timers(book, clock, "me"), Heard()
    timers.on("bell", heard)
    await set_timers(book, clock, "broken", "noon")
    clock.pass_(10)

    await timers.look()
    await timers.look()
    before = sorted(heard.keys)
    clock.pass_(61)
    await timers.look()

    assert (before, sorted(heard.keys)) == (["broken", "noon"], ["broken", "broken", "noon"])


async def test_the_log_says_where_one_failed_and_repeats_no_word_of_it(
    book: SqlBook, clock: SetClock, caplog: pytest.LogCaptureFixture
) -> None:
    timers, typed = Timers(book, clock, "me"), "hunter2"

    async def ring(_: Timer) -> None:
        raise ValueError(typed)

    timers.on("bell", ring)
    await set_timers(book, clock, "noon")
    clock.pass_(10)
    await timers.look()

    assert "timer noon of kind bell failed: ValueError" in caplog.text
    assert "test_timers.py" in caplog.text
    assert "hunter2" not in caplog.text


async def test_a_timer_that_nobody_handles_is_kept(book: SqlBook, clock: SetClock) -> None:
    await set_timers(book, clock, "noon")
    clock.pass_(10)

    await Timers(book, clock, "an older version").look()
    clock.pass_(61)
    heard = Heard()
    newer = Timers(book, clock, "a newer version")
    newer.on("bell", heard)
    await newer.look()

    assert heard.keys == ["noon"]


class Held:
    """Begins what it is given, and ends none before it is let go."""

    def __init__(self, book: SqlBook) -> None:
        self.book = book
        self.begun: list[str] = []
        self.at_once = 0
        self.most = 0
        self.go_on = asyncio.Event()
        self.has_begun = asyncio.Event()

    async def __call__(self, timer: Timer) -> None:
        self.begun.append(timer.key)
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        self.has_begun.set()
        try:
            await self.go_on.wait()
        finally:
            # Whoever is cut off has something to put back in order.
            await self.book.done(Timer("none", "none", timer.due))
        self.at_once -= 1


@pytest.mark.parametrize("later", [20, 200])
async def test_one_that_takes_long_keeps_no_other_waiting_and_is_begun_once(
    book: SqlBook, clock: SetClock, later: int
) -> None:
    timers, held, rung = Timers(book, clock, "me"), Held(book), asyncio.Event()

    async def ring(_: Timer) -> None:
        rung.set()

    timers.on("preview", held)
    timers.on("bell", ring)
    long = Timer("preview", "of a silent vendor", clock.now())
    bell = Timer("bell", "noon", clock.now() + timedelta(seconds=later))
    await book.write(None, Entry(timers=(long, bell)))
    running = asyncio.create_task(timers.run())
    async with asyncio.timeout(20):
        await rung.wait()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)

    assert held.begun == ["of a silent vendor"]
    assert clock.now() >= bell.due


async def test_a_timer_that_is_set_anew_while_it_is_done_waits_for_its_turn(
    book: SqlBook, clock: SetClock
) -> None:
    timers, held, rung = Timers(book, clock, "me"), Held(book), asyncio.Event()

    async def ring(_: Timer) -> None:
        rung.set()

    timers.on("bell", held)
    timers.on("chime", ring)
    await set_timers(book, clock, "noon")
    clock.pass_(10)

    first = asyncio.create_task(timers.look())
    await held.has_begun.wait()
    clock.pass_(1)
    await set_timers(book, clock, "noon")
    clock.pass_(10)
    await book.write(None, Entry(timers=(Timer("chime", "noon", clock.now()),)))
    second = asyncio.create_task(timers.look())
    await rung.wait()
    held.go_on.set()
    await asyncio.gather(first, second)

    assert held.begun == ["noon", "noon"]
    assert held.most == 1


async def test_what_is_in_hand_at_the_end_is_cut_off_with_what_waits_for_it(
    book: SqlBook, clock: SetClock, caplog: pytest.LogCaptureFixture
) -> None:
    timers, held, rung = Timers(book, clock, "me"), Held(book), asyncio.Event()

    async def ring(_: Timer) -> None:
        rung.set()

    timers.on("bell", held)
    timers.on("chime", ring)
    await set_timers(book, clock, "noon")
    running = asyncio.create_task(timers.run())
    async with asyncio.timeout(20):
        await held.has_begun.wait()
        await set_timers(book, clock, "noon")
        later = clock.now() + timedelta(seconds=30)
        await book.write(None, Entry(timers=(Timer("chime", "noon", later),)))
        await rung.wait()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)

    assert held.begun == ["noon"]
    assert caplog.text == ""
