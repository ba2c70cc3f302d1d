"""Every kind of field, filled in and typed; and what is kept and shown of secrets."""

import json
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL

from bot.domain.record import Stage
from bot.main.joining import Bot
from playground.model import Channel, Person
from tests.clock import CorrectedClock
from tests.scenarios import kinds
from tests.scenarios.kinds import Colour, Everything, Stop
from tests.scenarios.test_road import judged
from tests.world import SCENE, World, world

SECRET, PERSONAL = "correct-horse-battery", "+49 151 5550123"
NEEDLES = (b"correct-horse-battery", b"5550123", SECRET.encode().hex().encode())
MOMENT = datetime(2026, 12, 24, 17, 30, tzinfo=UTC)


@pytest.fixture
def seen() -> Iterator[list[Any]]:
    """Return what the operations were told."""
    kinds.SEEN.clear()
    yield kinds.SEEN
    kinds.SEEN.clear()


@pytest.fixture
async def w(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    monkeypatch.syspath_prepend(kinds.installed(tmp_path / "installed"))
    async with world(tmp_path, alone=True, policy={"paths": (kinds.RULES,)}) as everything:
        yield everything
        assert judged(everything.slack) == []
        assert everything.slack.workspace.complaints == []


def filled(person: Person, place: Channel) -> dict[str, Any]:
    """Return what a person fills in."""
    return {
        "name": "Sunday's soup",
        "story": "First line.\nSecond line.",
        "count": "3",
        "price": "12.5",
        "fresh": "yes",
        "colour": "light-blue",
        "size": "m",
        "day": date(2026, 12, 24),
        "moment": MOMENT,
        "span": "1h 30m",
        "mail": "cook@example.com",
        "person": person,
        "place": place,
        "extras": ["salt", "oil"],
        "phone": PERSONAL,
        "password": SECRET,
    }


def meant(person: Person, place: Channel) -> Everything:
    """Return what the operation is told then."""
    return Everything(
        name="Sunday's soup",
        story="First line.\nSecond line.",
        count=3,
        price=1250,
        fresh=True,
        colour=Colour.LIGHT_BLUE,
        size="m",
        day=date(2026, 12, 24),
        moment=MOMENT,
        span=timedelta(minutes=90),
        mail="cook@example.com",
        person=person.id,
        place=place.id,
        extras=("salt", "oil"),
        dish="d-1",
        phone=PERSONAL,
        password=SECRET,  # type: ignore[arg-type]  # Pydantic makes a SecretStr of it.
    )


def typed(person: Person) -> str:
    """Return the words that say the same, with what phones make of quotes and dashes."""
    return (
        "/ops kinds.take name=\u201cSunday's soup\u201d "
        'story="First line.\nSecond line." count=3 price=12.50 --fresh colour=LIGHT-BLUE size=m '
        "day=2026-12-24 moment='2026-12-24 18:30 Europe/Berlin' \u2014span 90m "
        f"mail=cook@example.com person=@{person.name} place=#ops extras=salt,oil "
        f"dish=d-1 phone='{PERSONAL}' password={SECRET}"
    )


async def fills_all(w: World) -> None:
    """Let Ada open the form and fill everything in."""
    await w.slack.types(w.ada, "/ops kinds.take", channel=w.ops)
    await w.slack.opens(w.ada)
    (dish,) = await w.slack.suggests(w.ada, "dish", "bors")
    w.slack.fills(w.ada, dish=dish, **filled(w.sam, w.ops))


async def reads(w: World, words: str) -> None:
    await w.slack.until(lambda: words in w.slack.sees(w.ada).text, within=15)


async def test_what_is_filled_in_is_what_the_operation_is_told(w: World, seen: list[Any]) -> None:
    await fills_all(w)
    await w.slack.submits(w.ada)
    await reads(w, "Sunday's soup was taken")

    assert seen == [meant(w.sam, w.ops)]


async def test_what_is_typed_is_what_the_operation_is_told(w: World, seen: list[Any]) -> None:
    await w.slack.types(w.ada, typed(w.sam), channel=w.ops)
    await reads(w, "Sunday's soup was taken")

    assert seen == [meant(w.sam, w.ops)]


async def test_what_was_typed_stands_in_the_form_except_the_secret(
    w: World, seen: list[Any]
) -> None:
    await w.slack.types(w.ada, typed(w.sam).replace("count=3", "count=100"), channel=w.ops)
    modal = await w.slack.opens(w.ada)
    (dish,) = await w.slack.suggests(w.ada, "dish", "bors")
    w.slack.fills(w.ada, dish=dish, count="3", password=SECRET)
    await w.slack.submits(w.ada)
    await reads(w, "Sunday's soup was taken")

    assert "99 or less" in modal.text
    assert modal.fields["password"].value is None
    assert seen == [meant(w.sam, w.ops)]


@pytest.mark.parametrize(
    ("field", "wrong", "told"),
    [
        ("span", "soon", "span"),
        ("name", "two\u2028lines", "U+2028"),
        ("phone", "555\u202e0123", "U+202E"),
        ("password", "with\u0007bell", "U+0007"),
        ("mail", "ada@example..com", "e-mail"),
        ("price", "12.555", "decimals"),
    ],
)
async def test_what_is_wrong_is_told_at_its_field_and_nothing_runs(
    w: World, seen: list[Any], field: str, wrong: str, told: str
) -> None:
    await fills_all(w)
    w.slack.fills(w.ada, **{field: wrong})
    await w.slack.submits(w.ada)

    errors = w.slack.modal(w.ada).errors
    assert list(errors) == [field]
    assert told in errors[field]
    assert (seen, await w.stages()) == ([], ["invalid"])


async def test_an_option_that_is_not_offered_is_not_taken(w: World, seen: list[Any]) -> None:
    await w.slack.types(w.ada, typed(w.sam).replace("dish=d-1", "dish=d-9"), channel=w.ops)
    await reads(w, "'d-9'")

    assert seen == []


async def test_the_same_moment_in_another_zone_is_the_same_asking(
    w: World, seen: list[Any]
) -> None:
    line = typed(w.sam)
    await w.slack.types(w.ada, line, channel=w.ops)
    await reads(w, "Sunday's soup was taken")
    again = line.replace("2026-12-24 18:30 Europe/Berlin", "2026-12-24 17:30 UTC")
    reply = await w.slack.types(w.ada, again, channel=w.ops)

    assert "You asked for exactly this" in reply.text
    assert len(seen) == 1


async def test_what_was_asked_twice_keeps_its_secret_only_while_it_may_be_asked_once_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(kinds.installed(tmp_path / "installed"))
    clock = CorrectedClock()
    async with world(tmp_path, clock, policy={"paths": (kinds.RULES,)}) as w:
        await w.slack.types(w.ada, typed(w.sam), channel=w.ops)
        await reads(w, "Sunday's soup was taken")
        await w.slack.types(w.ada, typed(w.sam), channel=w.ops)
        held = (await w.events(stage=Stage.DENIED))[0]["invocation"]
        before = await w.bot.kept.book.get(held)
        clock.pass_(700)
        await w.bot.timers.look()
        after = await w.bot.kept.book.get(held)
        assert before is not None
        answer = await w.bot.desk.again(held, before.origin)

    assert SECRET in before.params
    assert after is not None
    assert SECRET not in after.params
    assert "no longer kept" in answer.message  # type: ignore[union-attr]  # A refusal has one.


def raw(folder: Path) -> dict[str, bytes]:
    """Return every file that the bot keeps, by its name."""
    return {p.name: p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def betraying(folder: Path) -> list[str]:
    """Return the names of the files that hold what must not be readable in any."""
    return [name for name, held in raw(folder).items() if any(n in held for n in NEEDLES)]


def kept_in(bot: Bot, folder: Path) -> Path:
    """Return *folder*, with the whole of a database in it, too, where the bot has none of files."""
    if bot.kept.store.shared:
        whole = bot.kept.store.engine.url.set(drivername="postgresql")
        assert SCENE.postgres is not None
        subprocess.run(  # noqa: S603  Our own words.
            [SCENE.postgres.programs / "pg_dump", "-f", folder / "all.sql", _plain(whole)],
            check=True,
        )
    return folder


def _plain(url: URL) -> str:
    return url.render_as_string(hide_password=False)


async def submits_all(w: World) -> None:
    """Let Ada fill everything in and submit."""
    await fills_all(w)
    await w.slack.submits(w.ada)


async def types_all(w: World) -> None:
    """Let Ada type everything."""
    await w.slack.types(w.ada, typed(w.sam), channel=w.ops)


async def corrects_all(w: World) -> None:
    """Let Ada type everything, one of it wrong, and mend that in the form."""
    await w.slack.types(w.ada, typed(w.sam).replace("count=3", "count=100"), channel=w.ops)
    await w.slack.opens(w.ada)
    (dish,) = await w.slack.suggests(w.ada, "dish", "bors")
    w.slack.fills(w.ada, dish=dish, count="3", password=SECRET)
    await w.slack.submits(w.ada)


@pytest.mark.parametrize("asks", [submits_all, types_all, corrects_all])
async def test_no_file_of_the_bot_holds_a_secret_or_a_personal_value_readably(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asks: Callable[[World], Awaitable[None]]
) -> None:
    monkeypatch.syspath_prepend(kinds.installed(tmp_path / "installed"))
    async with world(tmp_path, policy={"paths": (kinds.RULES,)}) as w:
        await asks(w)
        taken = betraying(kept_in(w.bot, tmp_path / "var"))
        await reads(w, "Sunday's soup was taken")
        ended = betraying(kept_in(w.bot, tmp_path / "var"))
        held = kept_in(w.bot, tmp_path / "var")
    left = betraying(tmp_path / "var")

    assert any(b"kinds.take" in content for content in raw(held).values())
    assert any(b"workflow" in content for content in raw(held).values())
    assert (taken, ended, left) == ([], [], [])


async def test_a_secret_is_in_no_message_no_view_no_answer_no_record_and_no_log(
    w: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    await fills_all(w)
    w.slack.fills(w.ada, count="3", name="two\u2028lines")
    refused = await w.slack.submits(w.ada)
    w.slack.fills(w.ada, name="Sunday's soup")
    taken = await w.slack.submits(w.ada)
    await reads(w, "Sunday's soup was taken")
    await w.slack.types(w.ada, typed(w.sam), channel=w.ops)
    await reads(w, "You asked for exactly this")

    told = [json.dumps(made.body) for made in w.slack.workspace.produced]
    told += [json.dumps(call.arguments, default=str) for call in w.slack.workspace.calls]
    told += [refused.text, taken.text, caplog.text, json.dumps(await w.events())]
    assert not any(SECRET in one for one in told)
    assert "password=***" in w.slack.sees(w.sam).text


async def test_a_personal_value_is_in_no_log_and_no_record(
    w: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    await submits_all(w)
    await reads(w, "Sunday's soup was taken")

    assert PERSONAL in w.slack.sees(w.ada).text
    assert PERSONAL not in caplog.text + json.dumps(await w.events())


async def test_to_disturb_something_its_name_is_typed_once_more(w: World, seen: list[Any]) -> None:
    await w.slack.types(w.ada, "/ops kinds.stop payments", channel=w.ops)
    asked = await w.slack.opens(w.ada)
    before = list(seen)
    w.slack.fills(w.ada, confirm="payment")
    await w.slack.submits(w.ada)
    refused, unstopped = w.slack.modal(w.ada), list(seen)
    w.slack.fills(w.ada, confirm="payments")
    await w.slack.submits(w.ada)
    await reads(w, "payments was stopped.")

    assert asked.fields["service"].value == "payments"
    assert "Type payments to confirm" in asked.fields["confirm"].label
    assert (before, unstopped, seen) == ([], [], [Stop(service="payments")])
    assert list(refused.errors) == ["confirm"]
    assert "'payments'" in refused.errors["confirm"]


async def test_a_target_that_was_changed_in_the_form_is_the_one_to_be_confirmed(
    w: World, seen: list[Any]
) -> None:
    await w.slack.types(w.ada, "/ops kinds.stop payments", channel=w.ops)
    await w.slack.opens(w.ada)
    w.slack.fills(w.ada, service="search", confirm="payments")
    await w.slack.submits(w.ada)

    assert list(w.slack.modal(w.ada).errors) == ["confirm"]
    assert seen == []


async def test_no_words_confirm_for_a_person(w: World, seen: list[Any]) -> None:
    for line in ("confirm=payments", "--confirm payments"):
        await w.slack.types(w.ada, f"/ops kinds.stop service=payments {line}", channel=w.ops)
        await w.slack.opens(w.ada)
        await w.slack.closes(w.ada)

    assert (seen, "intent" in await w.stages()) == ([], False)


async def test_whoever_may_not_is_asked_for_nothing(w: World) -> None:
    reply = await w.slack.types(w.sam, "/ops kinds.stop payments", channel=w.ops)

    assert "Only `support-leads` may try these." in reply.text
    assert w.slack.sees(w.sam).modal is None
