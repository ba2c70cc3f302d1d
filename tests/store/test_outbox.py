"""The outbox hands out what is to be sent, newest version only, and forgets it after a day."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import update

from bot.domain.invocation import State
from bot.domain.notice import Audience, Note
from bot.pipeline.protocols import Entry
from bot.store.tables import message
from integrations.slack.outbox import Post
from tests.store.conftest import Desk
from tests.store.samples import ORIGIN, asking, card, main, note

DAY = timedelta(hours=24)


async def unsent(desk: Desk) -> list[Post]:
    return list(await desk.outbox.unsent(desk.clock.now()))


async def draft(desk: Desk, of: str, slot: str, text: str = "Done.") -> None:
    await desk.book.write(of, Entry(drafts=(note(slot, text),)))


async def test_a_draft_is_to_be_sent(desk: Desk) -> None:
    of = await desk.opened()

    (post,) = await unsent(desk)

    assert post == Post(post.id, 1, ORIGIN, Audience.CHANNEL, card(of), of, "card")


async def test_of_several_versions_only_the_newest_is_handed_out(desk: Desk) -> None:
    of = await desk.opened()
    await desk.book.write(of, Entry(drafts=(main(of, State.RUNNING),)))
    await desk.book.write(of, Entry(drafts=(main(of, State.SUCCEEDED),)))

    (post,) = await unsent(desk)

    assert (post.version, post.notice) == (3, card(of, State.SUCCEEDED))


async def test_what_was_sent_is_not_sent_again(desk: Desk) -> None:
    await desk.opened()
    (post,) = await unsent(desk)

    await desk.outbox.sent(post, "C1", "17.1")

    assert await unsent(desk) == []


async def test_what_changed_while_it_was_being_sent_is_edited(desk: Desk) -> None:
    of = await desk.opened()
    (post,) = await unsent(desk)
    await desk.book.write(of, Entry(drafts=(main(of, State.RUNNING),)))

    await desk.outbox.sent(post, "C1", "17.1")

    (edit,) = await unsent(desk)
    assert (edit.id, edit.version, edit.channel, edit.ts) == (post.id, 2, "C1", "17.1")


async def test_an_older_version_told_of_late_changes_nothing(desk: Desk) -> None:
    of = await desk.opened()
    (old,) = await unsent(desk)
    await desk.book.write(of, Entry(drafts=(main(of, State.RUNNING),)))
    (new,) = await unsent(desk)
    await desk.outbox.sent(new, "C1", "17.2")

    await desk.outbox.sent(old, "C1", "17.1")

    assert await unsent(desk) == []


async def test_a_thread_waits_for_its_first_message(desk: Desk) -> None:
    of = await desk.opened()
    await desk.book.write(of, Entry(drafts=(note("detail", "Rows.", Audience.THREAD),)))
    (first,) = await unsent(desk)

    await desk.outbox.sent(first, "D9", "17.1")

    (reply,) = await unsent(desk)
    assert (first.audience, first.thread) == (Audience.CHANNEL, None)
    assert (reply.thread, reply.channel, reply.ts) == ("17.1", "D9", None)


async def test_messages_are_handed_out_in_the_order_they_were_begun(desk: Desk) -> None:
    of = await desk.opened()
    for slot in "zya":
        await draft(desk, of, slot, slot)

    posts = await unsent(desk)
    first = await desk.outbox.unsent(desk.clock.now(), limit=2)

    assert [p.notice for p in posts[1:]] == [Note(message=slot) for slot in "zya"]
    assert list(first) == posts[:2]


async def test_what_is_put_off_waits_and_counts_its_attempts(desk: Desk) -> None:
    await desk.opened()
    for _ in range(2):
        (post,) = await unsent(desk)
        await desk.outbox.later(post, desk.clock.now() + timedelta(seconds=30), "rate limited")
        assert await unsent(desk) == []
        desk.clock.pass_(30)

    (post,) = await unsent(desk)

    assert post.attempts == 2


async def test_a_message_put_off_before_the_clock_was_set_back_is_sent(desk: Desk) -> None:
    await desk.opened()
    (post,) = await unsent(desk)
    await desk.outbox.later(post, desk.clock.now() + timedelta(seconds=30), "down")

    desk.clock.jump(-7200)

    assert len(await unsent(desk)) == 1


async def test_what_is_sent_starts_over_with_its_attempts(desk: Desk) -> None:
    of = await desk.opened()
    (post,) = await unsent(desk)
    await desk.outbox.later(post, desk.clock.now(), "down")
    await desk.outbox.sent(post, "C1", "17.1")
    await desk.book.write(of, Entry(drafts=(main(of, State.RUNNING),)))

    (edit,) = await unsent(desk)

    assert edit.attempts == 0


async def test_what_is_given_up_stays_given_up(desk: Desk) -> None:
    of = await desk.opened()
    (post,) = await unsent(desk)

    await desk.outbox.drop(post, "channel_not_found")
    await desk.book.write(of, Entry(drafts=(main(of, State.RUNNING),)))

    assert await unsent(desk) == []


async def test_a_message_is_kept_a_day_for_sharing_and_then_wiped(desk: Desk) -> None:
    of = await desk.opened()
    (post,) = await unsent(desk)
    await desk.outbox.sent(post, "C1", "17.1")
    desk.clock.pass_(DAY.total_seconds() - 1)
    early = await desk.outbox.tidy(desk.clock.now())
    kept = await desk.book.notice(of, "card")
    desk.clock.pass_(1)

    wiped = await desk.outbox.tidy(desk.clock.now())

    assert (early, kept) == (0, card(of))
    assert (wiped, await desk.book.notice(of, "card")) == (1, None)
    assert await unsent(desk) == []


async def test_what_was_given_up_is_wiped_after_a_day_and_what_waits_never(desk: Desk) -> None:
    of = await desk.opened()
    await draft(desk, of, "waits")
    dropped, _waits = await unsent(desk)
    await desk.outbox.drop(dropped, "gone")
    desk.clock.pass_(10 * DAY.total_seconds())

    await desk.outbox.tidy(desk.clock.now())

    assert await desk.book.notice(of, "card") is None
    assert await desk.book.notice(of, "waits") == Note(message="Done.")


async def test_what_shows_how_something_stands_is_tried_again_once_that_changes(
    desk: Desk,
) -> None:
    of = await desk.opened()
    (post,) = await unsent(desk)
    lasting = replace(main(of, State.SUCCEEDED), lasting=True)
    await desk.outbox.later(post, desk.clock.now(), "Slack is away.")
    await desk.outbox.drop(post, "The channel is archived.")
    before = await unsent(desk)

    await desk.book.write(of, Entry(drafts=(lasting,)))

    (again,) = await unsent(desk)
    assert before == []
    assert (again.version, again.attempts, again.notice) == (2, 0, card(of, State.SUCCEEDED))


async def test_a_wiped_message_can_be_drafted_anew_in_its_place(desk: Desk) -> None:
    of = await desk.opened()
    (post,) = await unsent(desk)
    await desk.outbox.sent(post, "C1", "17.1")
    desk.clock.pass_(2 * DAY.total_seconds())
    await desk.outbox.tidy(desk.clock.now())

    await desk.book.write(of, Entry(drafts=(main(of, State.SUCCEEDED),)))

    (edit,) = await unsent(desk)
    assert (edit.version, edit.ts, edit.notice) == (2, "17.1", card(of, State.SUCCEEDED))


async def test_one_message_that_cannot_be_read_keeps_no_other_waiting(desk: Desk) -> None:
    of = await desk.opened()
    await draft(desk, of, "fine")
    altered = update(message).where(message.c.slot == "card").values(notice=b"\x01" + b"x" * 40)
    await desk.store.write(lambda connection: connection.execute(altered).rowcount)

    posts = await unsent(desk)

    assert [p.notice for p in posts] == [Note(message="Done.")]


async def test_who_sends_is_woken_by_each_draft_and_by_nothing_else(desk: Desk) -> None:
    woken: list[str] = []
    desk.outbox.on_change(lambda: woken.append("woken"))

    of = await desk.opened()
    await desk.book.open(asking(desk.clock), within=5)
    quiet = replace(asking(desk.clock, "quiet"), entry=Entry())
    await desk.book.open(quiet, within=5)
    await desk.book.take(of, "one", Entry(drafts=(main(of, State.RUNNING),)))
    await desk.book.take("nobody", "one", Entry(drafts=(main("nobody"),)))
    await draft(desk, of, "more")

    assert len(woken) == 3


async def test_a_channel_with_much_to_hear_keeps_no_other_waiting(desk: Desk) -> None:
    for number in range(12):
        await desk.opened(f"trigger-{number}")
    quiet = asking(desk.clock, "trigger-quiet")
    elsewhere = quiet.invocation.origin.model_copy(update={"channel": "C0ELSEWHERE"})
    there = replace(quiet, invocation=replace(quiet.invocation, origin=elsewhere))
    await desk.book.open(there, within=5)

    handed = await desk.outbox.unsent(desk.clock.now(), limit=3)

    assert "C0ELSEWHERE" in [post.origin.channel for post in handed]
