"""From words to values, one kind at a time."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.operation import Operation
from bot.domain.params import Params
from bot.pipeline.answers import Value
from bot.pipeline.values import REQUIRED, build, missing
from tests.pipeline.samples import EVERYTHING, NOTHING, ROTATE, SPAN, SUSPEND, Region

BERLIN = timezone(timedelta(hours=1))


def value(field: str, text: Value, zone: str = "Europe/Berlin") -> object:
    params = build(EVERYTHING, {field: text}, zone)
    assert isinstance(params, Params), params
    return getattr(params, field)


def wrong(field: str, text: Value, operation: Operation = EVERYTHING, zone: str = "UTC") -> str:
    errors = build(operation, {field: text}, zone)
    assert not isinstance(errors, Params)
    return next(e.message for e in errors if e.field == field)


@pytest.mark.parametrize(
    ("field", "text", "expected"),
    [
        ("number", "42", 42),
        ("number", " +42 ", 42),
        ("number", "\N{MINUS SIGN}42", -42),
        ("amount", "12.50", 1250),
        ("amount", "12.5", 1250),
        ("amount", "12", 1200),
        ("amount", "0.05", 5),
        ("yen", "-120", -120),
        ("sure", "YES", True),
        ("sure", "on", True),
        ("sure", "1", True),
        ("sure", "No", False),
        ("sure", "off", False),
        ("region", "north", Region.NORTH),
        ("region", "NORTH", Region.NORTH),
        ("region", "far South", Region.FAR_SOUTH),
        ("region", "", None),
        ("size", "2", 2),
        ("sizes", "s, m", ("s", "m")),
        ("sizes", ("l", "S"), ("l", "s")),
        ("sizes", "", ()),
        ("regions", "south, far", frozenset({Region.FAR_SOUTH})),
        ("number", "", 7),
        ("text", "", ""),
        ("day", "2026-11-20", date(2026, 11, 20)),
        ("moment", "2026-11-20T14:00:00Z", datetime(2026, 11, 20, 14, tzinfo=UTC)),
        ("moment", "2026-11-20 14:00+01:00", datetime(2026, 11, 20, 14, tzinfo=BERLIN)),
        ("moment", "2026-11-20 14:00 +0100", datetime(2026, 11, 20, 14, tzinfo=BERLIN)),
        ("moment", "2026-11-20 14:00", datetime(2026, 11, 20, 13, tzinfo=UTC)),
        ("moment", "2026-07-20 14:00", datetime(2026, 7, 20, 12, tzinfo=UTC)),
        ("moment", "2026-11-20 14:00 America/New_York", datetime(2026, 11, 20, 19, tzinfo=UTC)),
        ("span", "90s", timedelta(seconds=90)),
        ("span", "1h30m", timedelta(minutes=90)),
        ("span", "1d 2h", timedelta(hours=26)),
        ("span", "15 min", timedelta(minutes=15)),
        ("span", "1.5s", timedelta(milliseconds=1500)),
        ("span", "-2w", timedelta(weeks=-2)),
        ("span", "PT1H30M", timedelta(minutes=90)),
        ("span", "P1DT0.5S", timedelta(days=1, milliseconds=500)),
        ("email", " ada@EXAMPLE.com ", "ada@example.com"),
        ("user", "<@U123ABC|ada>", "U123ABC"),
        ("user", "<@W123ABC>", "W123ABC"),
        ("user", "U123ABC", "U123ABC"),
        ("channel", "<#C123ABC|general>", "C123ABC"),
        ("channel", "G123ABC", "G123ABC"),
        ("team", " a team ", "a team"),
        ("story", "one\r\ntwo\tthree", "one\ntwo\tthree"),
    ],
)
def test_a_value_is_read_by_its_kind(field: str, text: Value, expected: object) -> None:
    assert value(field, text) == expected


@pytest.mark.parametrize(
    ("field", "text", "message"),
    [
        ("number", "forty", "'forty' is not a whole number; write digits only, like 42."),
        ("number", "1,000", "'1,000' has separators; write 1000 without them."),
        ("number", "1_000", "'1_000' has separators; write 1000 without them."),
        (
            "number",
            "\u0664\u0662",
            "'\u0664\u0662' is not a whole number; write digits only, like 42.",
        ),
        ("number", "9" * 18, f"'{'9' * 18}' is too much; take 100000000000000000 or less."),
        ("amount", "12.505", "'12.505' has too many decimals; 2 are kept, like 12.50."),
        ("yen", "1.5", "'1.5' has too many decimals; 0 are kept, like 1250."),
        ("amount", "-1", "'-1.00' is too little; take 0.00 or more."),
        ("sure", "maybe", "'maybe' is neither yes nor no; write one of the two."),
        ("region", "sout", "There is no choice 'sout'; take one of south, far, north."),
        ("sizes", "s,xl", "There is no choice 'xl'; take one of l, s, m."),
        ("sizes", "s,m,l", "'s, m, l' is too many; choose at most 2."),
        (
            "day",
            "20.11.2026",
            "'20.11.2026' is not a date; write year, month and day, like 2026-11-20.",
        ),
        ("day", "2026-02-30", "'2026-02-30' is a day that no calendar has; check month and day."),
        (
            "moment",
            "2026-13-01 10:00",
            "'2026-13-01 10:00' is a day that no calendar has; check month and day.",
        ),
        (
            "moment",
            "2026-11-20 25:00",
            "'2026-11-20 25:00' is a time that no clock shows; hours go from 00 to 23.",
        ),
        (
            "span",
            "90",
            "'90' has no unit; say seconds, minutes, hours or days, like 90s, 15m, 2h, 1d.",
        ),
        ("span", "soon", "'soon' is not a span of time; write it like 90s, 15m, 2h, 1d or 1h30m."),
        ("span", "P", "'P' is not a span of time; write it like 90s, 15m, 2h, 1d or 1h30m."),
        ("span", "999999999w", "'999999999w' is longer than can be reckoned with."),
        ("email", "ada@", "'ada@' is not an e-mail address; write it like ada@example.com."),
        ("user", "@ada", "'@ada' names no person for certain; choose from the list that @ opens."),
        (
            "channel",
            "#ops",
            "'#ops' names no channel for certain; choose from the list that # opens.",
        ),
        ("text", "a\nb", "Text must stand on one line without tabs; put spaces there."),
        ("text", "x" * 40_000, "Text has 40,000 characters and at most 3,000 fit; shorten it."),
        ("text", "NO", "'NO' cannot be taken: it shouts; write it in small letters."),
    ],
)
def test_what_cannot_be_taken_is_told_with_its_cure(field: str, text: str, message: str) -> None:
    assert wrong(field, text) == message


def test_an_integer_too_long_to_reckon_with_is_told_short() -> None:
    assert wrong("number", "9" * 5000) == (
        f"'{'9' * 39}…' is larger than can be reckoned with; use at most 18 digits."
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("2026-03-29 02:30", "is skipped in Europe/Berlin when clocks go forward; choose another"),
        ("2026-10-25 02:30", "comes twice in Europe/Berlin when clocks go back; end it with +0200"),
        ("2026-10-25 02:30 Mars/Base", "is in the time zone Mars/Base, which is not known"),
        ("2026-10-25 02:30 Europe", "is in the time zone Europe, which is not known"),
        ("0001-01-01 00:00", "lies outside the years that can be reckoned with"),
        ("tomorrow", "is not a date and time; write it like 2026-11-20 14:00 Europe/Berlin"),
    ],
)
def test_a_local_time_that_is_not_certain_is_told(text: str, message: str) -> None:
    assert message in wrong("moment", text, zone="Europe/Berlin")


@pytest.mark.parametrize("field", ["text", "story", "email", "team", "password"])
@pytest.mark.parametrize("character", ["\u202e", "\u2066", "\u2028", "\x00", "\x1b", "\ud800"])
def test_what_could_disguise_text_is_named_and_not_taken(field: str, character: str) -> None:
    message = wrong(field, f"refund {character} dnufer")

    assert f"U+{ord(character):04X}" in message
    assert character not in message


def test_text_that_runs_from_right_to_left_is_taken_as_it_is() -> None:
    assert value("text", "مرحبا \u200fabc") == "مرحبا \u200fabc"


def test_a_wrong_value_is_quoted_short_and_undisguised() -> None:
    message = wrong("number", f"a\u202eb{'c' * 100}")

    assert message.startswith(f"'a�b{'c' * 36}…' is not")


def test_at_most_ten_choices_are_listed() -> None:
    assert wrong("sizes", "x" * 1000).startswith("There is no choice 'xxx")


@pytest.mark.parametrize("secret", ["x", "hunter2", "s3" * 30, "a\tb\x07 c"])
def test_a_secret_is_never_quoted(secret: str) -> None:
    message = wrong("password", secret)

    assert "The secret" in message or "Password" in message
    assert f"'{secret}" not in message
    assert "hunter2" not in message


def test_what_is_missing_is_told_apart_from_what_is_wrong() -> None:
    errors = build(SUSPEND, {"user": "  ", "tags": "frau"}, "UTC")

    assert not isinstance(errors, Params)
    assert [(e.field, e.message == REQUIRED) for e in errors] == [
        ("user", True),
        ("tags", False),
        ("reason", True),
    ]
    assert missing(SUSPEND, {"user": "  ", "tags": "frau"}) == ("user", "reason")
    assert missing(SUSPEND, {"user": "a", "reason": ("b",)}) == ()


def test_every_wrong_field_is_told_at_once() -> None:
    errors = build(SUSPEND, {"user": "ada", "notify": "perhaps", "reason": "x"}, "UTC")

    assert not isinstance(errors, Params)
    assert sorted(e.field for e in errors) == ["notify", "reason", "user"]


def test_a_field_that_does_not_exist_is_told() -> None:
    errors = build(NOTHING, {"colour": "red"}, "UTC")

    assert not isinstance(errors, Params)
    assert [e.message for e in errors] == ["test.nothing has no field 'colour'; leave it out."]


def test_what_is_wrong_with_the_whole_is_told_in_the_authors_words() -> None:
    errors = build(SPAN, {"first": "3", "last": "1"}, "UTC")

    assert not isinstance(errors, Params)
    assert [(e.field, e.message) for e in errors] == [("", "The first comes after the last.")]


def test_a_pattern_is_shown_as_the_form_to_write() -> None:
    message = wrong("service", "Web 1", ROTATE)

    assert message == "'Web 1' does not have the form `^[a-z]+$`; write it in that form."


@given(st.sampled_from([f.name for f in EVERYTHING.fields]), st.text())
def test_any_text_is_a_value_or_an_error_in_one_sentence(field: str, text: str) -> None:
    built = build(EVERYTHING, {field: text}, "Europe/Berlin")

    assert isinstance(built, Params) or [e.message[-1] for e in built] == ["."]
