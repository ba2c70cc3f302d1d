"""What a message and a button tell of an incident, whatever they hold."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack.declaring import first_line, link_to, press, told_by, unopened
from bot.slack.payload import Payload
from commands.incident.declare import declare_incident
from tests.slackblocks_judge import judge_message

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=6,
)


def link(**more: Any) -> str | None:
    body = {"team": {"id": "T0", "domain": "acme"}, "channel": {"id": "C0OPS"}} | more
    return link_to(Payload(body), Payload({"ts": "1750000000.000100", **more}))


def test_a_message_has_the_address_that_slack_gives_it() -> None:
    assert link() == "https://acme.slack.com/archives/C0OPS/p1750000000000100"


def test_a_message_of_a_thread_is_found_within_it() -> None:
    thread = "1740000000.000200"

    assert link(thread_ts=thread) == (
        "https://acme.slack.com/archives/C0OPS/p1750000000000100"
        "?thread_ts=1740000000.000200&cid=C0OPS"
    )


@pytest.mark.parametrize(
    "odd",
    [
        {"team": {"domain": "evil.example.com/x"}},
        {"team": None},
        {"channel": {"id": "C0/../x"}},
        {"ts": "1"},
        {"ts": None},
    ],
)
def test_an_address_is_made_of_nothing_odd(odd: dict[str, Any]) -> None:
    assert link(**odd) is None


@pytest.mark.parametrize(
    ("message", "title"),
    [
        ({"text": "\n  Pay &amp; go fails \nmore"}, "Pay & go fails"),
        ({"text": "", "attachments": [{"title": "High load", "fallback": "x"}]}, "High load"),
        ({"blocks": [{"type": "header", "text": {"text": "Disk full"}}]}, "Disk full"),
        ({"text": "x" * 500}, "x" * 200),
        ({}, ""),
        ({"text": None, "attachments": "no", "blocks": [None]}, ""),
    ],
)
def test_the_first_line_of_a_message_is_the_title(message: dict[str, Any], title: str) -> None:
    assert first_line(Payload(message)) == title


@given(anything.map(json.dumps) | st.text(max_size=50))
def test_any_value_of_a_button_tells_only_what_the_modal_can_hold(value: str) -> None:
    told = told_by(value, declare_incident)

    assert set(told) <= {"title", "service", "severity"}
    assert all(len(said) <= 200 for said in told.values())
    assert told.get("severity", "SEV1") in {"SEV1", "SEV2", "SEV3", "SEV4"}


@given(st.text(max_size=3000))
def test_where_no_modal_opens_the_message_fits_slack(title: str) -> None:
    assert judge_message(unopened({"title": title})) == []


def test_what_does_not_fit_a_button_is_left_out() -> None:
    assert press({"title": "x" * 3000}).params == {}
