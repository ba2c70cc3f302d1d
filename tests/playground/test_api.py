"""Slack's own client talks to the pretend Web API."""

from collections.abc import Awaitable
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from playground.driver import PretendSlack


async def refusal(asking: Awaitable[Any]) -> dict[str, Any]:
    """Return the body of the error that *asking* is answered with."""
    with pytest.raises(SlackApiError) as refused:
        await asking
    body: dict[str, Any] = refused.value.response.data
    return body


async def test_a_token_is_asked_for_and_checked(
    slack: PretendSlack, client: AsyncWebClient
) -> None:
    client.token = "xoxb-wrong"
    wrong = await refusal(client.auth_test())
    client.token = None
    missing = await refusal(client.auth_test())

    assert (wrong["error"], missing["error"]) == ("invalid_auth", "not_authed")
    assert slack.workspace.calls[-1].answer["error"] == "not_authed"


async def test_auth_test_names_the_bot_and_its_scopes(
    slack: PretendSlack, client: AsyncWebClient
) -> None:
    answer = await client.auth_test()

    assert answer["user_id"] == slack.workspace.bot_user.id
    assert "chat:write" in answer.headers["x-oauth-scopes"]


async def test_a_missing_scope_is_named(slack: PretendSlack, client: AsyncWebClient) -> None:
    slack.workspace.scopes.remove("chat:write")

    answer = await refusal(client.chat_postMessage(channel="C1", text="x"))

    assert (answer["error"], answer["needed"]) == ("missing_scope", "chat:write")
    assert "users:read" in answer["provided"]


async def test_an_unknown_method_is_refused(client: AsyncWebClient) -> None:
    assert (await refusal(client.api_call("chat.shout")))["error"] == "unknown_method"


async def test_people_are_what_they_are(slack: PretendSlack, client: AsyncWebClient) -> None:
    guest = slack.person("gus", guest=True)
    outsider = slack.person("olga", external=True, email="olga@elsewhere.example")
    gone = slack.person("greta", deactivated=True)

    found = [(await client.users_info(user=p.id))["user"] for p in (guest, outsider, gone)]

    assert [one.get("is_restricted") for one in found] == [True, False, None]
    assert [one.get("is_stranger", False) for one in found] == [False, True, False]
    assert [one["deleted"] for one in found] == [False, False, True]
    assert found[1]["team_id"] != slack.team_id
    assert "email" not in found[1]["profile"]


async def test_the_email_is_shown_only_with_its_scope(
    slack: PretendSlack, client: AsyncWebClient
) -> None:
    ada = slack.person("ada")
    before = await client.users_info(user=ada.id)
    slack.workspace.scopes.remove("users:read.email")
    after = await client.users_info(user=ada.id)

    assert before["user"]["profile"]["email"] == "ada@example.com"
    assert "email" not in after["user"]["profile"]


async def test_lists_come_in_pages(slack: PretendSlack, client: AsyncWebClient) -> None:
    people = [slack.person(f"p{n}") for n in range(5)]
    first = await client.users_list(limit=4)
    second = await client.users_list(limit=4, cursor=first["response_metadata"]["next_cursor"])

    assert len(first["members"]) == 4
    assert second["members"][-1]["id"] == people[-1].id
    assert second["response_metadata"]["next_cursor"] == ""


async def test_groups_have_members(slack: PretendSlack, client: AsyncWebClient) -> None:
    ada = slack.person("ada", groups=["support"])

    groups = (await client.usergroups_list(include_users=True))["usergroups"]
    users = await client.usergroups_users_list(usergroup=groups[0]["id"])

    assert (groups[0]["handle"], groups[0]["users"]) == ("support", [ada.id])
    assert users["users"] == [ada.id]


async def test_a_message_reaches_members_of_the_channel_only(
    slack: PretendSlack, client: AsyncWebClient
) -> None:
    ada, bob = slack.person("ada"), slack.person("bob")
    ops = slack.channel("ops", members=[ada])

    posted = await client.chat_postMessage(channel=ops.id, text=f"Hello <@{bob.id}> &amp; all")

    assert slack.sees(ada).text == "Hello @bob & all"
    assert slack.sees(bob).messages == ()
    assert posted["ts"] == slack.sees(ada).last.ts


async def test_posting_to_a_person_opens_their_direct_messages(
    slack: PretendSlack, client: AsyncWebClient
) -> None:
    ada = slack.person("ada")

    posted = await client.chat_postMessage(channel=ada.id, text="psst")
    opened = await client.conversations_open(users=ada.id)

    assert posted["channel"] == opened["channel"]["id"]
    assert slack.sees(ada).text == "psst"


async def test_places_that_cannot_be_posted_to(slack: PretendSlack, client: AsyncWebClient) -> None:
    places = {
        "not_in_channel": slack.channel("out", with_bot=False).id,
        "channel_not_found": slack.channel("secret", with_bot=False, private=True).id,
        "is_archived": slack.channel("old", archived=True).id,
        "cannot_dm_bot": slack.person("robot", bot=True).id,
    }

    answers = [await refusal(client.chat_postMessage(channel=c, text="x")) for c in places.values()]

    assert [answer["error"] for answer in answers] == list(places)


async def test_messages_that_cannot_be_posted(slack: PretendSlack, client: AsyncWebClient) -> None:
    ops = slack.channel("ops").id
    section = {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3000}}

    async def error(text: str, blocks: list[dict[str, Any]]) -> dict[str, Any]:
        body = {"channel": ops, "text": text, "blocks": blocks}
        return await refusal(client.api_call("chat.postMessage", json=body))

    assert (await error("", []))["error"] == "no_text"
    assert (await error("x" * 40_001, []))["error"] == "msg_too_long"
    assert (await error("x", [section] * 5))["error"] == "msg_blocks_too_long"
    invalid = await error("x", [{"type": "section"}])
    assert invalid["error"] == "invalid_blocks"
    assert "[json-pointer:/blocks/0]" in invalid["response_metadata"]["messages"][0]
    assert [bool(one.problems) for one in slack.workspace.produced] == [True] * 4


async def test_an_update_edits_in_place_and_text_alone_removes_the_blocks(
    slack: PretendSlack, client: AsyncWebClient
) -> None:
    ada = slack.person("ada")
    ops = slack.channel("ops", members=[ada])
    blocks = [{"type": "section", "text": {"type": "plain_text", "text": "in blocks"}}]
    posted = await client.chat_postMessage(channel=ops.id, text="fallback", blocks=blocks)
    first = slack.sees(ada).text

    await client.chat_update(channel=ops.id, ts=posted["ts"], text="done")

    assert first == "in blocks"
    assert [(m.text, m.edited) for m in slack.sees(ada).messages] == [("done", True)]


async def test_only_own_messages_can_be_changed(
    slack: PretendSlack, client: AsyncWebClient
) -> None:
    ada = slack.person("ada")
    ops = slack.channel("ops", members=[ada])
    hers = slack.says(ada, "mine", ops)

    missing = await refusal(client.chat_update(channel=ops.id, ts="1.0", text="x"))
    foreign = await refusal(client.chat_update(channel=ops.id, ts=hers.ts, text="x"))
    undeletable = await refusal(client.chat_delete(channel=ops.id, ts=hers.ts))

    assert missing["error"] == "message_not_found"
    assert foreign["error"] == "cant_update_message"
    assert undeletable["error"] == "cant_delete_message"


async def test_an_ephemeral_message_is_seen_by_one_and_kept_out_of_history(
    slack: PretendSlack, client: AsyncWebClient
) -> None:
    ada, bob = slack.person("ada"), slack.person("bob")
    ops = slack.channel("ops", members=[ada, bob])

    await client.chat_postEphemeral(channel=ops.id, user=ada.id, text="only you")
    stranger = slack.person("eve").id
    refused = await refusal(client.chat_postEphemeral(channel=ops.id, user=stranger, text="x"))

    assert slack.sees(ada).last.ephemeral
    assert slack.sees(bob).messages == ()
    assert (await client.conversations_history(channel=ops.id))["messages"] == []
    assert refused["error"] == "user_not_in_channel"


async def test_a_file_is_uploaded_in_three_steps(
    slack: PretendSlack, client: AsyncWebClient
) -> None:
    ada = slack.person("ada")
    ops = slack.channel("ops", members=[ada])

    await client.files_upload_v2(
        channel=ops.id, filename="long.txt", title="Result", content="x" * 50_000
    )

    (file,) = slack.sees(ada).last.files
    assert (file.title, len(file.content or b"")) == ("Result", 50_000)
    assert (await client.files_info(file=file.id))["file"]["size"] == 50_000


async def test_a_permalink_names_the_message(slack: PretendSlack, client: AsyncWebClient) -> None:
    ops = slack.channel("ops").id
    posted = await client.chat_postMessage(channel=ops, text="one")

    link = await client.chat_getPermalink(channel=ops, message_ts=posted["ts"])

    assert link["permalink"].endswith(f"/{ops}/p{posted['ts'].replace('.', '')}")


async def test_channels_say_whether_they_are_shared(
    slack: PretendSlack, client: AsyncWebClient
) -> None:
    ada = slack.person("ada")
    shared = slack.channel("with-friends", members=[ada], shared=True)
    slack.channel("secret", private=True)

    info = await client.conversations_info(channel=shared.id, include_num_members=True)
    public = await client.conversations_list()
    members = await client.conversations_members(channel=shared.id)

    assert info["channel"]["is_ext_shared"]
    assert [one["name"] for one in public["channels"]] == ["with-friends"]
    assert members["members"] == [ada.id, slack.workspace.bot_user.id]
