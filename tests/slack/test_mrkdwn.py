"""Nothing that somebody wrote becomes a mention, a link or a format."""

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack.mrkdwn import (
    Mrkdwn,
    bold,
    channel,
    code,
    join,
    link,
    sentence,
    text,
    user,
    visible,
    web_address,
)

NASTY = st.lists(
    st.sampled_from(["<", ">", "&", "!", "@", "#", "|", "`", "*", "_", "~", ":", "\n", "\r\n"])
    | st.sampled_from(["<!channel>", "<@U123>", "<https://evil.example|bank>", "&lt;", ":fire:"])
    | st.sampled_from(["\u202e", "\u2066", "\u200b", "\ud83d", "\0", "😀", "שלום", "a", "b c"])
    | st.text(max_size=5)
).map("".join)
ENTITY = re.compile("&(amp|lt|gt);")


@given(NASTY, st.integers(10, 60))
@pytest.mark.parametrize("escape", [text, sentence, code])
def test_nothing_can_be_injected_by_what_somebody_wrote(
    escape: Callable[[str, int], Mrkdwn], words: str, limit: int
) -> None:
    safe = escape(words, limit)

    assert not set("<>") & set(safe)
    assert "&" not in ENTITY.sub("", safe)
    assert len(safe) <= limit
    safe.encode()


@given(NASTY)
def test_text_takes_effect_nowhere(words: str) -> None:
    safe = text(words, 10_000)

    assert "`" not in safe
    assert not re.search(r"(?<![^\W_])[*_~]|[*_~](?![^\W_])", safe)
    assert not re.search(r"(?m)^\s*&gt;", safe)
    assert ":fire:" not in safe


@given(st.text(st.characters(categories=["L", "N"], include_characters=" .,")))
def test_ordinary_words_stay_as_they_are(words: str) -> None:
    assert text(words, 10_000) == words


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("snake_case_name", "snake_case_name"),
        ("10:30:45 and ::1", "10:30:45 and ::1"),
        ("https://x.example/a?b=1&c=2", "https://x.example/a?b=1&amp;c=2"),
        ("<!channel>", "&lt;!channel&gt;"),
        ("a\u202eb", "a\\u202eb"),
        ("\U000e0041", "\\U000e0041"),
        ("one\r\ntwo", "one\ntwo"),
    ],
)
def test_what_is_harmless_stays_and_what_is_unseen_is_written_out(words: str, shown: str) -> None:
    assert text(words) == shown


def test_a_sentence_of_ours_keeps_the_command_to_type() -> None:
    assert sentence("Type `/ops meta.help`, <now>.") == "Type `/ops meta.help`, &lt;now&gt;."


def test_safe_text_cannot_be_made_by_hand() -> None:
    with pytest.raises(TypeError, match=r"text\(\)"):
        Mrkdwn("<!channel>")


def test_forty_thousand_characters_are_cut_within_the_limit() -> None:
    assert len(text("<" * 40_000, 3000)) <= 3000
    assert len(sentence("`a` <" * 8_000, 3000)) <= 3000


def test_only_ids_become_mentions() -> None:
    assert user("U0ADA") == "<@U0ADA>"
    assert channel("C0OPS") == "<#C0OPS>"
    assert user("nightly> <!channel") == "nightly&gt; &lt;!channel"
    assert channel("U0ADA") == "U0ADA"


@given(NASTY, NASTY)
def test_a_link_has_one_address_and_one_label(path: str, label: str) -> None:
    made = link(f"https://vendor.example/{path}", label)

    assert made.startswith("<https://vendor.example/")
    assert (made.count("<"), made.count(">"), made.count("|")) == (1, 1, 1)


@pytest.mark.parametrize(
    "address", ["http://x.example", "javascript:alert(1)", "https://", "https://[", ""]
)
def test_what_is_no_https_address_is_no_link(address: str) -> None:
    assert web_address(address) is None
    assert "<" not in link(address, "Open")


def test_lines_in_bold_are_bold_one_by_one() -> None:
    assert bold(text("one\n\ntwo")) == "*one*\n*two*"
    assert bold(text("")) == ""


def test_parts_that_are_empty_leave_no_gap() -> None:
    assert join([text("a"), text(""), code(" "), text("b")], " ") == "a b"


@given(st.text())
def test_the_visible_form_is_stable(words: str) -> None:
    assert visible(visible(words)) == visible(words)
