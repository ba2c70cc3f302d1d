"""Rooms in a pretend Slack: who is in them, and what stands on their walls."""

from integrations.ports import Chat, Room
from integrations.slack.client import SlackClient
from playground.driver import PretendSlack
from playground.model import Message
from tests.clock import SetClock
from tests.slack.rooms import another, calls, opened, place_of, refusal, told


async def test_people_come_in_and_the_others_are_told_why_not(
    slack: PretendSlack, chat: Chat
) -> None:
    ada, bob = slack.person("ada"), slack.person("bob")
    guest, gone = slack.person("gus", guest=True), slack.person("greta", deactivated=True)
    single = slack.person("sue", single_channel_guest=True)
    stranger = slack.person("olga", external=True)
    room = await opened(chat)
    us = slack.workspace.bot_user.id
    await chat.invite(room.id, [ada.id])

    asked = [ada.id, bob.id, guest.id, gone.id, "U0NOBODY", stranger.id, single.id, bob.id, us, ""]
    invited = await chat.invite(room.id, asked)

    assert invited.inside == (ada.id, bob.id, us)
    assert invited.outside == {
        guest.id: "They are a guest; somebody has to invite them by hand.",
        gone.id: "Slack does not let the app bring this account in.",
        "U0NOBODY": "Slack knows nobody with this id.",
        stranger.id: "Slack does not let the app bring this account in.",
        single.id: "They are a guest of one channel, and that is another one.",
    }
    assert set(await chat.members(room.id)) == {us, ada.id, bob.id}


async def test_a_crowd_comes_in_by_hundreds_and_one_wrong_id_costs_few_calls(
    slack: PretendSlack, chat: Chat
) -> None:
    people = [slack.person(f"p{number}").id for number in range(250)]
    room = await opened(chat)

    invited = await chat.invite(room.id, [*people[:30], "U0NOBODY", *people[30:]])

    assert len(invited.inside) == 250
    assert list(invited.outside) == ["U0NOBODY"]
    assert calls(slack, "conversations.invite") < 20


async def test_inviting_waits_where_slack_wants_a_pause(slack: PretendSlack, chat: Chat) -> None:
    ada, room = slack.person("ada"), await opened(chat)
    slack.workspace.faults.rate_limit("conversations.invite", times=2, retry_after=5)

    assert (await chat.invite(room.id, [ada.id])).inside == (ada.id,)


async def test_nobody_can_be_brought_into_a_room_that_is_closed(
    slack: PretendSlack, chat: Chat
) -> None:
    ada, room = slack.person("ada"), await opened(chat)
    await chat.archive(room.id)

    assert "the channel is archived" in await refusal(chat.invite(room.id, [ada.id]))


async def test_a_groups_people_are_found_by_its_handle(slack: PretendSlack, chat: Chat) -> None:
    ada = slack.person("ada", groups=["sre", "support"])
    slack.person("bob", groups=["support"])

    assert await chat.group("@SRE") == (ada.id,)
    assert "There is no usergroup 'nobody'" in await refusal(chat.group("nobody"))


async def test_a_room_that_cannot_be_seen_is_refused(slack: PretendSlack, chat: Chat) -> None:
    hidden = slack.channel("hidden", private=True, with_bot=False)

    assert "no such channel, or the app cannot see it" in await refusal(chat.room(hidden.id))


# What stands on the walls.


async def test_the_topic_is_set_once_however_often_it_is_asked(
    slack: PretendSlack, chat: Chat, room: Room
) -> None:
    for _ in range(3):
        await chat.topic(room.id, "SEV1 & <investigating>")
    await chat.topic(room.id, "x" * 300)

    topics = told(slack, "channel_topic")
    assert len(topics) == 2
    assert topics[0].endswith("set the channel topic: SEV1 &amp; &lt;investigating&gt;")
    assert place_of(slack, room).topic.value == "x" * 249 + "…"


async def test_a_topic_that_slack_rewrites_is_not_set_again(
    slack: PretendSlack, chat: Chat, room: Room
) -> None:
    for _ in range(2):
        await chat.topic(room.id, "🔥 SEV1")

    assert place_of(slack, room).topic.value == ":fire: SEV1"
    assert len(told(slack, "channel_topic")) == 1


async def test_a_bookmark_of_the_same_title_is_changed(
    slack: PretendSlack, chat: Chat, room: Room
) -> None:
    for url in ("https://a.example", "https://a.example", "https://b.example"):
        await chat.bookmark(room.id, "Ticket", url)
    await chat.bookmark(room.id, "Status page", "https://s.example")

    bar = [(one.title, one.link) for one in place_of(slack, room).bookmarks]
    assert bar == [("Ticket", "https://b.example"), ("Status page", "https://s.example")]
    assert "does not begin with" in await refusal(chat.bookmark(room.id, "Odd", "javascript:x"))


async def test_a_message_is_pinned_and_reacted_to_once(
    slack: PretendSlack, chat: Chat, room: Room, said: Message
) -> None:
    for _ in range(2):
        await chat.pin(room.id, said.ts)
        await chat.react(room.id, said.ts, ":eyes:")

    assert [pin.ts for pin in place_of(slack, room).pins] == [said.ts]
    assert said.reactions == {"eyes": [slack.workspace.bot_user.id]}
    assert "no such message" in await refusal(chat.pin(room.id, "1.000000"))
    assert "no emoji of that name" in await refusal(chat.react(room.id, said.ts, "Not One"))


async def test_a_message_is_read_in_the_room_and_in_a_thread(
    slack: PretendSlack, chat: Chat, room: Room, said: Message
) -> None:
    reply = Message(room.id, slack.workspace.new_ts(), said.author, "Me, too.")
    reply.thread_ts = said.ts
    slack.workspace.post(reply)
    slack.says(slack.workspace.people[said.author], "Later.", place_of(slack, room))

    assert await chat.read(room.id, said.ts) == (said.author, "I see errors.")
    assert await chat.read(room.id, reply.ts) == (said.author, "Me, too.")
    assert "no such message" in await refusal(chat.read(room.id, "1.000000"))
    link = await chat.link(room.id, said.ts)
    assert link == f"https://acme.slack.com/archives/{room.id}/p{said.ts.replace('.', '')}"


async def test_a_room_is_renamed_unless_the_name_is_taken(
    slack: PretendSlack, chat: Chat, room: Room
) -> None:
    slack.channel("taken")

    renamed = await chat.rename(room.id, "Checkout: fixed")
    again = await chat.rename(room.id, "Checkout: fixed")

    assert renamed.name == again.name == place_of(slack, room).name == "checkout-fixed"
    assert calls(slack, "conversations.rename") == 1
    assert "Choose another name." in await refusal(chat.rename(room.id, "taken"))


async def test_a_room_is_closed_once_and_opened_again_by_hand(
    slack: PretendSlack, chat: Chat, room: Room
) -> None:
    await chat.reopen(room.id)
    for _ in range(2):
        await chat.archive(room.id)

    assert (await chat.room(room.id)).archived
    assert len(told(slack, "channel_archive")) == 1
    assert "Do it by hand" in await refusal(chat.reopen(room.id))


async def test_the_canvas_is_made_and_then_replaced(
    slack: PretendSlack, client: SlackClient, clock: SetClock, chat: Chat, room: Room
) -> None:
    first = await chat.canvas(room.id, "Timeline", "# 10:00 It began")
    second = await another(client, clock).canvas(room.id, "Timeline", "# 10:05 It ended")

    canvas = place_of(slack, room).canvas
    assert canvas is not None
    assert first == second == canvas.id
    assert (canvas.title, canvas.markdown) == ("Timeline", "# 10:05 It ended")
