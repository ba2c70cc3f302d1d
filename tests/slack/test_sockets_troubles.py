"""Why nothing comes by socket: each cause has its sentence, and its cure is noticed."""

from functools import partial

import pytest

from bot.domain.clock import SystemClock
from bot.slack.socket_troubles import farewell
from bot.slack.sockets import Sockets
from integrations.slack.client import SlackClient
from playground.driver import PretendSlack
from tests.slack.socketry import QUICK, Answering, sockets_to, until

CLOCK = SystemClock()
MAKE = (
    "Make one under Basic Information > App-Level Tokens with the scope `connections:write`"
    " and set it: `export SLACK_APP_TOKEN=xapp-…`."
)


async def unable(client: SlackClient, token: str) -> str | None:
    """Return what is said once a connection was asked for with *token* in vain."""
    sockets = Sockets(Answering(), lambda: client.socket_url(token), CLOCK, rhythm=QUICK)
    first = sockets.trouble()
    await sockets.start()
    await until(lambda: sockets.trouble() != first)
    said = sockets.trouble()
    await sockets.close()
    return said


async def test_an_unknown_token_is_named(client: SlackClient) -> None:
    said = await unable(client, "xapp-wrong")

    assert said == f"Slack does not take `SLACK_APP_TOKEN`: it says 'invalid_auth'. {MAKE}"


async def test_a_bots_token_in_the_wrong_place_is_named(
    slack: PretendSlack, client: SlackClient
) -> None:
    said = await unable(client, slack.bot_token)

    assert said == (
        "`SLACK_APP_TOKEN` holds another kind of token:"
        f" Slack says 'not_allowed_token_type'. {MAKE}"
    )


async def test_a_token_without_the_scope_is_named(slack: PretendSlack, client: SlackClient) -> None:
    slack.workspace.app_scopes.clear()

    said = await unable(client, slack.app_token)

    assert said == (
        f"`SLACK_APP_TOKEN` lacks `connections:write`: Slack says 'missing_scope'. {MAKE}"
    )


async def test_socket_mode_switched_off_is_named_and_noticed_when_it_is_back(
    slack: PretendSlack, client: SlackClient
) -> None:
    async with sockets_to(slack, client) as (sockets, _):
        await slack.links.disable()
        await until(lambda: "link_disabled" in (sockets.trouble() or ""))
        trouble = sockets.trouble()
        slack.links.enabled = True
        await until(lambda: sockets.open == 2)

    assert trouble == (
        "Slack says 'link_disabled': Socket Mode is switched off for this app."
        " Switch it on at your app's page > Socket Mode."
    )


async def test_the_eleventh_connection_says_why_there_is_none_and_comes_when_there_is_room(
    slack: PretendSlack, client: SlackClient
) -> None:
    url = partial(client.socket_url, slack.app_token)
    crowd = Sockets(Answering(), url, CLOCK, count=10, rhythm=QUICK)
    late = Sockets(Answering(), url, CLOCK, rhythm=QUICK)
    await crowd.start()
    await until(lambda: crowd.open == 10)

    await late.start()
    await until(lambda: "ten connections" in (late.trouble() or ""))
    said = late.trouble()
    await crowd.close()
    await until(lambda: late.open == 2)
    await late.close()

    assert said == (
        "Slack says 'too_many_websockets': ten connections of this app are open."
        " Stop other bots that use the token in `SLACK_APP_TOKEN`; four of ours leave room."
    )


async def test_no_trouble_is_said_twice_in_the_log(
    slack: PretendSlack, client: SlackClient, caplog: pytest.LogCaptureFixture
) -> None:
    sockets = Sockets(Answering(), lambda: client.socket_url("xapp-wrong"), CLOCK, rhythm=QUICK)
    await sockets.start()
    await until(lambda: len(slack.workspace.calls) > 6)
    await sockets.close()

    assert caplog.text.count("invalid_auth") == 1
    assert "xapp-wrong" not in caplog.text


def test_a_farewell_that_nobody_knows_yet_is_passed_on() -> None:
    said = farewell("a_new_reason"), farewell("")

    assert [trouble.words for trouble in said] == [
        "Slack closed the connection with 'a_new_reason'. It is opened again.",
        "Slack closed the connection with 'no reason'. It is opened again.",
    ]
