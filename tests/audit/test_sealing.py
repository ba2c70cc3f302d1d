"""What is secret or personal is not in the record, and what is sealed opens again."""

import base64
import json
import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, select

from audit.append import append
from audit.records import leaf_of
from audit.sealing import Sealer
from audit.search import Found, trail
from audit.tables import audit_event
from bot.domain.params import Secret
from bot.domain.record import Event
from tests.audit.ledger import (
    ADA,
    NOON,
    PIN,
    SEALER,
    a_database,
    a_decision,
    an_event,
)

GRACE = "grace@example.com"


def recorded(conn: Connection, event: Event) -> Found:
    with conn.begin():
        append(conn, event, SEALER)
        [found] = trail(conn, event.invocation or "")
    return found


def opened(conn: Connection, body: Mapping[str, object]) -> dict[str, Any]:
    with conn.begin():
        return SEALER.open(conn, body)


def test_a_sealed_event_opens_to_what_was_recorded(conn: Connection) -> None:
    event = an_event()

    body = opened(conn, recorded(conn, event).body)

    assert body["target"] == ADA
    assert body["params"] == {**event.params, "pin": {"hmac": body["params"]["pin"]["hmac"]}}
    assert event.decision is not None
    assert body["decision"]["request"] == event.decision.request


personal = st.text("abcdefghijklmnopqrstuvwxyz.@", min_size=12, max_size=40)


@given(personal, personal)
def test_neither_a_personal_nor_a_secret_value_is_in_any_column(user: str, pin: str) -> None:
    params = {"user": f"!{user}", "pin": Secret(f"!{pin}"), "reason": "r"}
    event = an_event(f"!{user}", params=params)
    with a_database() as engine, engine.begin() as conn:
        append(conn, event, SEALER)

        [row] = conn.execute(select(audit_event))

        everything = " ".join(map(str, row))
        assert f"!{user}" not in everything
        assert f"!{pin}" not in everything
        assert row.target == SEALER.pseudonym(f"!{user}")


def test_equal_secrets_can_be_compared_without_being_read(conn: Connection) -> None:
    first = recorded(conn, an_event(invocation="a")).body["params"]["pin"]
    same = recorded(conn, an_event(invocation="b", params={"pin": Secret(PIN)})).body["params"]
    other = recorded(conn, an_event(invocation="c", params={"pin": "other"})).body["params"]

    assert first == same["pin"]
    assert first != other["pin"]


def test_a_secret_that_is_no_text_is_hidden_too(conn: Connection) -> None:
    found = recorded(conn, an_event(params={"pin": 1234}))

    assert found.body["params"]["pin"].keys() == {"hmac"}


def test_a_value_that_no_field_describes_is_hidden_like_a_secret(conn: Connection) -> None:
    found = recorded(conn, an_event(params={"pasword": "hunter2"}))

    assert found.body["params"]["pasword"].keys() == {"hmac"}


def test_an_empty_field_stays_empty(conn: Connection) -> None:
    found = recorded(conn, an_event(params={"user": None, "pin": None}))

    assert found.body["params"] == {"user": None, "pin": None}


def test_what_looks_like_a_token_leaves_every_free_text(conn: Connection) -> None:
    token = "xoxb" + "-1234567890-abcdef"
    event = an_event(
        target=f"host {token}",
        target_personal=False,
        params={"reason": token},
        detail={"error": f"401 for {token}"},
        decision=replace(a_decision(ADA), errors=(f"no entity {token}",)),
    )

    found = recorded(conn, event)

    assert token not in json.dumps(found.body)
    assert found.target == "host [removed: looks like a Slack token]"
    assert found.body["detail"] == {"error": "401 for [removed: looks like a Slack token]"}
    assert found.body["decision"]["errors"] == ["no entity [removed: looks like a Slack token]"]


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"context": {}},
        {"context": {"params": {}}, "resource": {"type": "Operation", "id": "meta.help"}},
    ],
)
def test_a_request_without_personal_places_is_kept_as_it_is(
    conn: Connection, facts: dict[str, object]
) -> None:
    decision = replace(a_decision(ADA), request=facts)

    found = recorded(conn, an_event(target=None, target_personal=False, decision=decision))

    assert found.body["decision"].get("request", {}) == facts


def test_a_plain_target_is_kept_in_clear(conn: Connection) -> None:
    found = recorded(conn, an_event("PCHECK1", target_personal=False))

    assert found.target == "PCHECK1"
    assert found.body["decision"]["request"]["resource"]["id"] == "PCHECK1"


def test_personal_values_without_a_target_are_sealed_for_the_person_they_name(
    conn: Connection,
) -> None:
    event = an_event(target=None, params={"user": ADA}, decision=None)

    found = recorded(conn, event)

    assert found.body["params"]["user"]["subject"] == SEALER.pseudonym(ADA)


def test_personal_values_that_are_no_text_open_as_they_were(conn: Connection) -> None:
    event = an_event(target=None, params={"user": [ADA, 7]}, decision=None)

    found = recorded(conn, event)

    assert opened(conn, found.body)["params"] == {"user": [ADA, 7]}


@given(st.text())
def test_a_person_has_one_pseudonym_however_the_name_is_written(name: str) -> None:
    apart = unicodedata.normalize("NFD", f" {name.casefold()}\n")

    assert SEALER.pseudonym(apart) == SEALER.pseudonym(unicodedata.normalize("NFC", name))


def test_pseudonyms_need_the_key() -> None:
    other = Sealer(b"o" * 32)

    assert other.pseudonym(ADA) != SEALER.pseudonym(ADA)
    assert SEALER.pseudonym(ADA).startswith("p_")
    assert len(SEALER.pseudonym(ADA)) == 18


def test_a_sealed_value_moved_to_another_event_does_not_open(conn: Connection) -> None:
    first = recorded(conn, an_event(invocation="a")).body
    second = recorded(conn, an_event(invocation="b")).body

    moved = opened(conn, {**second, "target": first["target"]})

    assert moved["target"] == {"unreadable": True}


def test_a_sealed_value_moved_within_its_event_does_not_open(conn: Connection) -> None:
    body = recorded(conn, an_event()).body

    moved = opened(conn, {**body, "target": body["params"]["user"]})

    assert moved["target"] == {"unreadable": True}


@pytest.mark.parametrize("sealed", ["", "not base64!", base64.b64encode(b"x" * 40).decode()])
def test_a_sealed_value_that_was_altered_does_not_open(conn: Connection, sealed: str) -> None:
    body = recorded(conn, an_event()).body

    altered = opened(conn, {**body, "target": {**body["target"], "sealed": sealed}})

    assert altered["target"] == {"unreadable": True}


def test_another_store_key_opens_nothing(conn: Connection) -> None:
    body = recorded(conn, an_event()).body

    with conn.begin():
        read = Sealer(b"o" * 32).open(conn, body)

    assert read["target"] == {"unreadable": True}


def test_erasing_a_person_leaves_the_bytes_and_takes_the_values(conn: Connection) -> None:
    before = recorded(conn, an_event())
    grace = recorded(conn, an_event(GRACE, invocation="grace"))

    with conn.begin():
        erased = SEALER.erase(conn, f" {ADA.upper()}", NOON)
        [after] = trail(conn, "inv-1")
        row = conn.execute(select(audit_event).where(audit_event.c.id == before.id)).one()

    assert erased
    assert after == before
    assert leaf_of(row.body) == row.leaf
    assert opened(conn, after.body)["target"] == {"erased": True}
    assert opened(conn, after.body)["params"]["user"] == {"erased": True}
    assert opened(conn, grace.body)["target"] == GRACE


def test_what_is_recorded_of_an_erased_person_holds_only_the_pseudonym(conn: Connection) -> None:
    recorded(conn, an_event(invocation="a"))
    with conn.begin():
        SEALER.erase(conn, ADA, NOON)

    found = recorded(conn, an_event(invocation="b"))

    nothing = {"erased": True, "subject": SEALER.pseudonym(ADA)}
    assert found.body["target"] == nothing
    assert found.target == nothing["subject"]
    assert opened(conn, found.body)["target"] == nothing
