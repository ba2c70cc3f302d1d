"""Every payload Slack has been seen to send, with anything in it missing or of another type."""

import copy
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.slack.payload import Payload, fit_for_bolt, kind_of
from bot.slack.plain import plain
from tests.slack.conftest import Surface

SAMPLES = Path(__file__).parents[2].parent / "shared" / "slack-samples"
PEOPLE = {"id": "U1ADA", "username": "ada", "name": "ada", "team_id": "T1"}
ODD: tuple[object, ...] = (None, "", 0, 7, "x", [], {}, [None], [7], {"id": None}, True)
LEFT_OUT = object()

FORM = {
    "id": "V1",
    "hash": "1.a",
    "type": "modal",
    "callback_id": "op",
    "private_metadata": json.dumps({"op": "users.suspend", "ch": "C1"}),
    "blocks": [
        {"type": "input", "block_id": "user", "element": {"action_id": "value"}},
        {"type": "section", "block_id": "intro"},
    ],
    "state": {"values": {"user": {"value": {"type": "plain_text_input", "value": "ada"}}}},
}
CATALOGUE = {**FORM, "callback_id": "catalogue"}
BUTTON = {"action_id": "cancel", "value": "0199", "type": "button", "action_ts": "1.2"}
OPENED = {"type": "app_home_opened", "tab": "home", "user": "U1ADA"}
REACTED = {"type": "reaction_added", "user": "U1ADA", "reaction": "pushpin"}
US = [{"user_id": "U1BOT", "is_bot": True}]
OPENS = {**BUTTON, "action_id": "open_form:users.suspend", "value": "users.suspend"}
USED: dict[str, dict[str, Any]] = {
    "command": {"user_id": "U1ADA", "team_id": "T1", "command": "/ops", "text": "users.suspend a"},
    "block_actions": {"actions": [BUTTON], "team": {"id": "T1"}, "user": PEOPLE},
    "view_submission": {"view": FORM, "team": {"id": "T1"}, "user": PEOPLE},
    "block_suggestion": {"view": FORM, "block_id": "user", "action_id": "value", "value": "a"},
    "catalogue": {"type": "view_submission", "view": CATALOGUE, "user": PEOPLE},
    "search": {"type": "block_suggestion", "view": CATALOGUE, "user": PEOPLE, "value": "sus"},
    "shortcut": {"callback_id": "run_operation", "user": PEOPLE, "trigger_id": ""},
    "event_callback": {"event": {"type": "user_change", "user": PEOPLE}, "team_id": "T1"},
    "home": {"type": "event_callback", "event": OPENED, "team_id": "T1"},
    "incident": {"user_id": "U1ADA", "team_id": "T1", "command": "/incident", "text": "down"},
    "declare": {"type": "message_action", "callback_id": "declare_incident", "user": PEOPLE},
    "reacted": {"type": "event_callback", "event": REACTED, "authorizations": US},
    "open": {"type": "block_actions", "actions": [OPENS], "team_id": "T1", "user": PEOPLE},
}


def samples() -> list[Path]:
    found = [*sorted(SAMPLES.glob("payloads/*.json")), *sorted(SAMPLES.glob("events/*.json"))]
    return found or [SAMPLES]


def typed(path: Path) -> dict[str, Any]:
    """Return a sample, with its type where Slack's blanked it."""
    if not path.is_file():
        pytest.skip(f"{SAMPLES} is not there, so Slack's own samples are not tried.")
    payload: dict[str, Any] = json.loads(path.read_text())
    if path.parent.name == "events":
        payload["type"] = "event_callback"
    return payload


def spoilt(payload: dict[str, Any], deep: int = 4) -> Iterator[dict[str, Any]]:
    """Yield *payload* with each single field left out, and with each odd value in its place."""
    for path in paths(payload, deep):
        for odd in (LEFT_OUT, *ODD):
            yield replaced(payload, path, odd)


def paths(value: Any, deep: int) -> Iterator[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    for name, held in inner:
        yield (name,)
        if deep > 1 and isinstance(held, dict | list):
            yield from ((name, *rest) for rest in paths(held, deep - 1))


def replaced(payload: dict[str, Any], path: tuple[Any, ...], odd: object) -> dict[str, Any]:
    changed = copy.deepcopy(payload)
    holder: Any = changed
    for name in path[:-1]:
        holder = holder[name]
    if odd is LEFT_OUT:
        del holder[path[-1]]
    else:
        holder[path[-1]] = odd
    return changed


async def answers(surface: Surface, payloads: Iterator[dict[str, Any]]) -> set[int]:
    """Return with which statuses *payloads* of known kinds are answered."""
    return {
        (await surface.dispatch(payload, {})).status for payload in payloads if kind_of(payload)
    }


def tracebacks(caplog: pytest.LogCaptureFixture) -> list[str]:
    grave = [r for r in caplog.records if r.exc_info or r.levelno >= logging.ERROR]
    return [r.getMessage() for r in grave]


@pytest.mark.parametrize("path", samples(), ids=lambda path: path.stem)
async def test_every_sample_is_answered_whatever_one_field_holds(
    surface: Surface, caplog: pytest.LogCaptureFixture, path: Path
) -> None:
    payload = typed(path)

    statuses = await answers(surface, spoilt(payload, deep=2))

    assert statuses == {200}
    assert tracebacks(caplog) == []


@pytest.mark.parametrize("kind", USED)
async def test_every_payload_that_means_something_is_answered_whatever_one_field_holds(
    surface: Surface, caplog: pytest.LogCaptureFixture, kind: str
) -> None:
    payload = USED[kind] if "command" in USED[kind] else {"type": kind, **USED[kind]}

    statuses = await answers(surface, spoilt(payload))

    assert statuses == {200}
    assert tracebacks(caplog) == []


async def test_a_command_without_a_person_is_refused_in_words(surface: Surface) -> None:
    ack = await surface.dispatch({**USED["command"], "user_id": None}, {})

    assert "Slack did not say who asks" in ack.body
    assert surface.desk.asked == []


async def test_a_command_without_a_trigger_still_has_a_key_of_its_own(surface: Surface) -> None:
    await surface.dispatch(USED["command"], {})
    await surface.dispatch({**USED["command"], "text": "users.suspend b"}, {})

    first, second = surface.desk.asked
    assert first.key != second.key


async def test_a_payload_of_no_known_kind_is_refused(surface: Surface) -> None:
    ack = await surface.dispatch({"type": "interactive_message"}, {})

    assert ack.status == 400


def test_what_fits_bolt_keeps_everything_of_the_documented_type() -> None:
    payload = {"type": "view_closed", "user": PEOPLE, "team": {"id": "T1"}, "view": {"id": "V"}}

    fit = fit_for_bolt(payload, "view_closed")

    assert Payload(fit).text("view", "id") == "V"
    assert (fit["user"], fit["team"]) == (PEOPLE, {"id": "T1"})


@pytest.mark.parametrize(
    ("sent", "typed_"),
    [
        ("<@U1ADA|ada> <#C1OPS|ops> <!subteam^S1ON|@oncall>", "U1ADA C1OPS S1ON"),
        ("<@U1ADA>", "U1ADA"),
        ("<mailto:a@b.example|a@b.example>", "a@b.example"),
        ("<https://x.example/?a=1&amp;b=2|x.example>", "https://x.example/?a=1&b=2"),
        ("<tel:+4930123|030 123>", "+4930123"),
        ("<!channel> <!here|here>", "@channel @here"),
        ("<!date^1392734382^{date}|18 February>", "18 February"),
        ("a &lt;@U1ADA&gt; &amp;lt; b", "a <@U1ADA> &lt; b"),
        ("", ""),
    ],
)
def test_slack_markup_becomes_what_was_typed(sent: str, typed_: str) -> None:
    assert plain(sent) == typed_
