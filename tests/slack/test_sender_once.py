"""What was said stands in Slack once, even when nobody noted that it was said."""

import logging
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from prometheus_client import REGISTRY

from bot.domain.notice import Audience
from integrations.slack.client import SlackClient
from integrations.slack.sightings import metadata_of
from playground.model import Message
from tests.clock import SetClock
from tests.slack.office import Office, sending


async def lost(post: Office, method: str = "chat.postMessage", **where: Any) -> int:
    """Draft a message whose posting loses its answer, and let it be tried again."""
    post.slack.workspace.faults.lossy(method, times=1)
    number = post.shelf.draft("Hello.", **({"origin": post.at()} | where))
    await post.until(lambda: post.shelf.put_off)
    post.clock.pass_(5)
    await post.all_sent()
    return number


async def test_after_a_lost_answer_the_message_is_found_and_not_said_again(post: Office) -> None:
    number = await lost(post)

    assert [m.text for m in post.said()] == ["Hello."]
    assert post.shelf.posts[number].ts == post.said()[0].ts


async def test_a_lost_answer_is_given_time_before_anybody_looks(post: Office) -> None:
    post.slack.workspace.faults.lossy("chat.postMessage", times=1)

    number = post.shelf.draft("Hello.", origin=post.at())
    await post.until(lambda: post.shelf.put_off)

    assert post.shelf.due[number] - post.clock.now() == timedelta(seconds=3)


async def test_what_was_found_is_edited_from_then_on(post: Office) -> None:
    number = await lost(post)

    post.shelf.draft("Done.", number=number)
    await post.all_sent()

    assert [m.text for m in post.said()] == ["Done."]


async def test_in_a_thread_it_is_found_too(post: Office) -> None:
    first = post.shelf.draft("Running.", origin=post.at())
    await post.all_sent()

    await lost(post, audience=Audience.THREAD, thread=post.shelf.posts[first].ts)

    assert [m.text for m in post.said()] == ["Running.", "Hello."]


async def test_in_direct_messages_it_is_found_too(post: Office) -> None:
    await lost(post, audience=Audience.DIRECT)

    direct = post.slack.direct(post.ada)
    assert [(m.channel, m.text) for m in post.said()] == [(direct.id, "Hello.")]


async def test_it_is_found_among_much_that_was_said_since(post: Office) -> None:
    post.slack.workspace.faults.lossy("chat.postMessage", times=1)
    post.shelf.draft("Hello.", origin=post.at())
    await post.until(lambda: post.shelf.put_off)
    for _ in range(450):
        post.slack.workspace.post(Message(post.ops.id, _later_ts(post), post.ada.id, "chatter"))
    post.clock.pass_(5)
    await post.all_sent()

    assert [m.text for m in post.said() if m.text != "chatter"] == ["Hello."]
    assert post.calls("conversations.history") == 3


async def test_what_was_posted_anew_and_lost_its_answer_is_found(post: Office) -> None:
    number = post.shelf.draft("Running.", origin=post.at())
    await post.all_sent()
    post.slack.workspace.delete(post.said()[0])

    post.slack.workspace.faults.lossy("chat.postMessage", times=1)
    post.shelf.draft("Done.", number=number)
    await post.until(lambda: post.shelf.put_off)
    post.clock.pass_(5)
    await post.all_sent()

    assert [m.text for m in post.said()] == ["Done."]


@pytest.mark.parametrize("minutes", [-10, 0, 10])
async def test_what_a_former_life_said_by_its_own_clock_is_made_what_it_should_be(
    post: Office, client: SlackClient, clock: SetClock, minutes: int
) -> None:
    await post.sender.stop(within=1)
    number = post.shelf.draft("Done.", origin=post.at())
    key = post.shelf.posts[number].key
    before = Message(
        post.ops.id,
        post.slack.workspace.new_ts(),
        post.slack.workspace.bot_user.id,
        "Running.",
        metadata=metadata_of(key),
    )
    post.slack.workspace.post(before)
    post.shelf.tried[number] = clock.now() + timedelta(minutes=minutes)
    async with sending(client, clock, post.shelf):
        await post.all_sent()

    assert [(m.ts, m.text) for m in post.said()] == [(before.ts, "Done.")]


async def test_somebody_elses_message_with_our_mark_is_not_taken_for_ours(post: Office) -> None:
    post.slack.workspace.faults.down("chat.postMessage", times=1)
    number = post.shelf.draft("Hello.", origin=post.at())
    await post.until(lambda: post.shelf.put_off)
    mark = metadata_of(post.shelf.posts[number].key)
    forged = Message(post.ops.id, _later_ts(post), post.ada.id, "Forged.", metadata=mark)
    post.slack.workspace.post(forged)
    post.clock.pass_(5)
    await post.all_sent()

    assert [m.text for m in post.said()] == ["Forged.", "Hello."]


async def test_where_nobody_can_look_it_is_said_and_that_is_logged(
    post: Office, caplog: pytest.LogCaptureFixture
) -> None:
    post.slack.workspace.scopes.discard("channels:history")
    with caplog.at_level(logging.WARNING):
        await lost(post)

    assert [m.text for m in post.said()] == ["Hello.", "Hello."]
    assert "may be said twice" in caplog.text


async def test_where_the_look_fails_it_is_neither_said_nor_given_up(post: Office) -> None:
    post.slack.workspace.faults.server_error("conversations.history", times=2)
    post.slack.workspace.faults.lossy("chat.postMessage", times=1)
    post.shelf.draft("Hello.", origin=post.at())
    for times in (1, 2, 3):
        await post.until(partial(_was_put_off, post, times))
        post.clock.pass_(10)
        post.shelf.wakes()
    await post.all_sent()

    assert [m.text for m in post.said()] == ["Hello."]


async def test_words_for_one_person_cannot_be_looked_for_and_are_said_again(post: Office) -> None:
    await lost(post, "chat.postEphemeral", audience=Audience.PERSON)

    assert [m.text for m in post.said()] == ["Hello.", "Hello."]


async def test_a_plain_message_costs_one_call_and_its_edit_another(post: Office) -> None:
    number = post.shelf.draft("Running.", origin=post.at())
    await post.all_sent()
    post.shelf.draft("Done.", number=number)
    await post.all_sent()

    asked = [call.method for call in post.slack.workspace.calls]
    assert asked == ["chat.postMessage", "chat.update"]


async def test_what_slack_surely_refused_is_not_looked_for(post: Office) -> None:
    post.slack.workspace.faults.rate_limit("chat.postMessage", times=2, retry_after=1)

    for number in range(3):
        post.shelf.draft(str(number), origin=post.at())
    await post.all_sent()

    assert [m.text for m in post.said()] == ["0", "1", "2"]
    assert post.calls("conversations.history") == 0


async def test_after_a_withdrawn_token_nothing_is_looked_for(post: Office) -> None:
    post.slack.workspace.bot_token = "xoxb-another"
    post.shelf.draft("Hello.", origin=post.at())
    await post.until(lambda: post.shelf.put_off)
    post.slack.workspace.bot_token = post.slack.bot_token
    post.clock.pass_(5)
    await post.all_sent()

    assert [m.text for m in post.said()] == ["Hello."]
    assert post.calls("conversations.history") == 0


async def test_every_posted_message_carries_what_it_is_found_by(post: Office) -> None:
    number = post.shelf.draft("Hello.", origin=post.at())
    await post.all_sent()

    payload = {"key": post.shelf.posts[number].key}
    expected = {"event_type": "redbutton_message", "event_payload": payload}
    assert [m.metadata for m in post.said()] == [expected]


async def test_refusals_for_speed_are_counted_by_method(post: Office) -> None:
    name, label = "redbutton_slack_rate_limited_total", {"method": "chat.postMessage"}
    before = REGISTRY.get_sample_value(name, label) or 0

    post.slack.workspace.faults.rate_limit("chat.postMessage", times=2, retry_after=1)
    post.shelf.draft("Hello.", origin=post.at())
    await post.all_sent()

    assert REGISTRY.get_sample_value(name, label) == before + 2


async def test_how_many_messages_wait_is_measured(post: Office) -> None:
    post.slack.workspace.faults.rate_limit("chat.postMessage", times=1, retry_after=30)
    post.shelf.draft("Hello.", origin=post.at())
    post.clock.pass_(6)
    await post.all_sent()
    while_waiting = REGISTRY.get_sample_value("redbutton_unsent")
    post.clock.pass_(6)
    await post.sender.stop(within=1)

    assert (while_waiting, REGISTRY.get_sample_value("redbutton_unsent")) == (1, 0)


def _was_put_off(post: Office, times: int) -> bool:
    return post.shelf.put_off == times


def _later_ts(post: Office) -> str:
    post.clock.pass_(0.001)
    return post.slack.workspace.new_ts()
