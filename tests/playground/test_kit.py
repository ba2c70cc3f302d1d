"""Every block and element shows on the page and posts what a person did there."""

import json
from dataclasses import replace
from typing import Any

import pytest
from jinja2 import Environment, PackageLoader, StrictUndefined

from playground.page import kit
from playground.page.kit import Place
from tests.playground.bad_views import button, field, option, plain
from tests.playground.test_words_of_page import Page, Tag, names, read

ENV = Environment(
    loader=PackageLoader("playground.page"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
MESSAGE = Place(
    names=names,
    act_url="/act",
    suggest_url="/suggest",
    people=(("U1", "Ada"), ("U2", "Grace")),
    channels=(("C1", "#ops"), ("C2", "#dev")),
    prefix="m1",
    zone="Europe/Berlin",
    file_url="/files",
)
OPTIONS = {"options": [option(1), option(2)]}
GROUPS = {"option_groups": [{"label": plain("Group"), "options": [option(1), option(2)]}]}


def drawn(*blocks: Any, place: Place = MESSAGE) -> Page:
    return read(kit.blocks(ENV, list(blocks), place))


def in_actions(element: dict[str, Any], place: Place = MESSAGE) -> Page:
    named = {"action_id": "act", **element}
    return drawn({"type": "actions", "block_id": "blk", "elements": [named]}, place=place)


def in_input(element: dict[str, Any], place: Place = MESSAGE, **more: Any) -> Page:
    return drawn(field("blk", element, **more), place=place)


def posted(tag: Tag) -> Any:
    assert tag.attributes["hx-post"] == "/act"
    assert tag.attributes["hx-swap"] == "none"
    return json.loads(tag.attributes["hx-vals"])


def holding(element_type: str, **state: Any) -> Place:
    return replace(MESSAGE, values={"blk": {"value": {"type": element_type, **state}}})


# ---- blocks ----


def test_a_section_shows_its_text_its_fields_and_what_stands_beside() -> None:
    text = {"type": "mrkdwn", "text": "*Hi* <@U1>"}

    page = drawn({"type": "section", "text": text, "fields": [plain("f")], "accessory": button()})

    assert page.one("strong").words == "Hi"
    assert page.one("div", **{"class": "fields"}).words == "f"
    assert page.one("div", **{"class": "accessory"}).words == "Go"


@pytest.mark.parametrize(
    ("block", "tag", "words"),
    [
        ({"type": "header", "text": plain("Title")}, "h3", "Title"),
        ({"type": "divider"}, "hr", ""),
        ({"type": "context", "elements": [plain("a"), plain("b")]}, "body", "ab"),
        ({"type": "markdown", "text": "# Words"}, "h3", "Words"),
        ({"type": "alert", "text": plain("Mind"), "level": "error"}, "body", "✕Mind"),
        ({"type": "alert", "text": plain("Mind")}, "body", "Mind"),
    ],
)
def test_blocks_of_words(block: dict[str, Any], tag: str, words: str) -> None:
    page = read(f"<body>{kit.blocks(ENV, [block], MESSAGE)}</body>")

    assert page.one(tag).words.replace("\n", "") == words


@pytest.mark.parametrize("url", ["/a.png", "/files/F1?t=1"])
def test_a_picture_of_ours_is_shown(url: str) -> None:
    page = drawn({"type": "image", "image_url": url, "alt_text": "plot", "title": plain("T")})

    assert page.one("img").attributes["src"] == url
    assert page.one("img").attributes["alt"] == "plot"
    assert page.one("figcaption").words == "T"


def test_a_file_of_the_workspace_is_shown() -> None:
    page = drawn({"type": "image", "slack_file": {"id": "F1/../x"}, "alt_text": "plot"})

    assert page.one("img").attributes["src"] == "/files/F1%2F..%2Fx"


@pytest.mark.parametrize(
    "url",
    [
        *("https://a.example/x.png", "//a.example/x", "/\\a.example/x", "/\t/a.example/x"),
        *("javascript:alert(1)", "data:image/png;base64,AA", "a.png", "", None),
    ],
)
def test_nothing_is_fetched_from_elsewhere(url: Any) -> None:
    page = drawn({"type": "image", "image_url": url, "alt_text": "plot"})

    assert page.all("img") == []
    assert "plot" in page.one("span", role="img").words


def test_a_table_has_a_head_and_scrolls_by_keyboard() -> None:
    rich = {"type": "rich_text_section", "elements": [{"type": "text", "text": "rich"}]}
    cells = [{"type": "raw_text", "text": "raw"}, {"type": "rich_text", "elements": [rich]}]
    columns = [{"align": "right"}, "odd"]

    page = drawn({"type": "table", "rows": [cells, cells, cells], "column_settings": columns})

    assert page.one("div", tabindex="0", role="region").attributes["aria-label"] == "Table"
    assert [head.words for head in page.all("th", scope="col")] == ["raw", "rich"]
    assert [cell.words for cell in page.all("td")] == ["raw", "rich"] * 2
    assert [cell.attributes["class"] for cell in page.all("td")][:2] == [
        "align-right",
        "align-left",
    ]


@pytest.mark.parametrize(
    ("block", "words"),
    [
        ({"type": "carousel"}, "Unknown block: carousel"),
        ({"type": ["x"]}, "Unknown block: without a type"),
        (5, "Unknown block: without a type"),
        ({"type": "actions", "elements": [{"type": "knob"}]}, "Unknown element: knob"),
        ({"type": "context", "elements": [{"type": "knob"}]}, "Unknown element: knob"),
        ({"type": "section", "accessory": {}}, "Unknown element: without a type"),
        (field("b", {"type": "rich_text_input"}), "Unknown element: rich_text_input"),
    ],
)
def test_what_is_unknown_is_a_box_that_says_so(block: Any, words: str) -> None:
    assert drawn(block).one("div", **{"class": "unknown"}).words == words


# ---- what is pressed ----


@pytest.mark.parametrize(
    ("style", "look"),
    [("primary", "btn btn-primary"), ("danger", "btn btn-danger"), ("hot", "btn"), (None, "btn")],
)
def test_a_button_posts_where_it_stands(style: Any, look: str) -> None:
    element = {**button(), "style": style, "accessibility_label": "Start it"}

    pressed = in_actions(element).one("button", type="button", **{"class": look})

    assert posted(pressed) == {"block": "blk", "action": "b1"}
    assert pressed.words == "Go"
    assert pressed.attributes["aria-label"] == "Start it"
    assert "hx-confirm" not in pressed.attributes


def test_a_button_may_ask_first() -> None:
    text = {"type": "mrkdwn", "text": "It *ends* <https://a.example|now> &amp; 'here'"}
    question = {"title": plain("End?"), "text": text, "confirm": plain("End"), "style": "danger"}

    pressed = in_actions({**button(), "confirm": question}).one("button")

    assert pressed.attributes["hx-confirm"] == "ask"
    assert json.loads(pressed.attributes["data-confirm"]) == {
        "title": "End?",
        "text": "It ends now & 'here'",
        "confirm": "End",
        "deny": "Cancel",
        "style": "danger",
    }


def test_a_button_with_an_address_opens_it_and_posts_as_well() -> None:
    page = in_actions({**button(), "url": "https://a.example"})

    link = page.one("a", target="_blank", rel="noopener noreferrer", href="https://a.example")
    around = page.one("span", **{"hx-trigger": "click"})
    assert posted(around) == {"block": "blk", "action": "b1"}
    assert "hx-post" not in link.attributes
    assert link.words == around.words == "Go"


def test_a_button_does_not_lead_off_the_web() -> None:
    page = in_actions({**button(), "url": "javascript:alert(1)"})

    assert page.all("a") == []
    assert posted(page.one("button")) == {"block": "blk", "action": "b1"}


def test_each_entry_of_a_menu_posts_its_value() -> None:
    linked = {**option(3), "url": "https://a.example"}
    page = in_actions({"type": "overflow", "options": [option(1), option(2), linked]})

    assert page.one("summary").attributes["aria-label"] == "More actions"
    assert [posted(entry)["value"] for entry in page.all("button")] == ["1", "2"]
    assert posted(page.one("span", **{"hx-trigger": "click"}))["value"] == "3"


@pytest.mark.parametrize(
    "element",
    [
        button(),
        {"type": "static_select", **OPTIONS},
        {"type": "radio_buttons", **OPTIONS},
        {"type": "external_select"},
        {"type": "datepicker"},
    ],
)
def test_where_nothing_can_be_pressed_nothing_posts(element: dict[str, Any]) -> None:
    page = in_actions(element, replace(MESSAGE, act_url=""))

    assert [tag for tag in page.tags if "disabled" in tag.attributes] != []
    assert [tag for tag in page.tags if "hx-post" in tag.attributes] == []


# ---- what posts itself ----

ALONE: list[dict[str, Any]] = [
    {"type": "static_select", **OPTIONS},
    {"type": "static_select", **GROUPS},
    {"type": "users_select"},
    {"type": "conversations_select"},
    {"type": "channels_select"},
    {"type": "datepicker"},
    {"type": "timepicker"},
    {"type": "datetimepicker"},
]
TOGETHER: list[dict[str, Any]] = [
    {"type": "radio_buttons", **OPTIONS},
    {"type": "checkboxes", **OPTIONS},
    {"type": "multi_static_select", **OPTIONS},
    {"type": "multi_users_select"},
    {"type": "multi_conversations_select"},
    {"type": "multi_channels_select"},
]
TYPED: list[dict[str, Any]] = [
    {"type": "plain_text_input"},
    {"type": "plain_text_input", "multiline": True},
    {"type": "number_input", "is_decimal_allowed": True},
    {"type": "email_text_input"},
    {"type": "url_text_input"},
]


def kind_of(element: dict[str, Any]) -> str:
    extra = sorted(element.keys() & {"option_groups", "multiline"})
    return " ".join([element["type"], *extra])


@pytest.mark.parametrize("element", ALONE, ids=kind_of)
def test_a_choice_in_a_message_posts_itself(element: dict[str, Any]) -> None:
    page = in_actions({**element, "placeholder": plain("Pick one")})

    (control,) = page.all("select", name="blk/act") + page.all("input", name="blk/act")
    assert posted(control) == {"block": "blk", "action": "act"}
    assert control.attributes["hx-trigger"] == "change"
    assert control.attributes["aria-label"] == "Pick one"


@pytest.mark.parametrize("element", TOGETHER, ids=kind_of)
def test_a_group_of_boxes_posts_as_one(element: dict[str, Any]) -> None:
    page = in_actions(element)

    group = page.one("fieldset", **{"hx-trigger": "change", "hx-include": "this"})
    assert posted(group) == {"block": "blk", "action": "act"}
    assert group.attributes["aria-label"] != ""
    assert len(page.all("input", name="blk/act")) == 2
    assert [tag for tag in page.all("input") if "hx-post" in tag.attributes] == []


def test_a_message_shows_what_is_chosen_at_first() -> None:
    page = in_actions({"type": "static_select", **OPTIONS, "initial_option": option(2)})

    assert [one.words for one in page.all("option", selected="")] == ["Option 2"]


def test_groups_of_options_keep_their_labels() -> None:
    assert in_actions(ALONE[1]).one("optgroup").attributes["label"] == "Group"
    assert in_actions({"type": "checkboxes", **GROUPS}).one("p").words == "Group"


# ---- what is filled in ----


@pytest.mark.parametrize("element", [*ALONE, *TYPED, {"type": "external_select"}], ids=kind_of)
def test_a_field_has_a_label_and_says_what_is_wrong(element: dict[str, Any]) -> None:
    place = replace(MESSAGE, errors={"blk": "Too <short>."})

    page = in_input(element, place, hint=plain("Why"))

    label = page.one("label")
    control = next(tag for tag in page.tags if tag.attributes.get("id") == label.attributes["for"])
    assert label.words == "A"
    assert control.attributes["aria-describedby"].split() == [
        page.one("p", **{"class": "hint"}).attributes["id"],
        page.one("p", **{"class": "error"}, role="alert").attributes["id"],
    ]
    assert control.attributes["aria-invalid"] == control.attributes["aria-required"] == "true"
    assert page.one("p", role="alert").words == "Too <short>."
    assert "required" not in control.attributes
    assert "hx-post" not in control.attributes


@pytest.mark.parametrize("element", [*ALONE, *TYPED], ids=kind_of)
def test_a_field_is_named_by_block_and_action(element: dict[str, Any]) -> None:
    assert [t.attributes["name"] for t in in_input(element).tags if "name" in t.attributes] == [
        "blk/value"
    ]


@pytest.mark.parametrize("element", TOGETHER, ids=kind_of)
def test_a_group_has_a_legend_and_says_what_is_wrong(element: dict[str, Any]) -> None:
    place = replace(MESSAGE, errors={"blk": "Choose."})

    page = in_input(element, place, hint=plain("Why"))

    group, legend = page.one("fieldset"), page.one("legend")
    assert legend.words == "A"
    assert group.attributes["aria-labelledby"] == legend.attributes["id"]
    assert len(group.attributes["aria-describedby"].split()) == 2
    assert len(page.all("input", name="blk/value")) == 2
    assert page.all("fieldset", **{"aria-invalid": "true"}) + page.all(
        "input", **{"aria-invalid": "true"}
    )


def test_what_may_be_left_empty_says_so() -> None:
    page = in_input({"type": "plain_text_input"}, optional=True)

    assert page.one("label").words == "A (optional)"
    assert "aria-required" not in page.one("input").attributes
    assert "aria-describedby" not in page.one("input").attributes


@pytest.mark.parametrize("element", [*TYPED, *ALONE], ids=kind_of)
def test_a_field_that_dispatches_posts_itself(element: dict[str, Any]) -> None:
    page = in_input(element, dispatch_action=True)

    (control,) = [tag for tag in page.tags if "hx-post" in tag.attributes]
    assert posted(control) == {"block": "blk", "action": "value"}
    assert control.attributes["name"] == "blk/value"
    assert control.attributes["hx-include"] == "this"


@pytest.mark.parametrize("element", [*TYPED, *ALONE, *TOGETHER], ids=kind_of)
def test_one_field_may_have_the_focus_at_first(element: dict[str, Any]) -> None:
    page = in_input({**element, "focus_on_load": True})

    assert len([tag for tag in page.tags if "autofocus" in tag.attributes]) == 1


@pytest.mark.parametrize("kind", ["plain_text_input", "number_input", "url_text_input"])
def test_what_is_typed_stays(kind: str) -> None:
    place = holding(kind, value='5 "<b>')

    page = in_input({"type": kind, "initial_value": "other"}, place)

    assert page.one("input").attributes["value"] == '5 "<b>'


def test_what_was_taken_out_stays_out() -> None:
    place = holding("plain_text_input", value=None)

    page = in_input({"type": "plain_text_input", "initial_value": "other"}, place)

    assert page.one("input").attributes["value"] == ""


def test_a_text_of_several_lines_keeps_its_first_empty_one() -> None:
    place = holding("plain_text_input", value="\n</textarea><b>")

    page = in_input({"type": "plain_text_input", "multiline": True}, place)

    assert page.one("textarea").words == "\n\n</textarea><b>"
    assert page.all("b") == []


@pytest.mark.parametrize(
    ("element", "state", "chosen"),
    [
        (ALONE[0], {"selected_option": option(2)}, ["2"]),
        (ALONE[2], {"selected_user": "U2"}, ["U2"]),
        (ALONE[2], {"selected_user": "U9"}, ["U9"]),
        (ALONE[3], {"selected_conversation": "C2"}, ["C2"]),
        (ALONE[4], {"selected_channel": None}, []),
        (TOGETHER[0], {"selected_option": option(1)}, ["1"]),
        (TOGETHER[1], {"selected_options": [option(1), option(2)]}, ["1", "2"]),
        (TOGETHER[2], {"selected_options": []}, []),
        (TOGETHER[3], {"selected_users": ["U2", "U9"]}, ["U2", "U9"]),
        (TOGETHER[5], {"selected_channels": ["C1"]}, ["C1"]),
    ],
)
def test_what_is_chosen_stays(
    element: dict[str, Any], state: dict[str, Any], chosen: list[str]
) -> None:
    page = in_input(element, holding(element["type"], **state))

    marked = page.all("option", selected="") + page.all("input", checked="")
    assert [tag.attributes["value"] for tag in marked] == chosen


@pytest.mark.parametrize(
    ("element", "state", "kind", "value"),
    [
        (ALONE[5], {"selected_date": "2026-02-03"}, "date", "2026-02-03"),
        (ALONE[6], {"selected_time": "09:30"}, "time", "09:30"),
        (ALONE[7], {"selected_date_time": 1_700_000_000}, "datetime-local", "2023-11-14T23:13"),
        (ALONE[7], {"selected_date_time": None}, "datetime-local", ""),
        (ALONE[7], {"selected_date_time": 10**30}, "datetime-local", ""),
    ],
)
def test_a_time_is_the_readers(
    element: dict[str, Any], state: dict[str, Any], kind: str, value: str
) -> None:
    page = in_input(element, holding(element["type"], **state))

    assert page.one("input", type=kind).attributes["value"] == value


@pytest.mark.parametrize("zone", ["No/Such", "", "../x", "\x00"])
def test_in_an_unknown_zone_a_time_is_in_utc(zone: str) -> None:
    page = in_actions({**ALONE[7], "initial_date_time": 1_700_000_000}, replace(MESSAGE, zone=zone))

    assert page.one("input").attributes["value"] == "2023-11-14T22:13"


def test_a_number_tells_its_limits_and_the_browser_does_not_judge_it() -> None:
    element = {"type": "number_input", "min_value": "1", "max_value": "9"}

    control = in_input(element).one("input", type="text", inputmode="numeric")

    assert (control.attributes["data-min"], control.attributes["data-max"]) == ("1", "9")
    assert control.attributes.keys().isdisjoint({"min", "max", "pattern", "maxlength", "required"})


def test_files_cannot_be_added_here() -> None:
    page = in_input({"type": "file_input"})

    assert page.one("p", **{"class": "label"}).words == "A"
    assert "cannot be added" in page.one("div", **{"class": "unknown"}).words


# ---- what is searched for ----


def test_a_search_shows_what_is_chosen_and_sends_nothing_itself() -> None:
    place = holding("external_select", selected_option=option(2))

    page = in_input({"type": "external_select", "placeholder": plain("Search")}, place)

    wrap, box = page.one("div", **{"class": "combobox"}), page.one("input", role="combobox")
    assert wrap.attributes["data-suggest"] == "/suggest"
    assert (wrap.attributes["data-block"], wrap.attributes["data-action"]) == ("blk", "value")
    assert wrap.attributes["data-min"] == "3"
    assert "data-multi" not in wrap.attributes
    assert box.attributes["value"] == "Option 2"
    assert box.attributes["placeholder"] == "Search"
    assert box.attributes["aria-controls"] == page.one("ul", role="listbox").attributes["id"]
    assert [tag for tag in page.tags if "name" in tag.attributes] == []


def test_a_search_for_several_shows_them_as_removable() -> None:
    place = holding("multi_external_select", selected_options=[option(1), option(2)])

    page = in_input({"type": "multi_external_select", "min_query_length": 0}, place)

    wrap = page.one("div", **{"class": "combobox"})
    assert (wrap.attributes["data-min"], wrap.attributes["data-multi"]) == ("0", "")
    assert [chip.words[:8] for chip in page.all("li")] == ["Option 1", "Option 2"]
    removes = page.all("button", type="button")
    assert [one.attributes["data-remove"] for one in removes] == ["1", "2"]
    assert [one.attributes["aria-label"] for one in removes] == [
        "Remove Option 1",
        "Remove Option 2",
    ]


def test_what_was_last_suggested_waits_in_the_list() -> None:
    page = in_input({"type": "external_select"}, replace(MESSAGE, offered={"blk": [option(1)]}))

    assert "hidden" in page.one("ul", role="listbox").attributes
    assert page.one("li", role="option").words == "Option 1"


def test_suggestions_are_options_of_the_list() -> None:
    told = {**option(1), "description": plain("the first")}
    group = {"label": plain("Group"), "options": [option(2)]}

    page = read(kit.options(ENV, [told, group], "x-list"))

    found = page.all("li", role="option")
    assert [one.words for one in found] == ["Option 1 the first", "Option 2"]
    assert [one.attributes["data-value"] for one in found] == ["1", "2"]
    assert [one.attributes["id"] for one in found] == ["x-list-1", "x-list-2"]
    assert page.one("li", role="presentation", **{"class": "group"}).words == "Group"


@pytest.mark.parametrize("answer", [[], None, "x", [{"label": plain("Group"), "options": []}]])
def test_no_suggestion_is_said(answer: Any) -> None:
    page = read(kit.options(ENV, answer, "x-list"))

    assert page.one("li", **{"aria-disabled": "true"}).words == "No results"
