"""What was said can be read back: history, threads, metadata."""

from collections.abc import Awaitable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from playground.arguments import Arguments
from playground.driver import PretendSlack
from playground.methods_history import conversations_history
from playground.model import Channel, Message
from playground.workspace import Workspace
from tests.playground.conftest import SetClock

RUN = {"event_type": "run", "event_payload": {"key": "7/head"}}


async def error(asking: Awaitable[Any]) -> str:
    """Return the error that *asking* is answered with."""
    with pytest.raises(SlackApiError) as refused:
        await asking
    word: str = refused.value.response["error"]
    return word


def texts(answer: Any) -> list[str]:
    return [said["text"] for said in answer["messages"]]


@pytest.fixture
def ops(slack: PretendSlack) -> str:
    return slack.channel("ops").id


async def test_history_is_newest_first_without_replies(client: AsyncWebClient, ops: str) -> None:
    first = await client.chat_postMessage(channel=ops, text="one")
    reply = await client.chat_postMessage(channel=ops, text="reply", thread_ts=first["ts"])
    await client.chat_postMessage(channel=ops, text="two")

    history = await client.conversations_history(channel=ops)

    assert texts(history) == ["two", "one"]
    assert history["messages"][1]["reply_count"] == 1
    assert history["messages"][1]["latest_reply"] == reply["ts"]


async def test_a_thread_is_oldest_first_and_found_by_any_of_its_messages(
    client: AsyncWebClient, ops: str
) -> None:
    first = await client.chat_postMessage(channel=ops, text="one")
    await client.chat_postMessage(channel=ops, text="elsewhere")
    reply = await client.chat_postMessage(channel=ops, text="reply", thread_ts=first["ts"])

    by_parent = await client.conversations_replies(channel=ops, ts=first["ts"])
    by_reply = await client.conversations_replies(channel=ops, ts=reply["ts"])
    later = await client.conversations_replies(channel=ops, ts=first["ts"], oldest=first["ts"])

    assert texts(by_parent) == texts(by_reply) == ["one", "reply"]
    assert texts(later) == ["reply"]


async def test_a_window_leaves_its_edges_out_unless_they_are_asked_for(
    client: AsyncWebClient, ops: str, clock: SetClock
) -> None:
    stamps = []
    for word in ("one", "two", "three"):
        stamps.append((await client.chat_postMessage(channel=ops, text=word))["ts"])
        clock.passes(60)
    edges = {"channel": ops, "oldest": stamps[0], "latest": stamps[2]}

    inside = await client.conversations_history(**edges)
    whole = await client.conversations_history(**edges, inclusive=True)
    since = await client.conversations_history(channel=ops, oldest=stamps[0])

    assert texts(inside) == ["two"]
    assert texts(whole) == ["three", "two", "one"]
    assert texts(since) == ["three", "two"]


@given(said=st.integers(0, 12), limit=st.integers(1, 5))
def test_pages_hold_each_message_once(said: int, limit: int) -> None:
    workspace = Workspace(SetClock())
    place = workspace.add_channel(Channel("C1", "ops", 0))
    for number in range(said):
        workspace.post(Message(place.id, workspace.new_ts(), "U1", str(number)))
    found: list[str] = []
    more: dict[str, Any] = {"has_more": True, "response_metadata": {"next_cursor": ""}}

    while more["has_more"]:
        cursor = more["response_metadata"]["next_cursor"]
        asked = {"channel": place.id, "limit": limit, "cursor": cursor}
        more = conversations_history(workspace, Arguments(asked))
        found += texts(more)

    assert found == [str(number) for number in reversed(range(said))]


async def test_metadata_is_shown_only_when_asked_for(client: AsyncWebClient, ops: str) -> None:
    first = await client.chat_postMessage(channel=ops, text="one", metadata=RUN)
    await client.chat_update(channel=ops, ts=first["ts"], text="edited")

    without = await client.conversations_history(channel=ops)
    history = await client.conversations_history(channel=ops, include_all_metadata=True)
    thread = await client.conversations_replies(
        channel=ops, ts=first["ts"], include_all_metadata=True
    )

    assert "metadata" not in without["messages"][0]
    assert history["messages"][0]["metadata"] == RUN
    assert thread["messages"][0]["metadata"] == RUN


async def test_an_update_replaces_and_removes_metadata(client: AsyncWebClient, ops: str) -> None:
    other = {"event_type": "run", "event_payload": {"key": "8/head"}}
    ts = (await client.chat_postMessage(channel=ops, text="one", metadata=RUN))["ts"]

    replaced = await client.chat_update(channel=ops, ts=ts, text="two", metadata=other)
    removed = await client.chat_update(channel=ops, ts=ts, text="three", metadata={})

    assert replaced["message"]["metadata"] == other
    assert "metadata" not in removed["message"]


@pytest.mark.parametrize(
    ("metadata", "word"),
    [
        ([], "invalid_metadata_format"),
        ({}, "invalid_metadata_format"),
        ({"event_type": "run"}, "invalid_metadata_format"),
        ({"event_type": "a run", "event_payload": {}}, "invalid_metadata_format"),
        ({"event_type": "run", "event_payload": []}, "invalid_metadata_format"),
        ({**RUN, "key": "7"}, "invalid_metadata_format"),
        ({"event_type": "run", "event_payload": {"key": None}}, "invalid_metadata_schema"),
        ({"event_type": "run", "event_payload": {"key": {"a": {}}}}, "invalid_metadata_schema"),
    ],
)
async def test_metadata_of_another_shape_is_refused(
    slack: PretendSlack, client: AsyncWebClient, ops: str, metadata: Any, word: str
) -> None:
    body = {"channel": ops, "text": "x", "metadata": metadata}

    refused = await error(client.api_call("chat.postMessage", json=body))

    assert refused == word
    assert slack.workspace.messages == []


async def test_reading_needs_the_scope_of_the_kind_of_place(
    slack: PretendSlack, client: AsyncWebClient
) -> None:
    ada = slack.person("ada")
    places = {
        "channels:history": slack.channel("ops").id,
        "groups:history": slack.channel("secret", private=True).id,
        "im:history": slack.direct(ada).id,
    }
    said = {p: (await client.chat_postMessage(channel=p, text="x"))["ts"] for p in places.values()}

    readable = [(await client.conversations_history(channel=place))["ok"] for place in said]
    refused = []
    for scope, place in places.items():
        slack.workspace.scopes.remove(scope)
        refused.append(await error(client.conversations_history(channel=place)))
        refused.append(await error(client.conversations_replies(channel=place, ts=said[place])))

    assert readable == [True] * 3
    assert refused == ["missing_scope"] * 6


async def test_what_cannot_be_read_says_why(slack: PretendSlack, client: AsyncWebClient) -> None:
    out = slack.channel("out", with_bot=False).id
    secret = slack.channel("secret", with_bot=False, private=True).id
    ops = slack.channel("ops").id

    refused = [
        await error(client.conversations_history(channel=out)),
        await error(client.conversations_replies(channel=out, ts="1.0")),
        await error(client.conversations_history(channel=secret)),
        await error(client.conversations_replies(channel=ops, ts="1.0")),
        await error(client.conversations_history(channel=ops, oldest="yesterday")),
        await error(client.conversations_history(channel=ops, latest="-1")),
        await error(client.conversations_history(channel=ops, cursor="garbage!")),
    ]

    assert refused == [
        "not_in_channel",
        "not_in_channel",
        "channel_not_found",
        "thread_not_found",
        "invalid_ts_oldest",
        "invalid_ts_latest",
        "invalid_cursor",
    ]
