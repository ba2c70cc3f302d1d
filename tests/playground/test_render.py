"""Block Kit reads as a person would read it aloud."""

from typing import Any

import pytest

from playground.render import lines, readable
from tests.playground.bad_views import button, field, plain


def names(slack_id: str) -> str:
    return {"U1": "ada", "C1": "ops", "S1": "support"}[slack_id]


@pytest.mark.parametrize(
    ("mrkdwn", "words"),
    [
        ("<@U1> in <#C1>", "@ada in #ops"),
        ("<#C9|gone>", "#gone"),
        ("<!subteam^S1> <!subteam^S9|oncall>", "@support @oncall"),
        ("due <!date^1392734382^{time}|14:39 UTC>", "due 14:39 UTC"),
        ("<https://a.example|the run>", "the run (https://a.example)"),
        ("<https://a.example>", "https://a.example"),
        ("1 &lt; 2 &amp;&amp; 3 &gt; 2", "1 < 2 && 3 > 2"),
        ("&lt;!channel&gt;", "<!channel>"),
        ("&amp;lt;", "&lt;"),
    ],
)
def test_mrkdwn(mrkdwn: str, words: str) -> None:
    assert readable(mrkdwn, names) == words


MRKDWN = {"type": "mrkdwn", "text": "*Hi* <@U1>"}
RAW = {"type": "raw_text", "text": "cell"}


@pytest.mark.parametrize(
    ("block", "words"),
    [
        ({"type": "section", "text": MRKDWN, "accessory": button()}, ["*Hi* @ada", "[Go]"]),
        ({"type": "section", "fields": [plain("a"), plain("b")]}, ["a", "b"]),
        ({"type": "header", "text": plain("Title")}, ["Title"]),
        ({"type": "context", "elements": [MRKDWN, plain("x")]}, ["*Hi* @ada x"]),
        ({"type": "actions", "elements": [button(1), button(2)]}, ["[Go] [Go]"]),
        ({"type": "divider"}, ["----"]),
        ({"type": "image", "alt_text": "plot", "image_url": "https://x"}, ["[image: plot]"]),
        ({"type": "table", "rows": [[RAW, RAW], [RAW, RAW]]}, ["cell | cell", "cell | cell"]),
        ({"type": "markdown", "text": "# Words"}, ["# Words"]),
        (field("a", {"type": "plain_text_input"}, hint=plain("Why")), ["A", "Why"]),
        (
            {
                "type": "rich_text",
                "elements": [
                    {"type": "rich_text_section", "elements": [{"type": "text", "text": "rich"}]}
                ],
            },
            ["rich"],
        ),
    ],
)
def test_blocks(block: dict[str, Any], words: list[str]) -> None:
    assert lines([block], names) == words


def test_a_mention_in_plain_text_is_no_mention() -> None:
    assert lines([{"type": "header", "text": plain("<@U1>")}], names) == ["<@U1>"]
