"""What people see of messages, whatever Slack does meanwhile."""

import pytest

from bot.domain.invocation import Origin, Surface
from bot.domain.notice import Audience
from integrations.slack.outbox import Post
from tests.slack.office import Office


async def test_a_message_is_posted_where_it_was_asked(post: Office) -> None:
    post.shelf.draft("Hello.", origin=post.at())
    await post.all_sent()

    assert [(m.channel, m.text) for m in post.said()] == [(post.ops.id, "Hello.")]


async def test_mentions_and_previews_are_switched_off(post: Office) -> None:
    post.shelf.draft("Hello.", origin=post.at())
    await post.all_sent()

    asked = post.slack.workspace.calls[-1].arguments
    assert [asked[n] for n in ("unfurl_links", "unfurl_media", "link_names")] == [False] * 3
    assert asked["parse"] == "none"


async def test_a_new_version_edits_the_message_in_place(post: Office) -> None:
    number = post.shelf.draft("Running.", origin=post.at())
    await post.all_sent()

    post.shelf.draft("Done.", number=number)
    await post.all_sent()

    assert [m.text for m in post.said()] == ["Done."]


async def test_of_many_versions_only_few_are_sent_and_the_newest_stays(post: Office) -> None:
    number = post.shelf.draft("0", origin=post.at())
    for version in range(1, 50):
        post.shelf.draft(str(version), number=number)
    await post.all_sent()

    assert [m.text for m in post.said()] == ["49"]
    assert post.calls("chat.postMessage") + post.calls("chat.update") <= 3


async def test_a_message_is_edited_at_most_once_a_second(post: Office) -> None:
    number = post.shelf.draft("0", origin=post.at())
    await post.all_sent()
    before = post.clock.monotonic()
    for version in range(5):
        post.shelf.draft(str(version), number=number)
        await post.all_sent()

    assert post.clock.monotonic() - before >= 4


async def test_a_channel_gets_a_short_burst_and_then_one_message_a_second(post: Office) -> None:
    before = post.clock.monotonic()

    for number in range(10):
        post.shelf.draft(str(number), origin=post.at())
    await post.all_sent()

    assert [m.text for m in post.said()] == [str(n) for n in range(10)]
    assert 7 <= post.clock.monotonic() - before < 8


async def test_no_more_is_claimed_than_may_be_sent_at_once(post: Office) -> None:
    for number in range(10):
        post.shelf.draft(str(number), origin=post.at())
    await post.all_sent()

    assert post.shelf.most_claimed == 3


async def test_order_is_kept_even_when_slack_enforces_its_limit(post: Office) -> None:
    post.slack.workspace.faults.enforce_posting_limit = True

    for number in range(6):
        post.shelf.draft(str(number), origin=post.at())
    await post.all_sent()

    assert [m.text for m in post.said()] == [str(n) for n in range(6)]


async def test_a_busy_channel_does_not_hold_up_another(post: Office) -> None:
    quiet = post.slack.channel("quiet", members=[post.ada])
    for number in range(30):
        post.shelf.draft(str(number), origin=post.at())
    post.shelf.draft("quiet", origin=post.at(quiet))
    await post.all_sent()

    texts = [m.text for m in post.said()]
    assert texts.index("quiet") < 10


async def test_retry_after_is_honoured(post: Office) -> None:
    post.slack.workspace.faults.rate_limit("chat.postMessage", times=1, retry_after=30)
    before = post.clock.monotonic()

    post.shelf.draft("Hello.", origin=post.at())
    await post.all_sent()

    assert post.clock.monotonic() - before >= 30
    assert (post.shelf.put_off, len(post.said())) == (0, 1)


@pytest.mark.parametrize("trouble", ["down", "server_error"])
async def test_what_slack_did_not_take_is_tried_again(post: Office, trouble: str) -> None:
    getattr(post.slack.workspace.faults, trouble)("chat.postMessage", times=1)

    post.shelf.draft("Hello.", origin=post.at())
    await post.until(lambda: post.shelf.put_off or post.said())
    post.clock.pass_(5)
    await post.all_sent()

    assert (post.shelf.put_off, len(post.said())) == (1, 1)


async def test_later_messages_of_a_channel_wait_for_one_that_failed(post: Office) -> None:
    post.slack.workspace.faults.down("chat.postMessage", times=1)
    post.shelf.draft("first", origin=post.at())
    post.shelf.draft("second", origin=post.at())
    await post.until(lambda: post.shelf.put_off)
    post.shelf.draft("elsewhere", origin=post.at(post.slack.channel("away", members=[post.ada])))
    await post.until(lambda: len(post.said()) == 1)
    post.clock.pass_(5)
    await post.all_sent()

    assert [m.text for m in post.said()] == ["elsewhere", "first", "second"]


@pytest.mark.parametrize("why", ["with_bot", "archived"])
async def test_where_the_bot_cannot_speak_the_person_is_told_directly(
    post: Office, why: str
) -> None:
    place = post.slack.channel("away", members=[post.ada], with_bot=True)
    setattr(place, why, why == "archived")

    number = post.shelf.draft("Running.", origin=post.at(place))
    await post.all_sent()
    post.shelf.draft("Done.", number=number)
    await post.all_sent()

    direct = post.slack.direct(post.ada)
    assert [(m.channel, m.text) for m in post.said()] == [(direct.id, "Done.")]


async def test_without_a_channel_the_person_is_told_directly(post: Office) -> None:
    post.shelf.draft("Hello.", origin=post.at().model_copy(update={"channel": None}))
    await post.all_sent()

    assert [m.channel for m in post.said()] == [post.slack.direct(post.ada).id]


async def test_a_deleted_message_is_posted_anew_when_there_is_more_to_tell(post: Office) -> None:
    number = post.shelf.draft("Running.", origin=post.at())
    await post.all_sent()
    post.slack.workspace.delete(post.said()[0])

    post.shelf.draft("Done.", number=number)
    await post.all_sent()

    assert [m.text for m in post.said()] == ["Done."]


async def test_words_for_one_person_use_the_response_address(post: Office) -> None:
    post.shelf.draft("Rows.", Audience.PERSON, origin=post.at(response_url=post.address()))
    await post.all_sent()

    assert [(m.text, m.only_for) for m in post.said()] == [("Rows.", post.ada.id)]
    assert post.calls("chat.postEphemeral") == 0


async def test_a_new_version_for_one_person_replaces_the_old_one(post: Office) -> None:
    origin = post.at(response_url=post.address())
    number = post.shelf.draft("Looking.", Audience.PERSON, origin=origin)
    await post.all_sent()

    post.shelf.draft("Rows.", Audience.PERSON, number=number)
    await post.all_sent()

    assert [m.text for m in post.said()] == ["Rows."]


@pytest.mark.parametrize("uses", [5])
async def test_a_used_up_response_address_is_replaced_by_an_ephemeral_message(
    post: Office, uses: int
) -> None:
    origin = post.at(response_url=post.address(uses=uses))

    post.shelf.draft("Rows.", Audience.PERSON, origin=origin)
    await post.all_sent()

    assert [(m.channel, m.only_for) for m in post.said()] == [(post.ops.id, post.ada.id)]


async def test_a_response_address_is_used_five_times_and_not_once_more(post: Office) -> None:
    origin = post.at(response_url=post.address())
    for number in range(8):
        post.shelf.draft(str(number), Audience.PERSON, origin=origin)
    await post.all_sent()

    assert [m.text for m in post.said()] == [str(n) for n in range(8)]
    assert post.calls("chat.postEphemeral") == 3
    assert post.slack.workspace.complaints == []


async def test_a_response_address_is_left_alone_after_half_an_hour(post: Office) -> None:
    origin = post.at(response_url=post.address())
    number = post.shelf.draft("Looking.", Audience.PERSON, origin=origin)
    await post.all_sent()
    post.clock.pass_(31 * 60)

    post.shelf.draft("Rows.", Audience.PERSON, number=number)
    await post.all_sent()

    assert [m.text for m in post.said()] == ["Looking.", "Rows."]
    assert post.slack.workspace.complaints == []


async def test_who_left_the_channel_is_told_directly(post: Office) -> None:
    elsewhere = post.slack.channel("elsewhere")

    post.shelf.draft("Rows.", Audience.PERSON, origin=post.at(elsewhere))
    await post.all_sent()

    assert [m.channel for m in post.said()] == [post.slack.direct(post.ada).id]


async def test_detail_goes_into_the_thread(post: Office) -> None:
    number = post.shelf.draft("Done.", origin=post.at())
    await post.all_sent()

    thread = post.shelf.posts[number].ts
    post.shelf.draft("Detail.", Audience.THREAD, origin=post.at(), thread=thread)
    await post.all_sent()

    assert post.said()[1].thread_ts == thread


async def test_a_file_for_one_person_comes_directly(post: Office) -> None:
    post.shelf.draft("Rows. +file", Audience.PERSON, origin=post.at(response_url=post.address()))
    await post.all_sent()

    words, shared = post.said()
    assert words.only_for == post.ada.id
    assert shared.channel == post.slack.direct(post.ada).id
    assert [f.content for f in shared.files] == [b"a,b"]


async def test_a_file_of_a_run_comes_below_its_message(post: Office) -> None:
    post.shelf.draft("Rows. +file", origin=post.at())
    await post.all_sent()

    words, shared = post.said()
    assert (shared.channel, shared.thread_ts) == (post.ops.id, words.ts)


async def test_a_failed_upload_does_not_say_the_words_twice(post: Office) -> None:
    post.slack.workspace.faults.down("files.completeUploadExternal", times=1)

    post.shelf.draft("Rows. +file", origin=post.at())
    await post.until(lambda: post.shelf.put_off or post.shelf.is_sent())
    post.clock.pass_(5)
    await post.all_sent()

    assert [m.text for m in post.said() if not m.files] == ["Rows. +file"]
    assert sum(bool(m.files) for m in post.said()) == 1


async def test_blocks_that_slack_refuses_are_said_in_words(post: Office) -> None:
    post.shelf.draft("bad blocks", origin=post.at())
    await post.all_sent()

    assert [(m.text, m.blocks) for m in post.said()] == [("bad blocks", [])]


async def test_nobody_in_slack_cannot_be_told(post: Office) -> None:
    schedule = Origin(surface=Surface.SCHEDULE, team="T1", user="nightly")

    number = post.shelf.draft("Hello.", Audience.DIRECT, origin=schedule)
    await post.until(lambda: post.shelf.dropped)

    assert "nightly" in post.shelf.dropped[number]


async def test_a_message_is_given_up_after_a_day_of_failures(post: Office) -> None:
    post.slack.workspace.faults.down("chat.postMessage")
    number = post.shelf.draft("Hello.", origin=post.at())
    post.shelf.posts[number] = _tried(post.shelf.posts[number], 299)

    await post.until(lambda: post.shelf.dropped)

    assert "300 times" in post.shelf.dropped[number]


async def test_a_withdrawn_token_is_waited_for(post: Office) -> None:
    post.slack.workspace.bot_token = "xoxb-another"

    post.shelf.draft("Hello.", origin=post.at())
    await post.until(lambda: post.shelf.put_off)
    post.slack.workspace.bot_token = post.slack.bot_token
    post.clock.pass_(5)
    await post.all_sent()

    assert [m.text for m in post.said()] == ["Hello."]


async def test_stopping_sends_what_can_be_sent_at_once(post: Office) -> None:
    post.shelf.draft("Goodbye.", origin=post.at())

    await post.sender.stop(within=1)

    assert [m.text for m in post.said()] == ["Goodbye."]


def _tried(post: Post, times: int) -> Post:
    return Post(**{**post.__dict__, "attempts": times})
