"""What is given back, however long, hostile or odd, and what is typed the same way."""

import csv
import io
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.record import Stage
from playground.model import Person, SlackFile
from playground.screen import SeenMessage
from tests.scenarios import kinds
from tests.scenarios.kinds import FORMULAS, LONG_TABLE, RESULTS
from tests.scenarios.test_road import judged
from tests.world import World, world


@pytest.fixture
async def w(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    monkeypatch.syspath_prepend(kinds.installed(tmp_path / "installed"))
    async with world(tmp_path, policy={"paths": (kinds.RULES,)}) as everything:
        yield everything
        assert judged(everything.slack) == []
        assert everything.slack.workspace.complaints == []


async def reads(w: World, person: Person, words: str) -> SeenMessage:
    """Wait until *person* reads *words*; return the newest message that says so."""
    await w.slack.until(lambda: words in w.slack.sees(person).text, within=15)
    return next(m for m in reversed(w.slack.sees(person).messages) if words in m.text)


async def gets(w: World, person: Person) -> tuple[SeenMessage, SlackFile]:
    """Wait until *person* is handed a file; return its message and the file."""
    await w.slack.until(lambda: any(m.files for m in w.slack.sees(person).messages), within=15)
    said = next(m for m in w.slack.sees(person).messages if m.files)
    return said, said.files[0]


def text_of(file: SlackFile) -> str:
    """Return what *file* holds, as a spreadsheet or an editor reads it."""
    assert file.content is not None
    return file.content.decode("utf-8-sig")


async def test_what_was_looked_up_and_is_too_long_comes_as_a_file_to_the_asker_alone(
    w: World,
) -> None:
    await w.slack.types(w.ada, "/ops kinds.show long", channel=w.ops)
    said = await reads(w, w.ada, "the whole is in the file")
    handed, file = await gets(w, w.ada)

    assert text_of(file) == RESULTS["long"].text
    assert "Begin." in said.text
    assert handed.said.channel == w.slack.direct(w.ada).id
    assert w.slack.sees(w.sam).messages == ()


async def test_what_is_shared_brings_its_file_along(w: World) -> None:
    await w.slack.types(w.ada, "/ops kinds.show long", channel=w.ops)
    await reads(w, w.ada, "the whole is in the file")
    await w.slack.presses(w.ada, "Share here")
    handed, file = await gets(w, w.sam)

    assert handed.said.channel == w.ops.id
    assert text_of(file) == RESULTS["long"].text


async def test_what_was_changed_and_is_too_long_comes_as_a_file_in_its_thread(w: World) -> None:
    await w.slack.types(w.ada, "/ops kinds.make long", channel=w.ops)
    handed, file = await gets(w, w.sam)

    main = next(m for m in w.slack.sees(w.sam).messages if m.thread_ts in ("", m.ts))
    assert text_of(file) == RESULTS["long"].text
    assert (handed.thread_ts, handed.said.channel) == (main.ts, w.ops.id)
    assert "Begin." in main.text


async def test_a_table_stands_in_the_message(w: World) -> None:
    await w.slack.types(w.ada, "/ops kinds.show table", channel=w.ops)
    said = await reads(w, w.ada, "Two of them.")

    assert "account | state\na | active\nb | <!here>" in said.text
    assert said.files == ()


async def test_the_table_of_a_change_stands_in_its_thread(w: World) -> None:
    await w.slack.types(w.ada, "/ops kinds.make table", channel=w.ops)
    said = await reads(w, w.sam, "a | active")

    assert said.thread_ts not in ("", said.ts)


async def test_a_long_table_is_begun_in_the_message_and_whole_in_a_file(w: World) -> None:
    await w.slack.types(w.ada, "/ops kinds.show rows", channel=w.ops)
    said = await reads(w, w.ada, "300 rows, is in the file")
    _, file = await gets(w, w.ada)

    assert "a19@example.com" in said.text
    assert "a20@example.com" not in said.text
    assert [tuple(row) for row in csv.reader(io.StringIO(text_of(file)))] == list(LONG_TABLE)


async def test_a_search_that_finds_many_accounts_is_begun_in_the_message_and_whole_in_a_file(
    w: World,
) -> None:
    await w.slack.types(w.sam, "/ops users.find example", channel=w.ops)
    said = await reads(w, w.sam, "30 rows, is in the file")
    _, file = await gets(w, w.sam)

    assert "30 accounts match 'example'." in said.text
    assert len(list(csv.reader(io.StringIO(text_of(file))))) == 31


async def test_no_cell_of_a_file_is_a_formula_and_numbers_stay_numbers(w: World) -> None:
    await w.slack.types(w.ada, "/ops kinds.show formulas", channel=w.ops)
    _, file = await gets(w, w.ada)

    cells = [row[0] for row in csv.reader(io.StringIO(text_of(file)))][1:]
    assert cells == [f"'{one}" for one in FORMULAS[:-1]] + ["-42"]


@pytest.mark.parametrize("operation", ["kinds.show", "kinds.make"])
async def test_hostile_words_are_shown_as_they_are_and_take_no_effect(
    w: World, operation: str
) -> None:
    await w.slack.types(w.ada, f"/ops {operation} hostile", channel=w.ops)
    said = await reads(w, w.ada, "evil.example")
    await w.slack.until(lambda: len(w.slack.workspace.produced) > 0)

    shown = [str(made.body) for made in w.slack.workspace.produced]
    assert "\\u202e" in said.text
    assert "<!channel>" in said.text
    for effect in ("<!channel>", "<@U1>", "<https://evil", "*bold*", "`code`", "\u202e", ":tada:"):
        assert not any(effect in _without_raw(one) for one in shown), effect


def _without_raw(body: str) -> str:
    """Return *body* without its cells of raw text, in which nothing takes effect."""
    return "".join(part.partition("'}")[2] for part in body.split("'type': 'raw_text'"))


async def test_a_link_is_a_button_and_one_that_runs_something_is_none(w: World) -> None:
    await w.slack.types(w.ada, "/ops kinds.show link", channel=w.ops)
    good = await reads(w, w.ada, "It is there.")
    await w.slack.types(w.ada, '/ops kinds.show "bad link"', channel=w.ops)
    await w.slack.until(lambda: len(w.slack.sees(w.ada).messages) > 1)
    bad = w.slack.sees(w.ada).last

    assert good.button("Open").text == "Open"
    assert "Open" not in [button.text for button in bad.buttons]
    assert not any("javascript" in str(made.body) for made in w.slack.workspace.produced)


async def test_a_file_is_handed_over_byte_for_byte(w: World) -> None:
    await w.slack.types(w.ada, "/ops kinds.make file", channel=w.ops)
    handed, file = await gets(w, w.sam)

    assert (file.name, file.content) == ("told.bin", bytes(range(256)))
    assert handed.said.channel == w.ops.id
    assert handed.thread_ts not in ("", handed.ts)


async def test_fields_stand_in_the_message(w: World) -> None:
    await w.slack.types(w.ada, "/ops kinds.show fields", channel=w.ops)
    said = await reads(w, w.ada, "It has fields.")

    assert "ada & sons" in said.text


async def test_a_result_without_words_is_told_all_the_same(w: World) -> None:
    await w.slack.types(w.ada, "/ops kinds.show nothing", channel=w.ops)

    await reads(w, w.ada, "· done ·")


async def test_an_operation_that_breaks_names_its_run_and_shows_no_trace(
    w: World, caplog: pytest.LogCaptureFixture
) -> None:
    await w.slack.types(w.ada, "/ops kinds.show what-is-not-there", channel=w.ops)
    said = await reads(w, w.ada, "The operation broke (KeyError).")

    (ended,) = await w.events(stage=Stage.OUTCOME)
    assert "Traceback" not in said.text
    assert ended["invocation"][-8:] in said.text
    assert ended["invocation"] in caplog.text
    assert ended["detail"]["code"] == "broken"


async def test_forty_thousand_characters_are_an_error_at_their_field(w: World) -> None:
    await w.slack.types(w.ada, f"/ops kinds.say {'x' * 40_000}", channel=w.ops)
    modal = await w.slack.opens(w.ada)

    assert "40,000 characters and at most 3,000 fit" in modal.text
    assert await w.stages() == ["invalid"]


@pytest.mark.parametrize(
    ("character", "name"),
    [
        ("\x00", "U+0000"),
        ("\x1b", "U+001B"),
        ("\x7f", "U+007F"),
        ("\u202e", "U+202E"),
        ("\u2066", "U+2066"),
        ("\u2029", "U+2029"),
    ],
)
async def test_a_character_that_disguises_text_is_an_error_that_names_it(
    w: World, character: str, name: str
) -> None:
    await w.slack.types(w.ada, f"/ops kinds.say abc{character}def", channel=w.ops)
    modal = await w.slack.opens(w.ada)

    assert name in modal.text
    assert character not in str(modal.body)
    assert await w.stages() == ["invalid"]


@pytest.mark.parametrize(
    "words",
    [
        "x'; DROP TABLE account; --",
        "=1+1",
        "<!channel> <!subteam^S1> <@U1>",
        "{{7*7}} ${HOME} $(id) %s %n",
        "a\u200db \U0001f469\u200d\U0001f467 \u05e9\u05dc\u05d5\u05dd e\u0301",
        "&lt;!here&gt; &amp;amp;",
    ],
)
async def test_what_is_odd_but_harmless_is_taken_and_shown_safely(w: World, words: str) -> None:
    await w.slack.types(w.ada, f"/ops kinds.say {words}", channel=w.ops)
    said = await reads(w, w.ada, "· done ·")

    (step,) = await w.bot.kept.book.steps((await w.events(stage=Stage.INTENT))[0]["invocation"])
    assert step.result == json.dumps(words, ensure_ascii=False)
    assert "<!" not in str([m.body for m in w.slack.workspace.produced])
    assert said.buttons == ()


@settings(
    max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(st.text(min_size=1, max_size=300))
async def test_whatever_is_typed_is_answered(w: World, words: str) -> None:
    before = len(await w.stages())

    reply = await w.slack.types(w.ada, f"/ops kinds.say {words}", channel=w.ops)

    assert reply.ok
    assert len(await w.stages()) >= before
