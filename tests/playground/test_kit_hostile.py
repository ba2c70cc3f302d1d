"""Whatever an app or a person wrote, the page stays the page."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.page import kit
from playground.page.kit import dom_id
from tests.playground.bad_views import field, plain
from tests.playground.test_kit import ALONE, ENV, MESSAGE, TOGETHER, TYPED, drawn
from tests.playground.test_words_of_page import Page, read

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '" onclick="alert(1)" x="',
    "' onclick='alert(1)",
    "'} onclick='alert(1)",
    "'}\">",
    "</textarea></select></option></details><script>",
    "&quot; onclick=&quot;alert(1)",
    "{{ 7 }} {% raw %}",
    "javascript:alert(1)",
    "<javascript:alert(1)|x>",
    "]]></style><!-- ",
    "x" * 10_000,
    "\u202e\u2066\u2069\u2069abc",
    "a b/c.d#e",
]


def every_field(words: str) -> list[dict[str, Any]]:
    """Return each block and element, with *words* in all that is shown, sent or named."""
    text = plain(words)
    choices = [{"text": text, "value": words, "description": text}]
    offered = {
        "options": choices,
        "option_groups": [{"label": text, "options": choices}],
        "initial_option": choices[0],
        "initial_options": choices,
    }
    common = {"action_id": words, "placeholder": text, "confirm": dict.fromkeys(ASKED, text)}
    button_ = {"type": "button", **common, "text": text, "value": words, "style": words}
    labelled = {**button_, "accessibility_label": words, "url": words}
    menu = {"type": "overflow", **common, "options": choices}
    chosen = [{**one, **common, **offered} for one in [*ALONE, *TOGETHER, *SEARCHED]]
    typed = [{**one, **common, "initial_value": words, "min_value": words} for one in TYPED]
    rich_parts = [
        {"type": f"rich_text_{kind}", "elements": [{"type": one, "text": words, "url": words}]}
        for kind in ("section", "list", "quote", "preformatted", "unknown")
        for one in ("text", "link", "unknown")
    ]
    cell = {"type": "raw_text", "text": words}
    image = {"type": "image", "image_url": words, "alt_text": words, "title": text}
    named = {"block_id": words}
    return [
        {"type": "section", **named, "text": text, "fields": [text], "accessory": button_},
        {"type": "section", **named, "text": {**text, "type": "mrkdwn"}, "accessory": menu},
        {"type": "header", "text": text},
        {"type": "context", "elements": [text, image]},
        {"type": "actions", **named, "elements": [labelled, *chosen]},
        *(
            field(words, one, label=text, hint=text, dispatch_action=True)
            for one in [*chosen, *typed]
        ),
        {"type": "rich_text", "elements": rich_parts},
        {"type": "markdown", "text": words},
        {"type": "table", "rows": [[cell], [cell]], "column_settings": [{"align": words}]},
        {"type": "alert", "text": text, "level": words},
        {"type": f"new {words}"},
        image,
    ]


ASKED = ("title", "text", "confirm", "deny", "style")
SEARCHED: list[dict[str, Any]] = [{"type": "external_select"}, {"type": "multi_external_select"}]


def page_of(words: str) -> Page:
    place = replace(
        MESSAGE,
        names=lambda _: words,
        errors={words: words},
        people=((words, words),),
        channels=((words, words),),
        offered={words: [{"text": plain(words), "value": words}]},
    )
    return drawn(*every_field(words), place=place)


@pytest.mark.parametrize("words", HOSTILE, ids=lambda words: ascii(words)[1:40])
def test_no_words_become_an_element_or_an_attribute(words: str) -> None:
    hostile, harmless = page_of(words), page_of("harmless")

    assert hostile.shape == harmless.shape
    assert [tag.attributes.get("class") for tag in hostile.tags] == [
        tag.attributes.get("class") for tag in harmless.tags
    ]
    assert hostile.all("a") + hostile.all("img") + hostile.all("script") == []


@pytest.mark.parametrize("words", HOSTILE, ids=lambda words: ascii(words)[1:40])
def test_what_is_posted_is_what_was_meant(words: str) -> None:
    page = page_of(words)

    sent = [json.loads(t.attributes["hx-vals"]) for t in page.tags if "hx-vals" in t.attributes]
    questions = [tag.attributes.get("data-confirm", "") for tag in page.tags]
    asked = [set(json.loads(one)) for one in questions if one]
    named = {tag.attributes["name"] for tag in page.tags if "name" in tag.attributes}
    assert {value for one in sent for value in one.values()} <= {words, "value"}
    assert asked == [set(ASKED)] * len(asked)
    assert named == {f"{words}/{words}"}


def test_half_a_character_and_controls_do_not_keep_the_page_from_being_sent() -> None:
    html = kit.blocks(ENV, every_field("\ud800\x00"), MESSAGE)

    assert "\ud800" not in html.encode("utf-8").decode("utf-8")
    assert read(html).shape == drawn(*every_field("harmless")).shape


@given(st.text(), st.text(), st.text(), st.text())
def test_each_element_has_an_id_of_its_own(a: str, b: str, c: str, d: str) -> None:
    ids = {dom_id("m", *pair) for pair in {(a, b), (c, d)}}

    assert len(ids) == len({(a, b), (c, d)})
    assert all(one.replace("-", "_").isidentifier() and one.isascii() for one in ids)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
KEYS = (
    *("text", "fields", "accessory", "elements", "element", "rows", "label", "hint", "options"),
    *("option_groups", "initial_option", "initial_options", "initial_value", "initial_user"),
    *("initial_date_time", "confirm", "placeholder", "value", "url", "style", "image_url"),
    *("slack_file", "level", "column_settings", "block_id", "action_id", "min_query_length"),
    *("max_selected_items", "optional", "multiline", "indent", "offset", "description", "unicode"),
)
BLOCK_TYPES = tuple({one["type"] for one in every_field("x")} - {"new x"})
ELEMENT_TYPES = (
    *sorted({one["type"] for one in [*ALONE, *TOGETHER, *SEARCHED, *TYPED]}),
    *("button", "overflow", "file_input", "image"),
)
TYPES = (
    *BLOCK_TYPES,
    *ELEMENT_TYPES,
    *("plain_text", "mrkdwn", "raw_text", "rich_text_section", "rich_text_list", "link", "user"),
    *("rich_text_preformatted", "emoji", "date", "nothing known"),
)
OBJECT: st.SearchStrategy[dict[str, Any]] = st.deferred(
    lambda: st.builds(
        lambda kind, rest: {"type": kind, **rest},
        st.sampled_from(TYPES),
        st.dictionaries(
            st.sampled_from(KEYS), JSON | OBJECT | st.lists(OBJECT, max_size=2), max_size=6
        ),
    )
)


@given(JSON | st.lists(OBJECT | JSON), st.dictionaries(st.text(max_size=2), JSON, max_size=2))
def test_no_json_is_too_odd_to_draw(blocks: Any, values: Any) -> None:
    html = kit.blocks(ENV, blocks, replace(MESSAGE, values=values))

    assert read(html).all("script") == []
    assert html.encode("utf-8") is not None


@given(JSON | st.lists(OBJECT | JSON))
def test_no_suggestion_is_too_odd_to_draw(answer: Any) -> None:
    assert read(kit.options(ENV, answer, "x-list")).all("li") != []


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("odd", [None, 5, 1e400, "x", [], [[]], {}, True, -1, 10**400], ids=repr)
def test_a_property_of_another_type_counts_as_missing(key: str, odd: Any) -> None:
    blocks = [{"type": kind, key: odd} for kind in BLOCK_TYPES]
    elements = [{"type": kind, key: odd} for kind in ELEMENT_TYPES]
    inputs = [{"type": "input", "element": one} for one in elements]

    page = drawn(*blocks, *inputs, {"type": "actions", "elements": elements})

    assert page.words != ""
