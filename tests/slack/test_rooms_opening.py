"""A room is opened once for each key, and found again after a lost answer or a crash."""

import asyncio
from collections.abc import Callable

import pytest

from bot.domain.errors import OutcomeUnknown
from integrations.ports import Chat
from integrations.slack.client import SlackClient
from integrations.slack.naming import mark_of
from playground.driver import PretendSlack
from playground.model import Channel
from playground.workspace import SCOPES
from tests.clock import SetClock
from tests.slack.rooms import another, calls, names, opened, place_of, refusal


async def test_a_room_is_opened_with_its_purpose_and_its_address(
    slack: PretendSlack, chat: Chat
) -> None:
    room = await opened(chat, name="INC 7: Größe!")

    place = place_of(slack, room)
    assert (room.name, room.private, room.archived) == ("inc-7-grosse", False, False)
    assert room.url == f"https://acme.slack.com/archives/{room.id}"
    assert place.purpose.value == f"Checkout is down. {mark_of('k')}"
    assert place.members == [slack.workspace.bot_user.id]


async def test_the_same_key_gets_the_same_room_also_under_another_name(
    slack: PretendSlack, chat: Chat
) -> None:
    first = await opened(chat)
    await chat.rename(first.id, "inc-1-renamed")
    second = await opened(chat)

    assert (second.id, second.name) == (first.id, "inc-1-renamed")
    assert names(slack) == ["inc-1-renamed"]


async def test_a_name_that_others_have_is_numbered(slack: PretendSlack, chat: Chat) -> None:
    slack.channel("inc-1", members=[slack.person("ada")])
    slack.channel("inc-1-2", private=True, with_bot=False)
    slack.channel("inc-1-3", archived=True)

    mine, other = await opened(chat), await opened(chat, key="other")

    assert (mine.name, other.name) == ("inc-1-4", "inc-1-5")


async def test_a_name_that_is_taken_twenty_times_is_refused_with_a_cure(
    slack: PretendSlack, chat: Chat
) -> None:
    slack.channel("inc-1")
    for number in range(2, 21):
        slack.channel(f"inc-1-{number}")

    assert "Choose another name." in await refusal(opened(chat))


async def test_a_private_room_is_private(slack: PretendSlack, chat: Chat) -> None:
    room = await opened(chat, private=True)

    assert room.private
    assert place_of(slack, room).private
    assert await chat.find_room("k") == room


async def test_a_hostile_purpose_keeps_its_mark(slack: PretendSlack, chat: Chat) -> None:
    purpose = "<!channel> & " * 100
    room = await chat.open_room("x", purpose=purpose, private=False, key="k")

    assert len(place_of(slack, room).purpose.value) <= 250
    assert await chat.find_room("k") == room


async def test_a_mark_that_somebody_copied_into_their_own_room_is_not_ours(
    slack: PretendSlack, chat: Chat
) -> None:
    room = await opened(chat)
    copied = slack.channel("copied", members=[slack.person("mallory")])
    copied.purpose = place_of(slack, room).purpose
    slack.workspace.channels = dict(reversed(slack.workspace.channels.items()))

    assert await chat.find_room("k") == room


# Found again.


async def test_no_room_is_found_before_it_is_opened(chat: Chat) -> None:
    assert await chat.find_room("k") is None


async def test_a_room_is_found_behind_a_thousand_others(
    slack: PretendSlack, client: SlackClient, clock: SetClock, chat: Chat
) -> None:
    for number in range(900):
        slack.channel(f"other-{number}", with_bot=number % 2 == 0)
    room = await opened(chat)
    slack.workspace.faults.rate_limit("users.conversations", times=2, retry_after=3)

    assert await another(client, clock).find_room("k") == room


async def test_a_room_whose_opening_lost_its_answer_is_found_and_there_is_one(
    slack: PretendSlack, client: SlackClient, clock: SetClock, chat: Chat
) -> None:
    slack.workspace.faults.lossy("conversations.create", times=1)
    with pytest.raises(OutcomeUnknown):
        await opened(chat)

    found = await chat.find_room("k")

    assert found is not None
    assert await another(client, clock).find_room("k") == found
    assert await opened(chat) == found
    assert names(slack) == ["inc-1"]


@pytest.mark.parametrize("kind", ["down", "lossy", "server_error"])
async def test_a_room_whose_purpose_was_not_set_is_found_and_marked(
    slack: PretendSlack, client: SlackClient, clock: SetClock, chat: Chat, kind: str
) -> None:
    getattr(slack.workspace.faults, kind)("conversations.setPurpose", times=1)
    with pytest.raises(OutcomeUnknown):
        await opened(chat)

    found = await chat.find_room("k")

    assert found is not None
    assert mark_of("k") in place_of(slack, found).purpose.value
    assert await another(client, clock).find_room("k") == found
    assert names(slack) == ["inc-1"]


async def test_after_a_crash_the_unmarked_room_is_taken_by_opening_it_again(
    slack: PretendSlack, client: SlackClient, clock: SetClock, chat: Chat
) -> None:
    slack.workspace.faults.lossy("conversations.create", times=1)
    with pytest.raises(OutcomeUnknown):
        await opened(chat)
    newborn = another(client, clock)

    found = await newborn.find_room("k")
    room = await opened(newborn)

    assert found is None
    assert names(slack) == ["inc-1"]
    assert mark_of("k") in place_of(slack, room).purpose.value


@pytest.mark.parametrize(
    "change",
    [
        lambda slack, place: place.members.append(slack.person("ada").id),
        lambda _, place: setattr(place, "created", place.created - 3600),
        lambda slack, place: setattr(place, "creator", slack.person("ada").id),
        lambda _, place: setattr(place, "private", True),
    ],
    ids=["somebody came in", "it is old", "somebody else made it", "it is private"],
)
async def test_an_unmarked_room_is_left_alone(
    slack: PretendSlack,
    client: SlackClient,
    chat: Chat,
    change: Callable[[PretendSlack, Channel], None],
) -> None:
    made = (await client.write("conversations.create", name="inc-1"))["channel"]["id"]
    change(slack, slack.workspace.channels[made])

    room = await opened(chat)

    assert (room.id == made, room.name) == (False, "inc-1-2")
    assert slack.workspace.channels[made].purpose.value == ""


async def test_another_key_does_not_take_a_room_that_waits_for_its_mark(
    slack: PretendSlack, chat: Chat
) -> None:
    slack.workspace.faults.down("conversations.setPurpose", times=1)
    with pytest.raises(OutcomeUnknown):
        await opened(chat, key="first")
    assert await chat.find_room("second") is None
    other = await opened(chat, key="second", name="another")

    first = await chat.find_room("first")

    assert first is not None
    assert (first.name, other.name) == ("inc-1", "another")


async def test_an_opening_that_came_to_its_end_late_is_met_by_its_name(
    slack: PretendSlack, client: SlackClient, chat: Chat
) -> None:
    made = (await client.write("conversations.create", name="inc-1"))["channel"]["id"]
    place = slack.workspace.channels[made]
    # Slack does not list it yet when it is looked for, but the name is taken.
    place.with_bot = False

    async def appears() -> None:
        await slack.until(lambda: calls(slack, "conversations.create") == 2)
        place.with_bot = True

    room, _ = await asyncio.gather(opened(chat), appears())

    assert (room.id, names(slack)) == (made, ["inc-1"])


async def test_without_the_right_to_open_channels_the_scope_is_named(
    slack: PretendSlack, chat: Chat
) -> None:
    slack.workspace.scopes = set(SCOPES.split()) - {"channels:manage", "groups:write"}

    public = await refusal(opened(chat))
    private = await refusal(opened(chat, private=True))

    assert "lacks the scope 'channels:manage'" in public
    assert "lacks the scope 'groups:write'" in private
    assert "redbutton manifest" in public
