"""What a dead process had claimed is free for the next one that has the store alone."""

from datetime import timedelta

from bot.pipeline.protocols import Entry, Timer
from bot.store.claims import free_timers
from tests.store.conftest import Desk


async def test_what_a_dead_process_was_about_to_do_is_due_at_once_when_it_is_freed(
    desk: Desk,
) -> None:
    timer = Timer("remind", "k", desk.clock.now() - timedelta(seconds=1))
    await desk.book.write(None, Entry(timers=(timer,)))
    await desk.book.due(desk.clock.now(), "an earlier life")
    held = list(await desk.book.due(desk.clock.now(), "a later life"))

    await free_timers(desk.store)

    assert held == []
    assert list(await desk.book.due(desk.clock.now(), "a later life")) == [timer]
