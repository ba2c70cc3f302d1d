"""What is typed after an operation's name."""

import time

import pytest

from bot.domain.fields import fields_of
from bot.domain.operation import Operation
from bot.domain.params import Params, Rest, Secret
from bot.pipeline.answers import Value
from bot.pipeline.values import build
from bot.pipeline.words import render, split
from tests.pipeline.samples import EVERYTHING, NOTHING, RELAY, ROTATE, SUSPEND, Relay


def said(text: str, operation: Operation = SUSPEND) -> dict[str, Value]:
    found = split(text, operation)
    assert found.errors == ()
    return found.values


def wrong(text: str, operation: Operation = SUSPEND) -> dict[str, str]:
    return {e.field: e.message for e in split(text, operation).errors}


def test_words_fill_the_fields_in_their_order_and_the_rest_is_the_last_text() -> None:
    values = said("ada@example.com yes fraud they  tested cards, don't wait")

    assert values == {
        "user": "ada@example.com",
        "notify": "yes",
        "tags": ("fraud",),
        "reason": "they  tested cards, don't wait",
    }


@pytest.mark.parametrize(
    "text",
    [
        'ada@example.com reason="card testing"',
        "reason='card testing' ada@example.com",
        "--user ada@example.com --reason 'card testing'",
        "--user=ada@example.com --reason='card testing'",
        "\u2014user ada@example.com \u2013reason=\u201ccard testing\u201d",
        "\u2014\u2014user ada@example.com \u2013\u2013reason \u201ecard testing\u201c",
        "USER=ada@example.com Reason=\u2018card testing\u2019",
        "user=ada@example.com reason=«card testing»",
        "user=ada@example.com reason=»card testing«",
        '  user=ada@example.com\n\treason="card testing"  ',
    ],
)
def test_fields_are_given_by_name_in_every_way_that_keyboards_write_it(text: str) -> None:
    assert said(text) == {"user": "ada@example.com", "reason": "card testing"}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (r'reason="a \"b\" c"', 'a "b" c'),
        (r"reason='a \'b\' c'", "a 'b' c"),
        (r'reason="C:\new \\ x"', r"C:\new \ x"),
        ("reason='they don't know'", "they don't know"),
        ("reason=\u2018they don\u2019t know\u2019", "they don\u2019t know"),
        ('reason="one line\nand another"', "one line\nand another"),
        ('reason="card testing".', "card testing."),
        ("reason=don't", "don't"),
        ("reason=https://example.com/?a=b--c", "https://example.com/?a=b--c"),
        ('reason=""', ""),
        ("reason=", ""),
        ('reason="user=eve --tags"', "user=eve --tags"),
        ("--reason other=thing", "other=thing"),
    ],
)
def test_a_value_is_what_stands_in_its_quotes(text: str, reason: str) -> None:
    assert said(text) == {"reason": reason}


@pytest.mark.parametrize(
    ("rest", "reason"),
    [
        ('"card testing"', "card testing"),
        ('"card" testing', '"card" testing'),
        ('he said "go" and \'bout time', 'he said "go" and \'bout time'),
        ("rolled back \u2014 see a=b and --verbose", "rolled back \u2014 see a=b and --verbose"),
        ("first line\nsecond line", "first line\nsecond line"),
    ],
)
def test_the_last_text_takes_the_rest_as_it_stands(rest: str, reason: str) -> None:
    values = said(f"user=ada@example.com notify=no tags=fraud {rest}")

    assert values["reason"] == reason


def test_a_field_given_by_name_ends_the_text_before_it() -> None:
    values = said("tags=abuse ada@example.com no card testing tags=fraud")

    assert values["reason"] == "card testing"
    assert values["tags"] == ("abuse", "fraud")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("--notify", "yes"),
        ("--notify --reason x", "yes"),
        ("--notify no", "no"),
        ("--notify=off", "off"),
        ("--notify 1@example.com", "yes"),
    ],
)
def test_a_flag_says_yes_unless_its_answer_follows(text: str, value: str) -> None:
    assert said(text)["notify"] == value


def test_a_list_is_given_with_commas_or_again() -> None:
    assert said("tags=fraud,abuse") == {"tags": ("fraud", "abuse")}
    assert said("tags=fraud --tags abuse tags=fraud") == {"tags": ("fraud", "abuse", "fraud")}
    assert said("regions='south, far'", EVERYTHING) == {"regions": ("south, far",)}
    assert said("regions='south, far' regions=north", EVERYTHING) == {
        "regions": ("south, far", "north")
    }


def test_a_name_with_a_hyphen_is_the_field_with_an_underscore() -> None:
    assert split("--no-tify", SUSPEND).errors[0].message.startswith("test.suspend has no field for")
    assert split("—no-tify", SUSPEND).errors[0].field == ""


def test_an_unknown_name_is_told_with_the_nearest_ones() -> None:
    assert wrong("rason=cards") == {
        "": "test.suspend has no field for 'rason'; it takes reason, and a value that holds = or "
        "-- stands in quotes."
    }
    assert "it takes nothing" in wrong("a=b", NOTHING)[""]


def test_a_field_given_twice_keeps_the_first_and_says_so() -> None:
    found = split("reason=first reason=second", SUSPEND)

    assert found.values == {"reason": "first"}
    assert [e.message for e in found.errors] == ["Reason is given twice; give it once."]


def test_a_quote_without_an_end_takes_the_rest_and_says_so() -> None:
    found = split('reason="card testing tags=fraud', SUSPEND)

    assert found.values == {"reason": "card testing tags=fraud"}
    assert found.errors[0].message == (
        "The quote before 'card testing tags=fraud' is never closed; add one at its end."
    )


def test_a_name_without_a_value_is_an_error_at_its_field() -> None:
    assert wrong("--reason") == {"reason": "--reason has no value; write reason=… instead."}
    assert "reason" in wrong("--reason user=ada@example.com")


def test_surplus_words_are_named() -> None:
    surplus = wrong("user=ada@example.com reason=x no fraud one two")

    assert surplus == {
        "": "test.suspend has no place for 'one two'; it takes user, notify, tags, reason, and a "
        "value of several words stands in quotes."
    }


def test_what_may_be_part_of_a_secret_is_never_repeated() -> None:
    told = [
        *wrong("service=web token=correct horse battery", ROTATE).values(),
        *wrong("web horse=battery", ROTATE).values(),
        *wrong('web token="horse battery', ROTATE).values(),
    ]

    assert len(told) == 3
    assert not any("horse" in message or "battery" in message for message in told)


@pytest.mark.parametrize(
    "piece",
    [
        "x ",
        "'a ",
        "\u201ca ",
        '"',
        '"\\',
        "a=b ",
        "--user ",
        "reason=x ",
        " ",
        "\u2018\u2019",
        "--",
    ],
)
def test_forty_thousand_characters_are_read_at_once(piece: str) -> None:
    text, began = piece * (40_000 // len(piece)), time.process_time()

    found = split(f"ada@example.com no fraud {text}", SUSPEND)
    build(SUSPEND, found.values, "UTC")

    # Of this process alone: others on the machine take nothing from it.
    assert time.process_time() - began < 2


def test_a_rendered_secret_is_hidden_when_asked() -> None:
    params = build(ROTATE, {"service": "web", "token": "correct horse"}, "UTC")
    assert isinstance(params, Params)

    assert render(params, ROTATE) == 'service=web token="correct horse"'
    assert render(params, ROTATE, hide=True) == "service=web token=***"


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("", {}),
        ("users.find", {"name": "users.find"}),
        ("users.find  text='a  b' --x ", {"name": "users.find", "words": "text='a  b' --x"}),
        ('name=users.find "never closed', {"name": "users.find", "words": '"never closed'}),
        ("--name users.find name=x words=y", {"name": "users.find", "words": "name=x words=y"}),
        ("users.find words='a b=c'", {"name": "users.find", "words": "a b=c"}),
        ("words='a b=c' users.find", {"name": "users.find", "words": "a b=c"}),
        ("users.find words", {"name": "users.find", "words": "words"}),
    ],
)
def test_a_field_that_takes_the_rest_of_the_line_takes_it_as_it_stands(
    text: str, values: dict[str, Value]
) -> None:
    assert said(text, RELAY) == values


@pytest.mark.parametrize("words", ["", "a", "a=b", "words=a b", "'", '"a" "b"', "--name x", "\\"])
def test_the_rest_of_a_line_can_be_said_again(words: str) -> None:
    params = Relay(name="n", words=Secret(words))

    assert build(RELAY, said(render(params, RELAY), RELAY), "UTC") == params


def test_only_the_last_field_may_take_the_rest_of_the_line() -> None:
    class Early(Params):
        words: Rest[str]
        name: str

    with pytest.raises(TypeError, match="The field 'words' takes the rest of the line"):
        fields_of(Early)
