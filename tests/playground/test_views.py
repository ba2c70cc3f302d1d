"""Triggers, hashes and stacks, as slack_sdk meets them."""

from copy import deepcopy
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from playground.driver import PretendSlack
from playground.model import Person
from tests.playground.bad_views import BAD, GOOD
from tests.playground.conftest import SetClock
from tests.playground.test_api import refusal

HOME = {"type": "home", "blocks": [{"type": "divider"}]}


@pytest.fixture
def ada(slack: PretendSlack) -> Person:
    return slack.person("ada")


def trigger(slack: PretendSlack, person: Person, *, in_modal: bool = False) -> str:
    return slack.workspace.permits.trigger(person.id, slack.workspace.now(), in_modal=in_modal)


async def test_a_view_opens_for_whom_the_trigger_was_made(
    slack: PretendSlack, client: AsyncWebClient, ada: Person
) -> None:
    opened = await client.views_open(trigger_id=trigger(slack, ada), view=GOOD)

    modal = await slack.opens(ada, "Suspend a user")
    assert modal.id == opened["view"]["id"] == opened["view"]["root_view_id"]
    assert modal.fields["reason"].kind == "plain_text_input"
    assert "count" in opened["view"]["state"]["values"]


async def test_a_trigger_lives_three_seconds_and_serves_once(
    slack: PretendSlack, client: AsyncWebClient, clock: SetClock, ada: Person
) -> None:
    used, late = trigger(slack, ada), trigger(slack, ada)
    clock.passes(3)
    await client.views_open(trigger_id=used, view=GOOD)
    again = await refusal(client.views_open(trigger_id=used, view=GOOD))
    clock.passes(0.001)
    expired = await refusal(client.views_open(trigger_id=late, view=GOOD))
    unknown = await refusal(client.views_open(trigger_id="1.2.3", view=GOOD))

    errors = [answer["error"] for answer in (again, expired, unknown)]
    assert errors == ["exchanged_trigger_id", "expired_trigger_id", "invalid_trigger_id"]


@pytest.mark.parametrize("fault", BAD)
async def test_a_bad_view_is_refused_in_slacks_words(
    slack: PretendSlack, client: AsyncWebClient, ada: Person, fault: str
) -> None:
    asking = client.views_open(trigger_id=trigger(slack, ada), view=BAD[fault])

    answer = await refusal(asking)

    assert answer["error"] == "invalid_arguments"
    assert "[json-pointer:/" in answer["response_metadata"]["messages"][0]
    assert slack.sees(ada).modal is None


async def test_a_view_above_250_kb_is_too_large(
    slack: PretendSlack, client: AsyncWebClient, ada: Person
) -> None:
    large = {**GOOD, "private_metadata": "x" * 250_000}

    answer = await refusal(client.views_open(trigger_id=trigger(slack, ada), view=large))

    assert answer["error"] == "view_too_large"


async def test_an_update_with_an_old_hash_is_a_conflict(
    slack: PretendSlack, client: AsyncWebClient, ada: Person
) -> None:
    opened = (await client.views_open(trigger_id=trigger(slack, ada), view=GOOD))["view"]
    at = {"view_id": opened["id"], "view": GOOD}
    await client.views_update(hash=opened["hash"], **at)
    late = await refusal(client.views_update(hash=opened["hash"], **at))
    gone = await refusal(client.views_update(view_id="V0", view=GOOD))

    assert (late["error"], gone["error"]) == ("hash_conflict", "not_found")


async def test_an_update_keeps_what_was_typed(
    slack: PretendSlack, client: AsyncWebClient, ada: Person
) -> None:
    opened = (await client.views_open(trigger_id=trigger(slack, ada), view=GOOD))["view"]
    slack.fills(ada, reason="Card testing", choice="Option 2")
    changed: dict[str, Any] = deepcopy(GOOD)
    changed["blocks"][1]["block_id"] = "renamed"

    await client.views_update(view_id=opened["id"], view=changed)

    fields = slack.modal(ada).fields
    assert fields["reason"].value == "Card testing"
    assert fields["renamed"].value is None


async def test_a_fourth_view_is_too_many(
    slack: PretendSlack, client: AsyncWebClient, ada: Person
) -> None:
    await client.views_open(trigger_id=trigger(slack, ada), view=GOOD)
    early = await refusal(client.views_push(trigger_id=trigger(slack, ada), view=GOOD))
    for _ in range(2):
        await client.views_push(trigger_id=trigger(slack, ada, in_modal=True), view=GOOD)
    over = await refusal(
        client.views_push(trigger_id=trigger(slack, ada, in_modal=True), view=GOOD)
    )

    assert early["error"] == "invalid_trigger_id"
    assert over["error"] == "push_limit_reached"
    assert slack.modal(ada).depth == 3


async def test_an_external_id_is_unique(
    slack: PretendSlack, client: AsyncWebClient, ada: Person
) -> None:
    named = {**GOOD, "external_id": "run-7"}
    bob = slack.person("bob")
    await client.views_open(trigger_id=trigger(slack, ada), view=named)
    twice = await refusal(client.views_open(trigger_id=trigger(slack, bob), view=named))
    await client.views_update(external_id="run-7", view={**named, "title": GOOD["close"]})

    assert twice["error"] == "duplicate_external_id"
    assert slack.modal(ada).title == "Cancel"


async def test_a_home_is_published_for_one_person(
    slack: PretendSlack, client: AsyncWebClient, ada: Person
) -> None:
    first = await client.views_publish(user_id=ada.id, view=HOME)
    await client.views_publish(user_id=ada.id, view=HOME, hash=first["view"]["hash"])
    late = await refusal(
        client.views_publish(user_id=ada.id, view=HOME, hash=first["view"]["hash"])
    )
    modal = await refusal(client.views_publish(user_id=ada.id, view=GOOD))

    assert late["error"] == "hash_conflict"
    assert modal["error"] == "invalid_arguments"
    assert slack.sees(ada).home is not None
