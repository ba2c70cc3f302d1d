"""`redbutton audit`: through the running bot, or in its files."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.cli.conftest import Shell
from tests.cli.standins import ID, PretendRecords, PretendWorkshop


async def test_without_a_bot_the_owner_reads_the_files(
    shell: Shell, workshop: PretendWorkshop, me: str
) -> None:
    seen = await shell("audit", "list")

    assert seen.stdout.splitlines() == [
        "TIME (UTC)           STAGE    ACTOR  ID        OPERATION AND TARGET",
        "2026-11-20 03:00:00  outcome  U0ADA  deadbeef  users.suspend p_1\ufffd[31m",
    ]
    assert [(r.os_user, r.user, r.owner) for r in workshop.book.readers] == [(me, None, True)]


@pytest.mark.usefixtures("door")
async def test_beside_a_bot_its_record_is_asked_and_its_files_are_left_alone(
    shell: Shell, workshop: PretendWorkshop, records: PretendRecords
) -> None:
    listed = await shell("audit", "list", "--json", "--limit", "5")
    told = await shell("audit", "show", ID[-8:], "--json")
    verified = await shell("audit", "verify", "--json")

    assert json.loads(listed.stdout)[0]["body"]["detail"] == {"code": "done"}
    assert json.loads(told.stdout)[0]["invocation"] == ID
    assert json.loads(verified.stdout) == {"count": 3, "bad": []}
    assert [r.user for r in records.readers] == ["U0ADA"] * 3
    assert workshop.book.readers == []


@pytest.mark.usefixtures("door")
async def test_every_filter_reaches_the_record(shell: Shell, records: PretendRecords) -> None:
    filters = {"actor": "U0ADA", "operation": "a.b", "stage": "intent", "target": "ada"}
    given = [word for name, value in filters.items() for word in (f"--{name}", value)]

    await shell("audit", "list", *given, "--since", "2026-11-20", "--until", "2026-11-21T01:00+01")

    search = records.searches[0]
    assert {name: getattr(search, name) for name in filters} == filters
    assert search.since == datetime(2026, 11, 20, tzinfo=UTC)
    assert search.until == datetime(2026, 11, 21, tzinfo=UTC)
    assert search.limit == 50


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--stage", "nope"), "The stages are invalid, denied, intent"),
        (("--since", "yesterday"), "'yesterday' is no time"),
        (("--limit", "0"), "0 is not in the range"),
        (("--limit", "1001"), "1001 is not in the range"),
    ],
)
async def test_a_wrong_filter_is_bad_usage(shell: Shell, words: tuple[str, str], told: str) -> None:
    seen = await shell("audit", "list", *words)

    assert seen.exit_code == 2
    assert told in seen.stderr


async def test_one_invocation_is_told_part_by_part_without_what_is_sealed(shell: Shell) -> None:
    seen = await shell("audit", "show", ID)

    assert [line.split() for line in seen.stdout.splitlines()[1:]] == [
        ["params", "user=[personal],", "reason=card", "testing"],
        ["decision", "effect=allow"],
        ["detail", "code=done"],
    ]


async def test_an_unknown_invocation_is_bad_usage(shell: Shell) -> None:
    seen = await shell("audit", "show", "nobody")

    assert seen.exit_code == 2
    assert "Nothing is recorded of 'nobody'." in seen.stderr


async def test_a_record_that_is_whole_says_so(shell: Shell) -> None:
    seen = await shell("audit", "verify")

    assert (seen.exit_code, seen.stdout) == (0, "3 events; each is as it was written.\n")


async def test_an_altered_event_fails_the_command(shell: Shell, workshop: PretendWorkshop) -> None:
    workshop.book.bad = [{"n": 2, "id": "x", "what": "its hash"}]

    seen = await shell("audit", "verify")

    assert seen.exit_code == 1
    assert "2  x   its hash" in seen.stdout


async def test_who_may_not_read_the_record_is_refused(
    shell: Shell, workshop: PretendWorkshop, tmp_path: Path
) -> None:
    # A folder that is not there is nobody's.
    workshop.place = tmp_path / "none"

    seen = await shell("audit", "list")

    assert seen.exit_code == 3
