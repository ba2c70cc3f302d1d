"""Of several processes one sends a message, and what it did not finish another does."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from bot.domain.invocation import State
from bot.domain.notice import Audience
from bot.pipeline.protocols import Entry
from integrations.slack.outbox import Post
from tests.store.conftest import Desk, desk_at
from tests.store.samples import asking, main, note


@dataclass
class Two:
    """Two processes on one store."""

    one: Desk
    other: Desk

    def pass_(self, seconds: float) -> None:
        """Let *seconds* go by for both."""
        self.one.clock.pass_(seconds)
        self.other.clock.pass_(seconds)


@pytest.fixture
async def two(shared: str) -> AsyncIterator[Two]:
    async with desk_at(shared, "one") as one, desk_at(shared, "other") as other:
        yield Two(one, other)


async def unsent(desk: Desk) -> list[Post]:
    return list(await desk.outbox.unsent(desk.clock.now()))


async def claimed(desk: Desk, *posts: Post) -> set[int]:
    return await desk.outbox.claim([posts])


async def opened_in(desk: Desk, channel: str) -> None:
    opening = asking(desk.clock, f"in-{channel}")
    origin = opening.invocation.origin.model_copy(update={"channel": channel})
    there = replace(opening, invocation=replace(opening.invocation, origin=origin))
    assert await desk.book.open(there, within=5) is None


async def test_what_another_process_sends_is_left_to_it(two: Two) -> None:
    await two.one.opened()
    (post,) = await unsent(two.one)

    won = await claimed(two.one, post)

    assert won == {post.id}
    assert await unsent(two.other) == []
    assert await claimed(two.other, post) == set()


async def test_what_comes_later_in_its_place_waits_and_other_places_do_not(two: Two) -> None:
    await two.one.opened("first")
    (first,) = await unsent(two.one)
    await claimed(two.one, first)
    await two.other.opened("second")
    await opened_in(two.other, "C0ELSEWHERE")

    seen = await unsent(two.other)

    assert [post.origin.channel for post in seen] == ["C0ELSEWHERE"]


async def test_whoever_claimed_it_may_claim_it_again(two: Two) -> None:
    await two.one.opened()
    (post,) = await unsent(two.one)
    await claimed(two.one, post)

    (again,) = await unsent(two.one)

    assert again.tried == two.one.clock.now()
    assert await claimed(two.one, again) == {post.id}


async def test_a_claim_ends_after_half_a_minute_and_the_next_knows_of_the_try(two: Two) -> None:
    await two.one.opened()
    (post,) = await unsent(two.one)
    began = two.one.clock.now()
    await claimed(two.one, post)
    two.pass_(30)

    (taken,) = await unsent(two.other)

    assert (post.tried, taken.tried) == (None, began)
    assert await claimed(two.other, taken) == {post.id}
    assert not await two.one.outbox.hold(post)


async def test_a_claim_can_be_made_longer(two: Two) -> None:
    await two.one.opened()
    (post,) = await unsent(two.one)
    await claimed(two.one, post)
    two.pass_(20)

    held = await two.one.outbox.hold(post)
    two.pass_(20)

    assert held
    assert await unsent(two.other) == []


async def test_a_claim_from_before_the_clock_was_set_back_counts_for_nothing(two: Two) -> None:
    await two.one.opened()
    (post,) = await unsent(two.one)
    await claimed(two.one, post)

    two.other.clock.jump(-600)

    assert len(await unsent(two.other)) == 1


async def test_of_those_who_claim_at_once_each_message_has_one(two: Two) -> None:
    for number in range(20):
        await opened_in(two.one, f"C{number}")
    posts = await unsent(two.one)
    lanes = [[post] for post in posts]
    backwards = list(reversed(lanes))

    ours, theirs = await asyncio.gather(
        two.one.outbox.claim(lanes), two.other.outbox.claim(backwards)
    )

    assert not ours & theirs
    assert ours | theirs == {post.id for post in posts}


async def test_behind_one_that_is_anothers_nothing_of_the_place_is_claimed(two: Two) -> None:
    await two.one.opened("first")
    await two.one.opened("second")
    first, second = await unsent(two.one)
    await claimed(two.other, first)

    won = await claimed(two.one, first, second)

    assert won == set()


async def test_what_was_sent_since_it_was_read_is_not_claimed(desk: Desk) -> None:
    of = await desk.opened()
    (post,) = await unsent(desk)
    await desk.outbox.sent(post, "C1", "17.1")
    await desk.book.write(of, Entry(drafts=(main(of, State.RUNNING),)))

    won = await claimed(desk, replace(post, version=2))

    assert won == set()


async def test_what_was_tried_since_it_was_read_is_not_claimed(two: Two) -> None:
    await two.one.opened()
    (post,) = await unsent(two.one)
    await claimed(two.other, post)
    await two.other.outbox.later(post, two.other.clock.now(), "Silence.")

    won = await claimed(two.one, post)

    assert won == set()


async def test_what_another_tries_again_since_it_was_read_is_not_claimed(two: Two) -> None:
    await two.one.opened()
    (post,) = await unsent(two.one)
    await claimed(two.one, post)
    await two.one.outbox.later(post, two.one.clock.now(), "Silence.")
    (doubtful,) = await unsent(two.one)
    await claimed(two.other, doubtful)

    won = await claimed(two.one, doubtful)

    assert won == set()


async def test_what_is_released_is_as_it_was(desk: Desk) -> None:
    await desk.opened()
    (post,) = await unsent(desk)
    await claimed(desk, post)

    await desk.outbox.release(post)

    assert await unsent(desk) == [post]


async def test_what_may_have_been_said_is_known_as_tried_and_what_was_not_is_not(
    desk: Desk,
) -> None:
    await desk.opened()
    (post,) = await unsent(desk)
    now = desk.clock.now()

    await claimed(desk, post)
    await desk.outbox.later(post, now, "Refused.", nothing_said=True)
    (refused,) = await unsent(desk)
    await claimed(desk, refused)
    await desk.outbox.later(refused, now, "Silence.")
    (silent,) = await unsent(desk)

    assert (refused.tried, silent.tried) == (None, now)


async def test_a_later_try_that_surely_failed_leaves_the_doubt_of_the_first(desk: Desk) -> None:
    await desk.opened()
    (post,) = await unsent(desk)
    began = desk.clock.now()
    await claimed(desk, post)
    await desk.outbox.later(post, began, "Silence.")
    desk.clock.pass_(60)

    (again,) = await unsent(desk)
    await claimed(desk, again)
    await desk.outbox.later(again, desk.clock.now(), "Refused.", nothing_said=True)

    (post,) = await unsent(desk)
    assert post.tried == began


async def test_what_was_sent_is_in_no_doubt(desk: Desk) -> None:
    of = await desk.opened()
    (post,) = await unsent(desk)
    await claimed(desk, post)
    await desk.outbox.sent(post, "C1", "17.1")
    await desk.book.write(of, Entry(drafts=(main(of, State.RUNNING),)))

    (edit,) = await unsent(desk)

    assert (edit.ts, edit.tried) == ("17.1", None)


async def test_who_lost_a_claim_tells_what_it_sent_and_nothing_else(two: Two) -> None:
    of = await two.one.opened()
    (post,) = await unsent(two.one)
    await claimed(two.one, post)
    two.pass_(30)
    (taken,) = await unsent(two.other)
    await claimed(two.other, taken)

    await two.one.outbox.later(post, two.one.clock.now(), "Silence.")
    await two.one.outbox.drop(post, "Gone.")
    await two.one.outbox.release(post)
    await two.one.outbox.sent(post, "C1", "17.1")
    await two.one.book.write(of, Entry(drafts=(main(of, State.RUNNING),)))

    (edit,) = await unsent(two.other)
    assert (edit.ts, edit.attempts) == ("17.1", 0)
    assert await unsent(two.one) == []


async def test_on_a_file_what_a_former_life_claimed_is_free_at_once(file_desk: Desk) -> None:
    await file_desk.opened()
    (post,) = await unsent(file_desk)
    await claimed(file_desk, post)
    await file_desk.store.close()

    async with desk_at(file_desk.path, "the next life") as next_life:
        (found,) = await unsent(next_life)
        won = await claimed(next_life, found)

    assert (found.tried, won) == (file_desk.clock.now(), {post.id})


async def test_what_is_put_off_keeps_later_messages_of_its_place_waiting(desk: Desk) -> None:
    await desk.opened("first")
    await desk.opened("second")
    await opened_in(desk, "C0ELSEWHERE")
    first, *_ = await unsent(desk)
    await desk.outbox.later(first, desk.clock.now() + timedelta(seconds=5), "Silence.")

    meanwhile = await unsent(desk)
    desk.clock.pass_(5)

    assert [post.origin.channel for post in meanwhile] == ["C0ELSEWHERE"]
    assert len(await unsent(desk)) == 3


async def test_an_edit_waits_for_no_new_message_of_its_channel(desk: Desk) -> None:
    of = await desk.opened("first")
    (first,) = await unsent(desk)
    await desk.outbox.sent(first, "C1", "17.1")
    await desk.opened("second")
    (second,) = await unsent(desk)
    await desk.outbox.later(second, desk.clock.now() + timedelta(seconds=5), "Silence.")
    await desk.book.write(of, Entry(drafts=(main(of, State.RUNNING),)))

    seen = await unsent(desk)

    assert [post.id for post in seen] == [first.id]


async def test_how_many_wait_and_for_how_long_can_be_asked(desk: Desk) -> None:
    of = await desk.opened()
    await desk.book.write(of, Entry(drafts=(note("more", "More.", Audience.DIRECT),)))
    desk.clock.pass_(90)
    waiting = await desk.outbox.waiting(desk.clock.now())
    first, second = await unsent(desk)
    await desk.outbox.drop(first, "Gone.")
    await desk.outbox.sent(second, "D1", "17.1")

    after = await desk.outbox.waiting(desk.clock.now())

    assert waiting == (2, 90)
    assert after == (0, None)
    assert await desk.outbox.oldest(desk.clock.now()) is None
