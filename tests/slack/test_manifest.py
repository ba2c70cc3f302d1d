"""The manifest is one that Slack takes, and says what the bot needs."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from bot.slack.manifest import SCOPES, manifest
from playground.api import METHODS
from tests.slack.desk import CATALOGUE

SCHEMA = Path(__file__).parents[2].parent / "shared" / "slack-samples" / "manifest.schema.json"
URL = "https://bot.example.com/slack/events"


@pytest.fixture
def schema() -> Any:
    if not SCHEMA.is_file():
        pytest.skip(f"{SCHEMA} is not there, so Slack's own schema is not asked.")
    return json.loads(SCHEMA.read_text())


@pytest.mark.parametrize("request_url", [None, URL])
@pytest.mark.parametrize("aliases", [{}, {"/suspend": "users.suspend", "/gone": "not.there"}])
def test_slacks_schema_takes_it(
    schema: Any, request_url: str | None, aliases: dict[str, str]
) -> None:
    made = manifest(CATALOGUE, aliases=aliases, request_url=request_url)

    problems = list(jsonschema.Draft7Validator(schema).iter_errors(made))
    assert problems == []


def test_mentions_arrive_as_ids() -> None:
    made = manifest(CATALOGUE, aliases={"/suspend": "users.suspend"})

    commands = made["features"]["slash_commands"]
    assert [c["command"] for c in commands] == ["/ops", "/suspend"]
    assert all(c["should_escape"] for c in commands)


def test_an_alias_is_described_by_its_operation() -> None:
    made = manifest(CATALOGUE, aliases={"/suspend": "users.suspend"})

    alias = made["features"]["slash_commands"][1]
    assert (alias["description"], alias["usage_hint"]) == ("Suspend an account.", "user reason")


def test_with_an_address_everything_goes_there() -> None:
    made = manifest(CATALOGUE, request_url=URL)

    settings = made["settings"]
    assert settings["socket_mode_enabled"] is False
    assert settings["event_subscriptions"]["request_url"] == URL
    assert settings["interactivity"]["request_url"] == URL
    assert settings["interactivity"]["message_menu_options_url"] == URL


def test_without_an_address_socket_mode_is_on() -> None:
    made = manifest(CATALOGUE)

    assert made["settings"]["socket_mode_enabled"] is True
    assert "request_url" not in json.dumps(made)


def test_socket_mode_leaves_every_address_out(schema: Any) -> None:
    made = manifest(
        CATALOGUE,
        aliases={"/suspend": "users.suspend"},
        request_url=URL,
        socket_mode=True,
    )

    assert made["settings"]["socket_mode_enabled"] is True
    assert URL not in json.dumps(made)
    assert list(jsonschema.Draft7Validator(schema).iter_errors(made)) == []


def test_the_scopes_are_those_of_the_methods_that_are_called() -> None:
    called = {
        "chat.postMessage",
        "chat.update",
        "conversations.info",
        "conversations.open",
        "files.completeUploadExternal",
        "usergroups.list",
        "users.info",
    }

    places = {"{place}:read": {"channels:read", "groups:read", "im:read"}}
    needed = [METHODS[m].scope for m in called]
    scopes = set().union(*(places.get(s, {s}) for s in needed)) - {""}
    assert set(SCOPES) - {"commands"} >= scopes
