"""Whatever is understood can be said again in words."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain.params import Params
from bot.pipeline.kinds import _UNSAFE, _UNSAFE_IN_LINE
from bot.pipeline.values import build, params_from_json, params_json, words_of
from bot.pipeline.words import render, split
from tests.pipeline.samples import EVERYTHING, Everything, Region

nasty = st.sampled_from(
    [
        *"\"'\\=-,;\u201c\u201d\u2018\u2019\u201e«» \u2014\u2013",
        "--text",
        "text=",
        "🚒",
        "مرحبا",
        "<@U1>",
    ]
)
letters = nasty | st.characters(exclude_categories=["Cs"])
texts = st.lists(letters, max_size=30).map("".join).map(str.strip)
lines = texts.map(lambda t: _UNSAFE_IN_LINE.sub("", t).strip())
pages = texts.map(lambda t: _UNSAFE.sub("", t).strip())
references = lines.filter(bool)
ids = st.from_regex(r"[A-Z0-9]{2,20}", fullmatch=True)
offsets = st.integers(-1439, 1439).map(lambda m: timezone(timedelta(minutes=m)))
moments = st.datetimes(timezones=st.just(UTC) | offsets)
given_params = st.fixed_dictionaries(
    {},
    optional={
        "text": lines.filter(lambda t: t != "NO"),
        "number": st.integers(-(10**17), 10**17),
        "amount": st.none() | st.integers(0, 10**12),
        "yen": st.integers(-(10**11), 10**11),
        "sure": st.booleans(),
        "region": st.none() | st.sampled_from(Region),
        "size": st.sampled_from([1, 2, 3]),
        "regions": st.frozensets(st.sampled_from(Region)),
        "sizes": st.lists(st.sampled_from("sml"), max_size=2, unique=True).map(tuple),
        "day": st.none() | st.dates(),
        "moment": st.none() | moments,
        "span": st.none() | st.timedeltas(),
        "email": st.none() | st.sampled_from(["ada@example.com", "o'neil+x=y--z@example.com"]),
        "user": st.none() | ids.map(lambda i: f"U{i}"),
        "channel": st.none() | ids.map(lambda i: f"C{i}"),
        "team": st.none() | references,
        "password": st.none() | lines.filter(lambda t: 3 <= len(t) <= 40 and t != "hunter2"),
        "story": pages,
    },
)


@given(given_params)
@example({"text": "", "region": None, "regions": frozenset(), "span": timedelta(-1, 1, 1)})
@example({"day": date(1, 1, 1), "moment": datetime(9999, 12, 31, tzinfo=UTC)})
@example({"span": timedelta.min})
@example({"span": timedelta.max})
def test_rendered_params_are_understood_as_the_same_params(given: dict[str, Any]) -> None:
    params = Everything.model_validate(given)

    found = split(render(params, EVERYTHING), EVERYTHING)

    assert found.errors == ()
    assert build(EVERYTHING, found.values, "Europe/Berlin") == params


@given(given_params)
def test_a_form_filled_in_with_params_gives_the_same_params(given: dict[str, Any]) -> None:
    params = Everything.model_validate(given)

    form = {f.name: words_of(f, getattr(params, f.name)) for f in EVERYTHING.fields}

    assert build(EVERYTHING, form, "UTC") == params


@given(given_params)
def test_kept_params_are_read_as_the_same_params(given: dict[str, Any]) -> None:
    params = Everything.model_validate(given)

    assert params_from_json(EVERYTHING, params_json(params)) == params


@given(st.text() | texts)
def test_whatever_is_typed_is_answered(text: str) -> None:
    found = split(text, EVERYTHING)
    built = build(EVERYTHING, found.values, "Europe/Berlin")

    assert isinstance(built, Params) or all(e.message for e in built)
