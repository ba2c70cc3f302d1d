"""Channels as Slack keeps them: what apps may do to them, what people do, and who hears of it."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from playground.driver import CannotDo, PretendSlack
from playground.http import Answer
from playground.model import Channel, Person
from tests.playground.test_samples import SAMPLES, invented, sample

with_samples = pytest.mark.skipif(
    not SAMPLES.is_dir(), reason="Slack's samples are not beside the repository."
)

Asking = Callable[[AsyncWebClient, str], Awaitable[Any]]


async def error(asking: Awaitable[Any]) -> str:
    with pytest.raises(SlackApiError) as refused:
        await asking
    return str(refused.value.response["error"])


async def taken(body: bytes, headers: Mapping[str, str]) -> Answer:
    del body, headers
    return Answer(200, b"")


@pytest.fixture
def ada(slack: PretendSlack) -> Person:
    slack.deliver_to(taken)
    return slack.person("ada")


@pytest.fixture
async def inc(slack: PretendSlack, client: AsyncWebClient, ada: Person) -> Channel:
    """Return a channel that the app opened, with Ada in it."""
    made = await client.conversations_create(name="inc-1")
    await client.conversations_invite(channel=made["channel"]["id"], users=[ada.id])
    return slack.workspace.channels[made["channel"]["id"]]


@with_samples
async def test_answers_have_no_field_that_slacks_own_have_not(
    slack: PretendSlack, client: AsyncWebClient, ada: Person, inc: Channel
) -> None:
    said = slack.says(ada, "I see errors.", inc)
    where = {"channel": inc.id, "timestamp": said.ts}
    await client.conversations_setTopic(channel=inc.id, topic="SEV1")
    await client.conversations_setPurpose(channel=inc.id, purpose="Checkout")
    await client.conversations_rename(channel=inc.id, name="inc-1-checkout")
    shared = slack.channel("shared", with_bot=False, shared=True)
    await client.conversations_join(channel=shared.id)
    made = await client.bookmarks_add(
        channel_id=inc.id, title="T", type="link", link="https://a.example"
    )
    mark = made["bookmark"]["id"]
    await client.bookmarks_edit(bookmark_id=mark, channel_id=inc.id, title="U")
    await client.bookmarks_list(channel_id=inc.id)
    await client.pins_add(**where)
    pinned = await client.pins_list(channel=inc.id)
    await client.reactions_add(**where, name="eyes")
    await client.reactions_get(channel=inc.id, timestamp=said.ts)
    content = {"type": "markdown", "markdown": "# x"}
    canvas = await client.conversations_canvases_create(channel_id=inc.id, document_content=content)
    change = {"operation": "replace", "document_content": content}
    await client.canvases_edit(canvas_id=canvas["canvas_id"], changes=[change])
    await client.conversations_history(channel=inc.id)
    await client.users_conversations()
    await client.conversations_info(channel=inc.id)
    await client.bookmarks_remove(bookmark_id=mark, channel_id=inc.id)
    await client.pins_remove(**where)
    await client.reactions_remove(**where, name="eyes")
    await client.conversations_archive(channel=inc.id)

    alike = {
        "users.conversations": "conversations.list",
        "conversations.canvases.create": "canvases.create",
        "bookmarks.remove": "conversations.archive",
        "pins.remove": "pins.add",
        "reactions.remove": "reactions.add",
    }
    done = slack.workspace.calls
    wrong = {
        one.method: invented(one.answer, sample(f"api/{alike.get(one.method, one.method)}.json"))
        for one in done
    }
    # The sample of conversations.info lacks it; those of conversations.list and .join have it.
    assert wrong.pop("conversations.info") == ["/channel/properties/canvas"]
    # Its sample has a pinned file; the event's has a pinned message.
    assert wrong.pop("pins.list") == ["/items/*/channel", "/items/*/message"]
    item = sample("events/PinAddedPayload.json")["event"]["item"]
    assert invented(pinned["items"][0], item) == []
    assert {method: found for method, found in wrong.items() if found} == {}
    assert all(one.answer["ok"] for one in done)


@with_samples
async def test_events_have_no_field_that_slacks_own_have_not(
    slack: PretendSlack, ada: Person, inc: Channel
) -> None:
    bob, said = slack.person("bob"), slack.says(ada, "I see errors.", inc)
    await slack.reacts(ada, "pushpin", said)
    await slack.unreacts(ada, ":pushpin:", said)
    await slack.joins_channel(bob, inc, by=ada)
    await slack.leaves(bob, inc)
    await slack.archives(ada, inc)

    names = {
        "reaction_added": "ReactionAdded",
        "reaction_removed": "ReactionRemoved",
        "member_joined_channel": "MemberJoinedChannel",
        "member_left_channel": "MemberLeftChannel",
        "channel_archive": "ChannelArchive",
    }
    sent = {one.kind: one.payload for one in slack.deliveries}
    wrong = {k: invented(sent[k], sample(f"events/{n}Payload.json")) for k, n in names.items()}
    assert list(sent) == list(names)
    assert {kind: fields for kind, fields in wrong.items() if fields} == {}


@pytest.mark.parametrize(
    ("name", "refusal"),
    [
        ("", "invalid_name_required"),
        ("x" * 81, "invalid_name_maxlength"),
        ("Upper", "invalid_name_specials"),
        ("a b", "invalid_name_specials"),
        ("ümlaut", "invalid_name_specials"),
        ("--__", "invalid_name_punctuation"),
        ("inc-1", "name_taken"),
        ("hidden", "name_taken"),
        ("old", "name_taken"),
    ],
)
async def test_a_name_is_refused_in_slacks_own_words(
    slack: PretendSlack, client: AsyncWebClient, inc: Channel, name: str, refusal: str
) -> None:
    slack.channel("hidden", private=True, with_bot=False)
    slack.channel("old", archived=True)

    assert await error(client.conversations_create(name=name)) == refusal
    assert await error(client.conversations_rename(channel=inc.id, name=name)) == refusal


async def test_one_who_cannot_come_in_holds_all_others_unless_it_is_forced(
    slack: PretendSlack, client: AsyncWebClient, inc: Channel
) -> None:
    bob, gus = slack.person("bob"), slack.person("gus", guest=True)

    asked = client.conversations_invite(channel=inc.id, users=[bob.id, gus.id])
    refused = await error(asked)
    before = list(inc.members)
    forced = await client.conversations_invite(channel=inc.id, users=[bob.id, gus.id], force=True)

    assert (refused, bob.id in before, bob.id in inc.members) == ("user_is_restricted", False, True)
    assert forced["errors"] == [{"user": gus.id, "ok": False, "error": "user_is_restricted"}]


async def test_slack_says_in_the_channel_what_was_done_to_it(
    slack: PretendSlack, client: AsyncWebClient, ada: Person, inc: Channel
) -> None:
    await client.conversations_setTopic(channel=inc.id, topic="SEV1 & up")
    await client.conversations_setPurpose(channel=inc.id, purpose="Checkout")
    await client.conversations_rename(channel=inc.id, name="inc-2")
    await slack.archives(ada, inc)

    seen = [one.text for one in slack.sees(ada).messages]
    assert seen == [
        "@redbutton has joined the channel",
        "@ada has joined the channel",
        "@redbutton set the channel topic: SEV1 & up",
        "@redbutton set the channel description: Checkout",
        '@redbutton renamed the channel from "inc-1" to "inc-2"',
        "@ada archived the channel",
    ]


CHANGES: dict[str, Asking] = {
    "chat.postMessage": lambda c, where: c.chat_postMessage(channel=where, text="x"),
    "conversations.setTopic": lambda c, where: c.conversations_setTopic(channel=where, topic="x"),
    "conversations.rename": lambda c, where: c.conversations_rename(channel=where, name="x"),
    "conversations.invite": lambda c, where: c.conversations_invite(channel=where, users=["U1"]),
    "bookmarks.add": lambda c, where: c.bookmarks_add(
        channel_id=where, title="t", type="link", link="https://a.example"
    ),
    "pins.add": lambda c, where: c.pins_add(channel=where, timestamp="1.0"),
    "reactions.add": lambda c, where: c.reactions_add(channel=where, timestamp="1.0", name="x"),
    "canvases": lambda c, where: c.conversations_canvases_create(
        channel_id=where, document_content={"type": "markdown", "markdown": "x"}
    ),
}


@pytest.mark.parametrize("method", CHANGES)
async def test_a_channel_is_changed_only_while_it_is_open_and_by_who_is_in_it(
    slack: PretendSlack, client: AsyncWebClient, method: str
) -> None:
    old = slack.channel("old", archived=True)
    public = slack.channel("public", with_bot=False)
    hidden = slack.channel("hidden", with_bot=False, private=True)

    refusals = [await error(CHANGES[method](client, one.id)) for one in (old, public, hidden)]

    assert refusals == ["is_archived", "not_in_channel", "channel_not_found"]


async def test_an_app_does_not_open_an_archived_channel_again_but_people_do(
    slack: PretendSlack, client: AsyncWebClient, ada: Person, inc: Channel
) -> None:
    await client.conversations_archive(channel=inc.id)
    refused = await error(client.conversations_unarchive(channel=inc.id))
    twice = await error(client.conversations_archive(channel=inc.id))
    slack.reopens(ada, inc)

    assert (refused, twice, inc.archived) == ("not_in_channel", "already_archived", False)


async def test_the_same_thing_is_not_put_on_twice(
    slack: PretendSlack, client: AsyncWebClient, ada: Person, inc: Channel
) -> None:
    said = slack.says(ada, "I see errors.", inc)
    where = {"channel": inc.id, "timestamp": said.ts}
    await client.pins_add(**where)
    await client.reactions_add(**where, name="eyes")

    assert await error(client.pins_add(**where)) == "already_pinned"
    assert await error(client.reactions_add(**where, name="eyes")) == "already_reacted"
    assert await error(client.reactions_add(**where, name="👀")) == "invalid_name"
    assert await error(client.pins_add(channel=inc.id, timestamp="1.0")) == "message_not_found"


async def test_a_private_channel_is_opened_by_its_own_scope_and_seen_by_its_members_alone(
    slack: PretendSlack, client: AsyncWebClient, ada: Person
) -> None:
    slack.workspace.scopes.discard("channels:manage")
    made = await client.conversations_create(name="secret", is_private=True)
    place = slack.workspace.channels[made["channel"]["id"]]
    listed = await client.users_conversations(types="public_channel,private_channel")

    assert await error(client.conversations_create(name="open")) == "missing_scope"
    assert [one["name"] for one in listed["channels"]] == ["secret"]
    assert slack.sees(ada).messages == ()
    with pytest.raises(CannotDo):
        await slack.joins_channel(ada, place)


async def test_people_do_in_a_channel_only_what_the_client_lets_them(
    slack: PretendSlack, ada: Person, inc: Channel
) -> None:
    bob, said = slack.person("bob"), slack.says(ada, "I see errors.", inc)
    await slack.reacts(ada, "eyes", said)

    impossible = [
        slack.reacts(ada, "eyes", said),
        slack.unreacts(ada, "tada", said),
        slack.reacts(bob, "eyes", said),
        slack.reacts(ada, "not an emoji", said),
        slack.reacts(ada, "eyes", inc.said[0]),
        slack.leaves(bob, inc),
        slack.archives(bob, inc),
        slack.joins_channel(ada, inc),
    ]
    for one in impossible:
        with pytest.raises(CannotDo):
            await one
    await slack.archives(ada, inc)
    with pytest.raises(CannotDo):
        slack.says(ada, "Too late.", inc)


async def test_an_app_hears_what_it_subscribed_to_also_of_its_own_deeds(
    slack: PretendSlack, client: AsyncWebClient, ada: Person, inc: Channel
) -> None:
    wanted = ["reaction_added", "channel_archive", "group_archive"]
    slack.workspace.manifest = {"settings": {"event_subscriptions": {"bot_events": wanted}}}
    said = slack.says(ada, "I see errors.", inc)
    elsewhere = slack.channel("elsewhere", members=[ada], with_bot=False)
    private = slack.channel("private", members=[ada], private=True)

    await slack.reacts(ada, "eyes", said)
    await slack.unreacts(ada, "eyes", said)
    await slack.archives(ada, elsewhere)
    await slack.archives(ada, private)
    await client.reactions_add(channel=inc.id, timestamp=said.ts, name="eyes")
    await slack.until(lambda: len(slack.deliveries) == 3)

    told = [(one.kind, one.payload["event"]["user"]) for one in slack.deliveries]
    us = slack.workspace.bot_user.id
    assert told == [("reaction_added", ada.id), ("group_archive", ada.id), ("reaction_added", us)]
