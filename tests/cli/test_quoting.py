"""The shell's words reach the road as the shell cut them."""

import shlex

from hypothesis import example, given
from hypothesis import strategies as st

from bot.cli.quoting import for_shell, line_of
from bot.pipeline.scanning import scan

# Words that begin like a field's name are named; all other text is what it is.
names = st.from_regex(r"(--)?[a-z][a-z_]{0,5}=", fullmatch=True)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
plain = texts.filter(lambda t: "=" not in t and not t.startswith(("-", "\u2013", "\u2014")))


@given(st.lists(plain))
@example(["a b\\", 'a \\"', "", '"', "it's", "'tis", "a\\b", '\\"', "a\nb", "\x85", "„x“"])
def test_every_word_arrives_as_it_was(words: list[str]) -> None:
    arrived = [w.text for w in scan(line_of(words))]

    assert arrived == words


@given(names, texts)
@example("reason=", "card testing")
@example("--reason=", "")
def test_a_named_word_keeps_its_name_and_its_value(name: str, value: str) -> None:
    arrived = list(scan(line_of([name + value])))

    assert [(w.key, w.text) for w in arrived] == [(name.strip("-="), value)]


@given(st.lists(names.map(lambda n: n.lstrip("-")), min_size=1), texts)
@example(["reason="], "$(rm -rf ~) `id` it's")
def test_what_takes_it_back_can_be_pasted_into_a_shell(keys: list[str], value: str) -> None:
    words = [key + value for key in keys]

    pasted = for_shell(line_of(words))

    assert shlex.split(pasted) == words
