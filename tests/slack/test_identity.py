"""Who people are, and what is believed when Slack is slow or silent."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest

from bot.domain.errors import NotAllowed, NotNow
from bot.slack.identity import IdentitySettings, SlackDirectory, news_of
from bot.slack.payload import Payload
from integrations.slack.client import SlackClient
from playground.driver import PretendSlack
from tests.clock import SetClock


@pytest.fixture
async def directory(client: SlackClient, clock: SetClock) -> AsyncIterator[SlackDirectory]:
    settings = IdentitySettings(
        groups={"founders": ["U0ZZZZZZZZ"]}, channel_groups={"prod": ["C0ZZZZZZZZ"]}
    )
    opened = SlackDirectory(client, clock, settings)
    yield opened
    await opened.close()


def calls(slack: PretendSlack, method: str) -> int:
    return sum(call.method == method for call in slack.workspace.calls)


async def test_a_person_is_known_with_groups_name_and_zone(
    slack: PretendSlack, directory: SlackDirectory
) -> None:
    ada = slack.person("ada.lovelace", groups=["support", "oncall"], tz="Asia/Tokyo")

    actor = await directory.actor(slack.team_id, ada.id)

    assert actor.groups == {"support", "oncall"}
    assert (actor.name, actor.zone) == ("Ada Lovelace", "Asia/Tokyo")
    assert (actor.guest, actor.external, actor.bot) == (False, False, False)


async def test_groups_of_the_settings_are_added(
    client: SlackClient, slack: PretendSlack, clock: SetClock
) -> None:
    ada = slack.person("ada", groups=["support"])
    directory = SlackDirectory(client, clock, IdentitySettings(groups={"sre": [ada.id]}))

    actor = await directory.actor(slack.team_id, ada.id)

    assert actor.groups == {"support", "sre"}
    await directory.close()


async def test_guests_are_known_as_such(slack: PretendSlack, directory: SlackDirectory) -> None:
    bob = slack.person("bob", guest=True)
    eve = slack.person("eve", single_channel_guest=True)

    assert (await directory.actor(slack.team_id, bob.id)).guest
    assert (await directory.actor(slack.team_id, eve.id)).guest


async def test_people_of_other_workspaces_are_external(
    slack: PretendSlack, directory: SlackDirectory
) -> None:
    eve = slack.person("eve", external=True)

    asked_here = await directory.actor(slack.team_id, eve.id)
    asked_there = await directory.actor(slack.workspace.other_team_id, eve.id)

    assert asked_here.external
    assert asked_there.external


async def test_a_persons_own_workspace_counts_where_slack_sets_no_mark(
    slack: PretendSlack, directory: SlackDirectory
) -> None:
    eve = slack.person("eve", external=True)
    eve.stranger = False

    assert (await directory.actor(slack.team_id, eve.id)).external


async def test_one_of_ours_acting_under_another_workspace_is_external(
    slack: PretendSlack, directory: SlackDirectory
) -> None:
    ada = slack.person("ada")

    actor = await directory.actor(slack.workspace.other_team_id, ada.id)

    assert actor.external


async def test_bots_are_known_as_such(slack: PretendSlack, directory: SlackDirectory) -> None:
    robot = slack.person("robot", bot=True)

    assert (await directory.actor(slack.team_id, robot.id)).bot


async def test_a_switched_off_account_is_refused(
    slack: PretendSlack, directory: SlackDirectory
) -> None:
    gone = slack.person("gone", deactivated=True)

    with pytest.raises(NotAllowed, match="switched off"):
        await directory.actor(slack.team_id, gone.id)


async def test_who_slack_does_not_know_is_refused(
    slack: PretendSlack, directory: SlackDirectory
) -> None:
    with pytest.raises(NotAllowed, match="user_not_found"):
        await directory.actor(slack.team_id, "U0NOBODY00")


async def test_a_missing_scope_is_named_and_refuses(
    slack: PretendSlack, directory: SlackDirectory
) -> None:
    ada = slack.person("ada")
    slack.workspace.scopes.discard("usergroups:read")

    with pytest.raises(NotAllowed, match="missing_scope"):
        await directory.actor(slack.team_id, ada.id)


async def test_slack_is_asked_once_for_many_at_the_same_time(
    slack: PretendSlack, directory: SlackDirectory
) -> None:
    ada = slack.person("ada")

    await asyncio.gather(*(directory.actor(slack.team_id, ada.id) for _ in range(50)))

    asked = [calls(slack, m) for m in ("users.info", "usergroups.list", "auth.test")]
    assert asked == [1, 1, 1]


async def test_answers_are_asked_for_anew_when_they_are_old(
    slack: PretendSlack, directory: SlackDirectory, clock: SetClock
) -> None:
    ada = slack.person("ada")
    await directory.actor(slack.team_id, ada.id)
    clock.pass_(299)
    await directory.actor(slack.team_id, ada.id)
    young = calls(slack, "users.info")
    clock.pass_(2)

    ada.restricted = True

    assert (await directory.actor(slack.team_id, ada.id)).guest
    assert (young, calls(slack, "users.info")) == (1, 2)


@pytest.mark.parametrize("jump", [-86_400, 86_400])
async def test_a_jump_of_the_wall_clock_changes_no_age(
    slack: PretendSlack, directory: SlackDirectory, clock: SetClock, jump: int
) -> None:
    ada = slack.person("ada")
    await directory.actor(slack.team_id, ada.id)

    clock.jump(jump)
    await directory.actor(slack.team_id, ada.id)

    assert calls(slack, "users.info") == 1


async def test_what_slack_says_has_changed_is_asked_for_anew(
    slack: PretendSlack, directory: SlackDirectory
) -> None:
    ada = slack.person("ada", groups=["support"])
    await directory.actor(slack.team_id, ada.id)
    ada.restricted = True
    slack.workspace.group("support").users.remove(ada.id)

    user = {"id": ada.id, "team_id": slack.team_id}
    directory.heard(news_of(Payload({"event": {"type": "user_change", "user": user}})))
    directory.heard(
        news_of(Payload({"event": {"type": "subteam_members_changed", "subteam_id": "S1"}}))
    )

    actor = await directory.actor(slack.team_id, ada.id)
    assert (actor.guest, actor.groups) == (True, frozenset())


@pytest.mark.parametrize("trouble", ["down", "server_error", "rate_limit"])
async def test_while_slack_is_silent_an_answer_serves_for_an_hour_and_no_longer(
    slack: PretendSlack, directory: SlackDirectory, clock: SetClock, trouble: str
) -> None:
    ada = slack.person("ada", groups=["support"])
    await directory.actor(slack.team_id, ada.id)
    getattr(slack.workspace.faults, trouble)("*", times=100)

    clock.pass_(3500)
    actor = await directory.actor(slack.team_id, ada.id)
    clock.pass_(200)

    assert actor.groups == {"support"}
    with pytest.raises(NotAllowed, match="Slack does not answer"):
        await directory.actor(slack.team_id, ada.id)


async def test_who_was_never_seen_is_refused_while_slack_is_silent(
    slack: PretendSlack, directory: SlackDirectory
) -> None:
    ada = slack.person("ada")
    slack.workspace.faults.down()

    with pytest.raises(NotAllowed, match="cannot tell who you are"):
        await directory.actor(slack.team_id, ada.id)


async def test_a_slow_slack_is_not_waited_for_longer_than_the_ack_allows(
    slack: PretendSlack, directory: SlackDirectory
) -> None:
    ada = slack.person("ada")
    slack.workspace.faults.slow(6, "users.info")
    start = time.monotonic()

    with pytest.raises(NotAllowed, match="Slack does not answer"):
        await directory.actor(slack.team_id, ada.id)

    assert time.monotonic() - start < 3


async def test_a_slow_answer_is_there_for_the_next(
    slack: PretendSlack, directory: SlackDirectory
) -> None:
    ada = slack.person("ada")
    slack.workspace.faults.slow(1.2, "users.info", times=1)
    with pytest.raises(NotAllowed):
        await directory.actor(slack.team_id, ada.id)

    await slack.until(lambda: calls(slack, "users.info") == 1)
    actor = await directory.actor(slack.team_id, ada.id)

    assert actor.id == ada.id
    assert calls(slack, "users.info") == 1


async def test_the_warm_up_spares_the_first_question(
    slack: PretendSlack, directory: SlackDirectory
) -> None:
    people = [slack.person(f"person{n}", groups=["all"]) for n in range(250)]
    directory.warm_up()
    await slack.until(lambda: calls(slack, "users.list") >= 2)
    await slack.until(lambda: calls(slack, "usergroups.list") == 1)

    actor = await directory.actor(slack.team_id, people[10].id)

    assert actor.groups == {"all"}
    assert calls(slack, "users.info") == 0


async def test_a_warm_up_without_slack_harms_nothing(
    slack: PretendSlack, directory: SlackDirectory
) -> None:
    ada = slack.person("ada")
    slack.workspace.faults.down()
    directory.warm_up()
    with pytest.raises(NotAllowed):
        await directory.actor(slack.team_id, ada.id)

    slack.workspace.faults.clear()

    assert (await directory.actor(slack.team_id, ada.id)).id == ada.id


async def test_everybody_is_known_with_their_groups_but_for_bots_and_who_has_left(
    slack: PretendSlack, client: SlackClient, clock: SetClock
) -> None:
    ada, _ = slack.person("ada", groups=["support"]), slack.person("gone", deactivated=True)
    slack.person("bob", guest=True), slack.person("robot", bot=True)
    directory = SlackDirectory(client, clock, IdentitySettings(groups={"sre": [ada.id]}))

    people = {p.name: p for p in await directory.people(slack.team_id)}

    assert sorted(people) == ["Ada", "Bob"]
    assert people["Ada"] == await directory.actor(slack.team_id, ada.id)
    assert people["Ada"].groups == {"support", "sre"}
    assert people["Bob"].guest
    await directory.close()


async def test_everybody_is_asked_for_once_until_the_answer_is_old(
    slack: PretendSlack, directory: SlackDirectory, clock: SetClock
) -> None:
    for n in range(250):
        slack.person(f"person{n}")
    directory.warm_up()
    first, again = [await directory.people(slack.team_id) for _ in range(2)]
    young = calls(slack, "users.list")
    clock.pass_(301)
    slack.person("newcomer")

    anew = await directory.people(slack.team_id)

    assert (len(first), len(again), len(anew)) == (250, 250, 251)
    assert (young, calls(slack, "users.list")) == (2, 4)


async def test_while_slack_is_silent_everybody_of_before_serves_for_an_hour_and_no_longer(
    slack: PretendSlack, directory: SlackDirectory, clock: SetClock
) -> None:
    slack.person("ada")
    await directory.people(slack.team_id)
    slack.workspace.faults.down("*", times=100)

    clock.pass_(3500)
    people = await directory.people(slack.team_id)
    clock.pass_(200)

    assert [p.name for p in people] == ["Ada"]
    with pytest.raises(NotNow, match="People are not known now"):
        await directory.people(slack.team_id)


async def test_a_pause_that_slack_wishes_for_between_pages_is_made(
    slack: PretendSlack, directory: SlackDirectory, clock: SetClock
) -> None:
    slack.person("ada")
    slack.workspace.faults.rate_limit("users.list", retry_after=3)
    before = clock.monotonic()

    people = await directory.people(slack.team_id)

    assert [p.name for p in people] == ["Ada"]
    assert clock.monotonic() - before == 3


async def test_a_scope_that_is_missing_leaves_people_unknown(
    slack: PretendSlack, directory: SlackDirectory
) -> None:
    slack.workspace.scopes.discard("users:read")

    with pytest.raises(NotNow, match="People are not known now"):
        await directory.people(slack.team_id)


async def test_a_channel_with_other_organisations_is_shared(
    slack: PretendSlack, directory: SlackDirectory
) -> None:
    inside, outside = slack.channel("inside"), slack.channel("outside", shared=True)

    found = [await directory.channel(slack.team_id, c.id) for c in (inside, outside, inside)]

    assert [c.shared for c in found] == [False, True, False]
    assert calls(slack, "conversations.info") == 2


async def test_a_channel_that_cannot_be_known_is_taken_for_shared(
    slack: PretendSlack, directory: SlackDirectory
) -> None:
    slack.workspace.faults.slow(1.5, "conversations.info")
    slow = await directory.channel(slack.team_id, slack.channel("slow").id)
    slack.workspace.faults.clear()
    unknown = await directory.channel(slack.team_id, "C0NOWHERE0")

    assert slow.shared
    assert unknown.shared


async def test_a_channel_that_becomes_shared_is_asked_about_anew(
    slack: PretendSlack, directory: SlackDirectory
) -> None:
    ops = slack.channel("ops")
    await directory.channel(slack.team_id, ops.id)
    ops.shared = True

    directory.heard(news_of(Payload({"event": {"type": "channel_shared", "channel": ops.id}})))

    assert (await directory.channel(slack.team_id, ops.id)).shared


async def test_a_direct_message_is_not_shared_and_not_asked_about(
    slack: PretendSlack, directory: SlackDirectory
) -> None:
    direct = await directory.channel(slack.team_id, "D0ANYTHING")

    assert not direct.shared
    assert calls(slack, "conversations.info") == 0


async def test_channel_groups_come_from_the_settings(
    slack: PretendSlack, directory: SlackDirectory
) -> None:
    assert (await directory.channel(slack.team_id, "C0ZZZZZZZZ")).groups == {"prod"}
