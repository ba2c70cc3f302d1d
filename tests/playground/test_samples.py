"""The playground invents no field: what it sends has only keys that Slack's own samples have."""

import json
from pathlib import Path
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.clock import SystemClock
from playground.driver import PretendSlack
from playground.http import asgi
from playground.model import Person
from tests.playground.bad_views import GOOD
from tests.playground.bolt import TinyBot
from tests.playground.conftest import SetClock

SAMPLES = Path(__file__).parents[3] / "shared" / "slack-samples"

pytestmark = pytest.mark.skipif(
    not SAMPLES.is_dir(), reason="Slack's samples are not beside the repository."
)

_OWN_CONTENT = {"blocks", "values", "event_payload"}
"""Where the sample does not go, or the app's own content stands."""

_CUT_FROM_SAMPLES = "/view/blocks"
"""In payloads the samples are cut here; the blocks are in the samples of the view methods."""


def sample(name: str) -> Any:
    return json.loads((SAMPLES / name).read_text())


def invented(sent: Any, known: Any, at: str = "") -> list[str]:
    """Return the places in *sent* that *known* does not have; an empty sample knows nothing."""
    if isinstance(sent, list) and isinstance(known, list):
        return [f for one in sent if known for f in invented(one, known[0], f"{at}/*")]
    if not isinstance(sent, dict) or not isinstance(known, dict) or not known:
        return []
    found = [f"{at}/{key}" for key in sent.keys() - known.keys()]
    for key in (sent.keys() & known.keys()) - _OWN_CONTENT:
        found += invented(sent[key], known[key], f"{at}/{key}")
    return sorted({place for place in found if not place.endswith(_CUT_FROM_SAMPLES)})


def test_an_invented_field_would_be_found() -> None:
    assert invented({"a": {"b": 1, "c": 2}}, {"a": {"b": 0}}) == ["/a/c"]


@pytest.fixture
def ada(slack: PretendSlack) -> Person:
    return slack.person("ada", groups=["support"])


async def test_answers_of_the_web_api(
    slack: PretendSlack, client: AsyncWebClient, ada: Person
) -> None:
    bob = slack.person("bob", guest=True)
    ops = slack.channel("ops", members=[ada, bob], shared=True)
    support = slack.group("support", [ada]).id
    blocks = [{"type": "divider"}]
    metadata = {"event_type": "run", "event_payload": {}}
    posted = await client.chat_postMessage(
        channel=ops.id, text="x", blocks=blocks, thread_ts="1.0", metadata=metadata
    )
    await client.chat_update(channel=ops.id, ts=posted["ts"], text="y")
    await client.chat_postMessage(channel=ops.id, text="z")
    await client.chat_postEphemeral(channel=ops.id, user=ada.id, text="x")
    await client.chat_getPermalink(channel=ops.id, message_ts=posted["ts"])
    await client.files_upload_v2(channel=ops.id, filename="a.txt", content="x")
    await client.files_info(file=next(iter(slack.workspace.files)))
    await client.auth_test()
    await client.users_info(user=bob.id)
    await client.users_list()
    await client.usergroups_list(include_users=True)
    await client.usergroups_users_list(usergroup=support)
    await client.conversations_info(channel=ops.id, include_num_members=True)
    await client.conversations_list(types="public_channel,im")
    await client.conversations_members(channel=ops.id)
    await client.conversations_open(users=ada.id, return_im=True)
    await client.conversations_history(channel=ops.id)
    await client.chat_delete(channel=ops.id, ts=posted["ts"])
    trigger = slack.workspace.permits.trigger(ada.id, slack.workspace.now())
    view = (await client.views_open(trigger_id=trigger, view=GOOD))["view"]
    await client.views_update(view_id=view["id"], view=GOOD)
    again = slack.workspace.permits.trigger(ada.id, slack.workspace.now(), in_modal=True)
    await client.views_push(trigger_id=again, view=GOOD)
    await client.views_publish(user_id=ada.id, view={"type": "home", "blocks": blocks})

    calls = slack.workspace.calls
    wrong = [(c.method, invented(c.answer, sample(f"api/{c.method}.json"))) for c in calls]
    assert [found for found in wrong if found[1]] == []
    assert all(call.answer["ok"] for call in calls)


async def test_payloads(
    slack: PretendSlack, client: AsyncWebClient, clock: SetClock, ada: Person
) -> None:
    # Bolt judges the age of a signature by the machine's clock.
    clock.time = SystemClock().now()
    slack.deliver_to(asgi(TinyBot(slack, client).app))
    ops = slack.channel("ops", members=[ada])
    await slack.types(ada, "/ops button", ops)
    await slack.message_action(ada, "declare", slack.sees(ada).last)
    await slack.presses(ada, "Go")
    await slack.types(ada, "/ops form", ops)
    await slack.presses(ada, "b1")
    await slack.suggests(ada, "user", "ad")
    slack.fills(ada, user="u1")
    await slack.submits(ada)
    await slack.types(ada, "/ops form", ops)
    await slack.closes(ada)
    names = {
        "command": "payloads/SlashCommandPayload.json",
        "block_actions": "payloads/BlockActionPayload.json",
        "message_action": "payloads/MessageShortcutPayload.json",
        "view_submission": "payloads/ViewSubmissionPayload.json",
        "view_closed": "payloads/ViewClosedPayload.json",
        # There is no sample of it; it is a block action in most of its fields.
        "block_suggestion": "payloads/BlockActionPayload.json",
    }

    sent = slack.deliveries
    wrong = [(one.kind, invented(one.payload, sample(names[one.kind]))) for one in sent]
    suggestion = ("block_suggestion", ["/action_id", "/block_id", "/value"])
    assert {one.kind for one in sent} == names.keys()
    assert [found for found in wrong if found[1]] == [suggestion]


async def test_events(
    slack: PretendSlack, client: AsyncWebClient, clock: SetClock, ada: Person
) -> None:
    clock.time = SystemClock().now()
    slack.deliver_to(asgi(TinyBot(slack, client).app))
    await client.views_publish(
        user_id=ada.id, view={"type": "home", "blocks": [{"type": "divider"}]}
    )
    await slack.opens_home(ada)
    await slack.changes(ada, restricted=True)
    await slack.joins(ada)
    await slack.regroups("support", [])

    names = {
        "app_home_opened": "AppHomeOpened",
        "user_change": "UserChange",
        "team_join": "TeamJoin",
        "subteam_updated": "SubteamUpdated",
        "subteam_members_changed": "SubteamMembersChanged",
    }
    sent = {delivery.kind: delivery.payload for delivery in slack.deliveries}
    wrong = {k: invented(sent[k], sample(f"events/{n}Payload.json")) for k, n in names.items()}
    assert sent.keys() == names.keys()
    assert {kind: fields for kind, fields in wrong.items() if fields} == {}
