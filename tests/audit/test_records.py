"""What the bytes of an event are."""

import hashlib
import json
import math
import unicodedata
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from enum import Enum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.records import body_of, canonical, columns_of, leaf_of, row_of, utc
from bot.domain.params import Secret
from bot.domain.record import Event, Stage
from tests.audit.ledger import NOON, an_event, events, texts

trees = st.recursive(
    st.none() | st.booleans() | st.integers() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


class Colour(Enum):
    RED = "red"


@given(st.dictionaries(texts, trees))
def test_the_bytes_do_not_depend_on_the_order_of_keys(body: dict[str, object]) -> None:
    reversed_keys = dict(reversed(body.items()))

    assert canonical({"body": reversed_keys}) == canonical({"body": body})


@given(texts)
def test_the_bytes_do_not_depend_on_the_unicode_form(text: str) -> None:
    apart = unicodedata.normalize("NFD", text)
    composed = unicodedata.normalize("NFC", text)

    assert canonical(apart) == canonical(composed)


def test_an_accent_after_a_line_end_stays_an_accent() -> None:
    assert json.loads(canonical("\n\u0303")) == "\n\u0303"


@given(trees)
def test_canonical_text_is_utf8_json_that_is_canonical_again(tree: object) -> None:
    text = canonical(tree)

    assert canonical(json.loads(text)) == text
    assert text.encode().decode() == text
    assert "\\u0000" not in text.replace("\\\\", "")


def test_keys_are_sorted_and_there_are_no_spaces() -> None:
    assert canonical({"b": [1, 2], "a": "ä"}) == '{"a":"ä","b":[1,2]}'


def test_values_of_every_kind_have_one_form() -> None:
    values = {
        "aware": datetime(2026, 1, 1, 2, tzinfo=timezone(timedelta(hours=2))),
        "colour": Colour.RED,
        "day": date(2026, 1, 1),
        "naive": datetime(2026, 1, 1),  # noqa: DTZ001  A field of local time has no zone.
        "several": frozenset({"b", "a"}),
        "span": timedelta(minutes=2),
        "stage": Stage.INTENT,
    }

    assert json.loads(canonical(values)) == {
        "aware": "2026-01-01T00:00:00.000000Z",
        "colour": "red",
        "day": "2026-01-01",
        "naive": "2026-01-01T00:00:00",
        "several": ["a", "b"],
        "span": 120.0,
        "stage": "intent",
    }


def test_a_mapping_of_any_class_is_written_as_an_object() -> None:
    frozen = Stage.__members__

    assert json.loads(canonical(frozen))["INTENT"] == "intent"


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_what_is_not_a_number_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical({"value": value})


def test_a_secret_in_a_place_where_none_belongs_is_refused() -> None:
    event = an_event(detail={"note": Secret("hush")})

    with pytest.raises(TypeError, match="has no place in the record"):
        row_of(body_of(event))


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="has no zone"):
        utc(datetime(2026, 1, 1))  # noqa: DTZ001  That is the case.


def test_times_are_utc_with_microseconds_so_that_they_sort_as_text() -> None:
    assert utc(NOON) == "2026-11-20T12:00:00.000000Z"


def test_absent_parts_are_left_out_of_the_body() -> None:
    event = Event(id="e1", at=NOON, stage=Stage.START, team="T1")

    assert canonical(body_of(event)) == (
        '{"at":"2026-11-20T12:00:00.000000Z","id":"e1","stage":"start","team":"T1","v":1}'
    )


def test_the_body_holds_the_whole_decision() -> None:
    decision = body_of(an_event())["decision"]

    assert decision["effect"] == "allow"
    assert decision["code"] == "allowed"
    assert decision["request"]["principal"] == {"type": "User", "id": "T1/U1"}
    assert "errors" not in decision


def test_the_leaf_is_the_hash_of_a_zero_byte_and_the_text() -> None:
    assert leaf_of("ä") == hashlib.sha256(b"\x00\xc3\xa4").digest()


@given(events)
def test_the_columns_are_what_the_body_says(event: Event) -> None:
    row = row_of(body_of(event))

    assert columns_of(json.loads(row["body"])).items() <= row.items()
    assert row["leaf"] == leaf_of(row["body"])
    assert row["at"].endswith("Z")


def test_the_columns_name_every_rule_that_decided() -> None:
    row = row_of(body_of(an_event()))

    assert row["rules"] == "users-suspend,users-write"
    assert row["decision"] == "allow"
    assert row["rules_digest"] == "d" * 64


def test_an_event_without_a_decision_leaves_those_columns_empty() -> None:
    row = row_of(body_of(replace(an_event(), decision=None, target=None)))

    assert [row[name] for name in ("decision", "rules", "rules_digest", "target")] == [None] * 4


def test_the_time_zone_of_an_event_does_not_show() -> None:
    east = timezone(timedelta(hours=9))
    event = an_event()
    moved = replace(event, at=event.at.astimezone(east))

    assert row_of(body_of(moved)) == row_of(body_of(event))
    assert event.at.tzinfo is UTC
