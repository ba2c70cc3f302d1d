"""The story of an incident: all that is known, nothing that is not, and no mark-up of others."""

from datetime import UTC, datetime
from pathlib import Path

from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bot.domain.incident import Incident, Moment, MomentKind, Severity, Task
from commands.incident.markdown import link, plain
from commands.incident.story import story
from tests.commands.troubled import ADA, AT, after, timeline, trouble

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
GOLDEN = Path(__file__).with_name("story.md")
READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
HOSTILE = (
    "# | `x` <script>alert(1)</script> [x](javascript:alert(1)) ![y](https://evil.example/)\n"
    "## Heading\n\n- list\n> quote\n\n<!here> <!channel> <@U0ADA> *bold* _it_ ~~no~~ \\ &lt; \u202e"
)


def text_in(markdown: str) -> str:
    """Return what a reader of *markdown* reads, as one line; it must be words alone."""
    tokens = READER.parse(markdown)
    assert [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"]
    children = tokens[1].children or []
    assert {child.type for child in children} <= {"text", "text_special"}
    return "".join(child.content for child in children)


def test_all_that_is_known_of_an_incident_is_told() -> None:
    assert story(trouble(), timeline(), NOW) == GOLDEN.read_text("utf-8")


def test_what_is_not_known_is_left_out() -> None:
    bare = Incident(
        id="1",
        number=3,
        team="T1",
        invocation="2",
        name="calm-heron",
        title="Something is odd",
        severity=Severity.SEV4,
        declared_by=ADA,
        declared_by_name="Ada",
        at=AT,
    )

    told = story(bare, (), NOW)

    headings = [line for line in told.splitlines() if line.startswith("#")]
    assert headings == [
        "# INC-3: Something is odd",
        "## What went well",
        "## What went badly",
        "## Why",
        "## What we will do",
    ]
    assert "None" not in told
    assert "unknown" not in told
    assert "the 0 lines of its timeline" in told


def test_a_private_incident_says_so_before_anything_else() -> None:
    told = story(trouble(private=True), timeline(), NOW).splitlines()

    assert told[2] == "**This incident is private: show this to nobody outside its channel.**"


def test_a_drill_is_not_taken_for_trouble() -> None:
    told = story(trouble(drill=True), timeline(), NOW)

    assert told.startswith("# DRILL-12: ")
    assert "This was a drill" in told


def test_nothing_that_people_wrote_becomes_mark_up() -> None:
    wrote = trouble(
        title=HOSTILE,
        name=HOSTILE,
        service=HOSTILE,
        summary=HOSTILE,
        reason=HOSTILE,
        declared_by_name=HOSTILE,
        tasks=tuple(
            Task(number=1, text=HOSTILE, at=AT, by_name="x", ticket=HOSTILE, follow_up=later)
            for later in (False, True)
        ),
    )
    said = Moment(
        source="x", at=after(1), kind=MomentKind.NOTE, text=HOSTILE, by_name=HOSTILE,
        link="javascript:alert(1)",
    )  # fmt: skip
    usual = story(trouble(), timeline(), NOW)

    told = story(wrote, (*timeline(), said), NOW)

    kinds = [t.type for t in READER.parse(told) if t.type in {"html_block", "heading_open"}]
    assert kinds == ["heading_open"] * usual.count("\n## ") + ["heading_open"]
    spans = [child for t in READER.parse(told) for child in t.children or []]
    assert {c.type for c in spans} <= {
        "text", "text_special", "softbreak", "link_open", "link_close", "em_open", "em_close",
    }  # fmt: skip
    addresses = [str(c.attrs["href"]) for c in spans if c.type == "link_open"]
    assert [one for one in addresses if not one.startswith("https://")] == []
    assert "<!here>" not in told


@given(st.text(max_size=80))
@example("---")
@example("1. one")
@example("==")
@example("+ x")
@example("\\")
def test_any_text_is_read_as_it_was_written(text: str) -> None:
    shown = plain(text)

    assert "\n" not in shown
    if shown:
        # Signs that nobody sees are left out, and every space is one space.
        written = "".join(sign if plain(sign) else " " for sign in text)
        assert "".join(text_in(shown).split()) == "".join(written.split())


@given(st.text(max_size=60))
def test_a_link_leads_to_the_web_or_is_none(url: str) -> None:
    assert link("label", url) in {"label", link("label", url)}
    assert link("label", f"javascript:{url}") == "label"
    [paragraph] = [t for t in READER.parse(link("a", f"https://x.example/{url}")) if t.children]
    [opened] = [c for c in paragraph.children or [] if c.type == "link_open"]

    assert str(opened.attrs["href"]).startswith("https://x.example/")
