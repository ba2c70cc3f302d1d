"""Timers are done when they are due, and one that fails keeps no other waiting."""

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
