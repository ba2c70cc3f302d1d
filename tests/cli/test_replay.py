"""`redbutton policy replay`: what is told of it, and how it ends."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.cli.workshop import Change, Example, Replayed
from bot.domain.clock import SystemClock
from tests.cli.conftest import Shell
from tests.cli.standins import ID, PretendRecords, PretendWorkshop

LOST = Replayed(
    asked=1200,
    unasked={"of an operation that is gone": 3},
    changes=(
        Change(
            kind="loses",
            operation="users.suspend",
            before="allow by leads",
            after="deny by no rule",
            count=2,
            people=1,
            examples=(Example("T0/U0ADA", "2026-11-20T03:00:00.000000Z", ID),),
        ),
    ),
)


@pytest.fixture
def new(tmp_path: Path) -> str:
    file = tmp_path / "new.cedar"
    file.write_text("")
    return str(file)


async def test_where_nothing_changes_it_ends_with_0(
    shell: Shell, workshop: PretendWorkshop, new: str
) -> None:
    seen = await shell("policy", "replay", "--since", "2026-11-01", new)

    assert (seen.exit_code, seen.stderr) == (0, "")
    assert seen.stdout == "Asked about 1 invocations since 2026-11-01: all as before.\n"
    assert workshop.done == ["replay ['new.cedar'], 3, replace False", "took users.suspend"]
    assert workshop.book.sinces == [datetime(2026, 11, 1, tzinfo=UTC)]


async def test_who_would_lose_is_told_with_examples_and_it_ends_with_1(
    shell: Shell, workshop: PretendWorkshop, new: str
) -> None:
    workshop.replayed = LOST

    seen = await shell("policy", "replay", "--since", "2026-11-01", new)

    assert seen.exit_code == 1
    assert seen.stdout.splitlines() == [
        "Asked about 1,200 invocations since 2026-11-01: 2 otherwise.",
        "Not asked: 3 of an operation that is gone.",
        "",
        "LOSES  users.suspend  2 of 1 person",
        "  before: allow by leads",
        "  after:  deny by no rule",
        "  2026-11-20 03:00:00  T0/U0ADA  deadbeef",
    ]


async def test_it_is_told_as_json(shell: Shell, workshop: PretendWorkshop, new: str) -> None:
    workshop.replayed = LOST

    seen = await shell(
        "policy", "replay", "--since", "2026-11-01", "--replace", "--examples", "9", "--json", new
    )

    told = json.loads(seen.stdout)
    assert (seen.exit_code, told["asked"], told["since"]) == (1, 1200, "2026-11-01T00:00:00+00:00")
    assert told["unasked"] == {"of an operation that is gone": 3}
    assert told["changes"][0]["examples"][0]["invocation"] == ID
    assert workshop.done[0] == "replay ['new.cedar'], 9, replace True"


@pytest.mark.parametrize(
    ("typed", "span"),
    [
        ("30d", timedelta(days=30)),
        ("12h", timedelta(hours=12)),
        ("2w", timedelta(weeks=2)),
        ("90m", timedelta(minutes=90)),
    ],
)
async def test_how_far_back_is_typed_in_days_or_hours(
    shell: Shell, workshop: PretendWorkshop, new: str, typed: str, span: timedelta
) -> None:
    await shell("policy", "replay", "--since", typed, new)

    [since] = workshop.book.sinces
    assert timedelta(0) <= SystemClock().now() - span - since < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "Missing argument 'NEW...'"),
        (("nowhere.cedar",), "'nowhere.cedar' does not exist"),
        (("--since", "lately", "."), "'lately' is no time; write it like 30d, 12h or 2026-11-20."),
        (("--since", "0d", "."), "'0d' is no time"),
        (("--since", "999999w", "."), "'999999w' is no time"),
        (("--examples", "-1", "."), "is not in the range"),
    ],
)
async def test_what_is_unclear_is_bad_usage(
    shell: Shell, words: tuple[str, ...], told: str
) -> None:
    seen = await shell("policy", "replay", *words)

    assert seen.exit_code == 2
    assert told in seen.stderr


@pytest.mark.usefixtures("door")
async def test_beside_a_bot_its_record_is_asked(
    shell: Shell, workshop: PretendWorkshop, records: PretendRecords, new: str
) -> None:
    seen = await shell("policy", "replay", "--since", "2026-11-01", new)

    assert seen.exit_code == 0
    assert [r.user for r in records.readers] == ["U0ADA"]
    assert records.sinces == [datetime(2026, 11, 1, tzinfo=UTC)]
    assert workshop.done[1:] == ["took users.suspend"]
    assert workshop.book.readers == []


async def test_who_may_not_read_the_record_is_refused(
    shell: Shell, workshop: PretendWorkshop, tmp_path: Path, new: str
) -> None:
    workshop.place = tmp_path / "none"

    seen = await shell("policy", "replay", new)

    assert seen.exit_code == 3
