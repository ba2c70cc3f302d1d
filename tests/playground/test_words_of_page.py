"""Words of people and of the bot show on the page as they were meant, and never act on it."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from time import process_time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup
from typing_extensions import override

from playground.page.markdown import markdown
from playground.page.rich import rich_text
from playground.page.words import mrkdwn, plain, text_object

EMPTY = ("br", "hr", "img", "input")
NAMES = {"U1": "ada", "C1": "ops", "S1": "support"}
LINK = 'target="_blank" rel="noopener noreferrer"'


def names(slack_id: str) -> str:
    return NAMES.get(slack_id, slack_id)


@dataclass
class Tag:
    """An element, with the words inside it."""

    name: str
    attributes: dict[str, str]
    words: str = ""


@dataclass
class Page(HTMLParser):
    """HTML as a browser reads it."""

    tags: list[Tag] = field(default_factory=list)
    within: list[Tag] = field(default_factory=list)
    words: str = ""

    def __post_init__(self) -> None:
        super().__init__()

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = Tag(tag, {key: value or "" for key, value in attrs})
        self.tags.append(found)
        if tag not in EMPTY:
            self.within.append(found)

    @override
    def handle_endtag(self, tag: str) -> None:
        assert self.within.pop().name == tag

    @override
    def handle_data(self, data: str) -> None:
        self.words += data
        for one in self.within:
            one.words += data

    def all(self, name: str, /, **wanted: str) -> list[Tag]:
        """Return the elements of this name that have at least these attributes."""
        named = [tag for tag in self.tags if tag.name == name]
        return [tag for tag in named if wanted.items() <= tag.attributes.items()]

    def one(self, name: str, /, **wanted: str) -> Tag:
        """Return the only such element."""
        (found,) = self.all(name, **wanted)
        return found

    @property
    def shape(self) -> list[tuple[str, tuple[str, ...]]]:
        """The elements and the names of their attributes, without any words."""
        return [(tag.name, tuple(tag.attributes)) for tag in self.tags]


def read(html: str) -> Page:
    """Parse *html*; every element in it must be closed where it was opened."""
    page = Page()
    page.feed(html)
    page.close()
    assert page.within == []
    return page


def inner(html: Markup) -> str:
    """Return what stands in the outermost `<bdi>`."""
    assert html.startswith("<bdi>")
    return html.removeprefix("<bdi>").removesuffix("</bdi>")


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("*bold* _italic_ ~gone~", "<strong>bold</strong> <em>italic</em> <s>gone</s>"),
        ("_*both*_", "<em><strong>both</strong></em>"),
        ("(*bold*), *bold*.", "(<strong>bold</strong>), <strong>bold</strong>."),
        ("*crossed _over* there_", "<strong>crossed _over</strong> there_"),
        ("snake_case_name 2*3*4 a~b~c", "snake_case_name 2*3*4 a~b~c"),
        ("* not * bold, **nor** this *", "* not * bold, **nor** this *"),
        ("*over\nlines*", "*over<br>lines*"),
        ("`*code* <@U1> :tada:`", "<code>*code* &lt;@U1&gt; :tada:</code>"),
        ("*with `code`*", "<strong>with <code>code</code></strong>"),
        ("a\n```\n*x*\n  &lt;y&gt;\n```\nb", "a<pre><code>*x*\n  &lt;y&gt;</code></pre>b"),
        ("```open", "```open"),
        ("> one\n&gt; *two*\nthree", "<blockquote>one<br><strong>two</strong></blockquote>three"),
        ("- one\n- two", "- one<br>- two"),
        ("a\r\nb", "a<br>b"),
        ("1 &lt; 2 &amp;&amp; 3 &gt; 2", "1 &lt; 2 &amp;&amp; 3 &gt; 2"),
        ("&amp;lt;", "&amp;lt;"),
        ("&lt;!channel&gt;", "&lt;!channel&gt;"),
        (":white_check_mark: :+1: :no_such_thing:", "✅ 👍 :no_such_thing:"),
        ("10:30:45", "10:30:45"),
    ],
)
def test_mrkdwn_looks_as_in_slack(text: str, html: str) -> None:
    assert inner(mrkdwn(text, names)) == html


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<@U1>", "@ada"),
        ("<@U1|mallory>", "@ada"),
        ("<@U9|grace>", "@grace"),
        ("<@U9>", "@U9"),
        ("<#C1>", "#ops"),
        ("<#C9|gone>", "#gone"),
        ("<!subteam^S1>", "@support"),
        ("<!subteam^S9|@oncall>", "@oncall"),
        ("<!here>", "@here"),
        ("<!channel|channel>", "@channel"),
        ("<!everyone>", "@everyone"),
    ],
)
def test_a_mention_is_a_name(text: str, words: str) -> None:
    page = read(mrkdwn(f"*{text}*", names))

    assert page.one("bdi", **{"class": "mention"}).words == words
    assert page.one("strong").words == words


def test_a_date_is_its_fallback_where_nobodys_clock_is_known() -> None:
    text = "until <!date^1392734382^{date_short} {time}^https://a.example|18 Feb, 15:39>"

    assert read(mrkdwn(text, names)).words == "until 18 Feb, 15:39"


@pytest.mark.parametrize(
    ("text", "href", "words"),
    [
        ("<https://a.example|the run>", "https://a.example", "the run"),
        ("<HTTP://a.example>", "HTTP://a.example", "HTTP://a.example"),
        ("<https://a.example/?a=1&amp;b=2|x>", "https://a.example/?a=1&b=2", "x"),
        ("<mailto:ada@a.example>", "mailto:ada@a.example", "ada@a.example"),
        ('<https://a.example/"onclick="x|"x">', 'https://a.example/"onclick="x', '"x"'),
    ],
)
def test_a_link_opens_elsewhere_and_tells_nothing_about_us(
    text: str, href: str, words: str
) -> None:
    link = read(mrkdwn(text, names)).one("a")

    assert link.attributes == {"href": href, "target": "_blank", "rel": "noopener noreferrer"}
    assert link.words == words


@pytest.mark.parametrize(
    "scheme", ["javascript", "JavaScript", "data", "vbscript", "file", " https"]
)
def test_only_web_and_mail_can_be_followed(scheme: str) -> None:
    url = f"{scheme}:alert(1)"
    rich = rich_of({"type": "link", "url": url, "text": "words"})
    pages = [read(mrkdwn(f"<{url}|words>", names)), read(rich), read(markdown(f"[words]({url})"))]

    assert [page.all("a") for page in pages] == [[], [], []]
    assert ["words" in page.words for page in pages] == [True, True, True]


def test_plain_text_keeps_its_lines_and_marks_nothing_up() -> None:
    assert plain("*a* &lt;\n<b> :eyes:") == "<bdi>*a* &amp;lt;<br>&lt;b&gt; 👀</bdi>"


@pytest.mark.parametrize(
    ("value", "html"),
    [
        ({"type": "mrkdwn", "text": "*a*"}, "<bdi><strong>a</strong></bdi>"),
        ({"type": "plain_text", "text": "*a*"}, "<bdi>*a*</bdi>"),
        ({"type": "plain_text", "text": ""}, ""),
        ({"type": [], "text": 5}, ""),
        ("words", ""),
        (None, ""),
    ],
)
def test_a_text_object_says_which_it_is(value: Any, html: str) -> None:
    assert text_object(value, names) == html


def part(*inline: dict[str, Any], kind: str = "section", **more: Any) -> dict[str, Any]:
    return {"type": f"rich_text_{kind}", "elements": list(inline), **more}


def rich_of(*inline: dict[str, Any]) -> Markup:
    return rich_text({"type": "rich_text", "elements": [part(*inline)]}, names)


def words_of(text: str, *styles: str) -> dict[str, Any]:
    return {"type": "text", "text": text, "style": dict.fromkeys(styles, True)}


def item(text: str) -> dict[str, Any]:
    return {"type": "rich_text_section", "elements": [words_of(text)]}


@pytest.mark.parametrize(
    ("given_part", "shown"),
    [
        (part(words_of("a\n<b>")), "<div>a<br>&lt;b&gt;</div>"),
        (part(words_of("a", "bold", "code")), "<div><strong><code>a</code></strong></div>"),
        (part(words_of("a", "italic", "strike")), "<div><s><em>a</em></s></div>"),
        (
            part({"type": "link", "url": "https://a.example"}),
            f'<div><a href="https://a.example" {LINK}><bdi>https://a.example</bdi></a></div>',
        ),
        (part({"type": "emoji", "name": "tada"}), "<div>🎉</div>"),
        (part({"type": "emoji", "name": "otter", "unicode": "1f9a6"}), "<div>🦦</div>"),
        (part({"type": "emoji", "name": "ours", "unicode": "fffff-zz"}), "<div>:ours:</div>"),
        (part({"type": "emoji", "name": "odd", "unicode": "d800-3c"}), "<div>\ufffd&lt;</div>"),
        (part({"type": "date", "timestamp": 1, "fallback": "noon"}), "<div>noon</div>"),
        (part({"type": "color", "value": "#abc"}), "<div>#abc</div>"),
        (part({"type": "hologram", "text": "still read"}), "<div>still read</div>"),
        (part({"type": "hologram"}), "<div></div>"),
        (part(words_of("a"), kind="quote"), "<blockquote>a</blockquote>"),
        (
            part(words_of("*a*\n", "bold"), words_of(":tada:"), kind="preformatted"),
            "<pre><code>*a*\n:tada:</code></pre>",
        ),
        (
            part(item("a"), item("b"), kind="list", style="bullet", indent=1),
            '<ul class="indent-1"><li>a</li><li>b</li></ul>',
        ),
        (
            part(item("a"), kind="list", style="ordered", offset=4, indent=99),
            '<ol class="indent-8" start="5"><li>a</li></ol>',
        ),
        (part(kind="from_the_future", text="still read"), "<div>still read</div>"),
    ],
)
def test_rich_text_looks_as_in_slack(given_part: dict[str, Any], shown: str) -> None:
    html = rich_text({"type": "rich_text", "elements": [given_part]}, names)

    assert html == f'<div class="rich">{shown}</div>'


@pytest.mark.parametrize(
    ("element", "words"),
    [
        ({"type": "user", "user_id": "U1"}, "@ada"),
        ({"type": "usergroup", "usergroup_id": "S1"}, "@support"),
        ({"type": "channel", "channel_id": "C1"}, "#ops"),
        ({"type": "broadcast", "range": "here"}, "@here"),
    ],
)
def test_rich_text_mentions_by_name(element: dict[str, Any], words: str) -> None:
    assert read(rich_of(element)).one("bdi", **{"class": "mention"}).words == words


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("# One\n###### Six", "<h3>One</h3><h6>Six</h6>"),
        (
            "**b** __b__ *i* _i_ ~~s~~",
            "<p><strong>b</strong> <strong>b</strong> <em>i</em> <em>i</em> <s>s</s></p>",
        ),
        ("***both*** snake_case_name", "<p><strong><em>both</em></strong> snake_case_name</p>"),
        (r"\*plain\* `*code*` &lt;", "<p>*plain* <code>*code*</code> &lt;</p>"),
        (
            "[words](https://a.example)",
            f'<p><a href="https://a.example" {LINK}><bdi>words</bdi></a></p>',
        ),
        (
            "<https://a.example>",
            f'<p><a href="https://a.example" {LINK}><bdi>https://a.example</bdi></a></p>',
        ),
        (
            "- a\n  - b\n\n3. c",
            (
                '<ul><li class="indent-0">a</li><li class="indent-1">b</li></ul>'
                '<ol start="3"><li class="indent-0">c</li></ol>'
            ),
        ),
        ("> a\n> b\nc", "<blockquote>a<br>b</blockquote><p>c</p>"),
        ("a\nb\n\nc", "<p>a<br>b</p><p>c</p>"),
        ("---", "<hr>"),
        ("a\n```python\n# <b>\n```\nc", "<p>a</p><pre><code># &lt;b&gt;</code></pre><p>c</p>"),
        ("```\nnobody closes it", "<pre><code>nobody closes it</code></pre>"),
        ("<script>x</script> :tada:", "<p>&lt;script&gt;x&lt;/script&gt; 🎉</p>"),
    ],
)
def test_markdown_is_read(text: str, html: str) -> None:
    assert markdown(text) == f'<div class="rich">{html}</div>'


SAFE = {
    *("bdi", "br", "strong", "em", "s", "code", "pre", "blockquote", "a", "hr", "p", "div"),
    *("ul", "ol", "li", "h3", "h4", "h5", "h6"),
}
SIGNS = "*_~`<>|@#!:^&;\"'[]()\\/\n -.1aU\u202e\u2066\u2069\ud800\x00"


@given(st.one_of(st.text(), st.text(SIGNS), st.text(SIGNS, min_size=20)))
def test_no_text_becomes_an_element_or_an_attribute_of_its_own(text: str) -> None:
    ways = (mrkdwn(text, names), markdown(text), plain(text), rich_of(words_of(text)))

    tags = [tag for html in ways for tag in read(html).tags]

    assert {tag.name for tag in tags} <= SAFE
    assert {key for tag in tags for key in tag.attributes} <= {
        *("href", "target", "rel", "class", "start")
    }
    assert all(html.encode() for html in ways if html)


@pytest.mark.parametrize(
    "piece",
    [
        *("*", "_", "~", "`", "```", "<", "<@", "<@U1|", "<!date^", "<https://a|", "&", "&lt;"),
        *(":", ":tada", ">", "> ", "*a ", "*a* ", "_a*b~", "(*", "[", "[a](", "![", "\\", "# "),
        *("- ", "-", "1. ", "\n", "\n> ", " ", "a", "\u2067", "\u2069", "**a *b ~~c "),
    ],
)
def test_a_hostile_text_takes_no_longer_than_its_length(piece: str) -> None:
    text = f"{(piece * 30_000)[:30_000]}x"
    began = process_time()

    assert all((mrkdwn(text, names), markdown(text), plain(text)))
    # They take a tenth of a second each; a pattern that goes back takes minutes.
    assert process_time() - began < 5


def test_ten_thousand_characters_without_a_space_all_show() -> None:
    assert read(mrkdwn("x" * 10_000, names)).words == "x" * 10_000


@pytest.mark.parametrize(
    "sign", ["\u202a", "\u202b", "\u202d", "\u202e", "\u2066", "\u2067", "\u2068"]
)
def test_a_sign_that_turns_the_direction_stays_within_its_own_isolation(sign: str) -> None:
    text = f"{sign}abc"

    assert plain(text) == mrkdwn(text, names) == f"<bdi>{text}</bdi>"
    assert rich_of(words_of(text)) == f'<div class="rich"><div>{text}</div></div>'
    assert (
        read(mrkdwn(f"<@U9|{text}>", names)).one("bdi", **{"class": "mention"}).words == f"@{text}"
    )


def test_no_text_ends_the_isolation_around_it() -> None:
    assert plain("\u2069a\u2067b\u2069c\u2069") == "<bdi>a\u2067b\u2069c</bdi>"
    assert plain("\u2067a\n\u2069b") == "<bdi>\u2067a<br>b</bdi>"
