"""The manifest is one that Slack takes, and says what the bot needs."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from bot.slack.handlers import NOTICED
from bot.slack.manifest import EVENTS, SCOPES, manifest
from playground.api import METHODS
from tests.slack.desk import CATALOGUE

SCHEMA = Path(__file__).parents[2].parent / "shared" / "slack-samples" / "manifest.schema.json"
INSTALL = Path(__file__).parents[2] / "docs" / "how-to" / "install.md"
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
    assert [c["command"] for c in commands] == ["/ops", "/incident", "/suspend"]
    assert all(c["should_escape"] for c in commands)


def test_an_alias_is_described_by_its_operation() -> None:
    made = manifest(CATALOGUE, aliases={"/suspend": "users.suspend"})

    alias = made["features"]["slash_commands"][-1]
    assert (alias["description"], alias["usage_hint"]) == ("Suspend an account.", "user reason")


def test_an_alias_keeps_the_word_that_we_would_use_ourselves() -> None:
    made = manifest(CATALOGUE, aliases={"/incident": "users.suspend"})

    told = [(c["command"], c["description"]) for c in made["features"]["slash_commands"]]
    assert told[1:] == [("/incident", "Suspend an account.")]


def test_a_shortcut_is_offered_everywhere_and_two_on_messages() -> None:
    made = manifest(CATALOGUE)

    shortcuts = made["features"]["shortcuts"]
    assert [(s["type"], s["callback_id"]) for s in shortcuts] == [
        ("global", "run_operation"),
        ("message", "declare_incident"),
        ("message", "keep_message"),
    ]


def test_what_is_noticed_is_subscribed_to() -> None:
    assert set(EVENTS) >= NOTICED


def test_the_how_to_says_what_each_scope_and_event_is_for() -> None:
    page = INSTALL.read_text("utf-8")

    assert [one for one in (*SCOPES, *EVENTS) if f"`{one}`" not in page] == []


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
        "bookmarks.add",
        "bookmarks.list",
        "canvases.edit",
        "chat.postMessage",
        "chat.update",
        "conversations.create",
        "conversations.history",
        "conversations.info",
        "conversations.open",
        "files.completeUploadExternal",
        "pins.add",
        "reactions.add",
        "usergroups.list",
        "users.info",
    }

    places = {
        "{manage}": {"channels:manage", "groups:write", "im:write"},
        "{place}:history": {"channels:history", "groups:history", "im:history"},
        "{place}:read": {"channels:read", "groups:read", "im:read"},
    }
    needed = [METHODS[m].scope for m in called]
    scopes = set().union(*(places.get(s, {s}) for s in needed)) - {""}
    # No method: slash commands, the e-mail of an account, the event of a reaction.
    others = {"commands", "users:read.email", "reactions:read"}
    assert set(SCOPES) - others == scopes
