"""The command line beside a running bot: same catalogue, same road, same records."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.operator.place import Installation, Place, installed_at, os_user

pytestmark = pytest.mark.asyncio(loop_scope="module")

NOT_FROM_HERE = """\
@id("not-from-the-command-line")
@doc("Nobody may resume a user from the command line.")
forbid (principal, action == Action::"users.resume", resource)
when { context.surface == "cli" };
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def here(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Installation]:
    """Return a bot whose rules know the command line."""
    folder = tmp_path_factory.mktemp("installation")
    (folder / "mine.cedar").write_text(NOT_FROM_HERE)
    async with installed_at(folder, "[policy]\npaths = ['mine.cedar']") as installation:
        yield installation


async def test_what_is_done_is_watched_and_ends_with_0(here: Installation) -> None:
    said = await here.place.types("run", "users.suspend", "alan@example.com", "reason=card testing")

    assert (said.code, said.err) == (0, "")
    assert "[x] Suspend the account" in said.out
    assert "alan@example.com is suspended." in said.out
    assert "To take it back: redbutton run users.resume user=alan@example.com" in said.out


async def test_what_is_looked_up_is_printed_and_ends_with_0(here: Installation) -> None:
    said = await here.place.types("run", "users.find", "mallory")

    assert said.code == 0
    assert "Mallory Quick" in said.out


async def test_what_fails_ends_with_1_and_says_why(here: Installation) -> None:
    words = ("run", "users.suspend", "mallory@example.com", "reason=card testing")

    said = await here.place.types(*words)

    assert said.code == 1
    assert "mallory@example.com is suspended already" in said.err
    assert "`redbutton run users.find mallory@example.com`" in said.err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["users.suspend", "grace@example.com"], "reason: Required"),
        (["users.suspend", "grace@example.com", "no"], "at least 5"),
        (["users.suspend", "grace", "card testing"], "is not an e-mail address"),
        (["users.suspnd", "grace@example.com"], "`users.suspend`"),
        (["users.suspend", "grace@example.com", "colour=red", "reason=a test"], "for 'colour'"),
    ],
)
async def test_what_is_unclear_ends_with_2_and_says_what_is(
    here: Installation, words: list[str], told: str
) -> None:
    said = await here.place.types("run", *words)

    assert (said.code, said.out) == (2, "")
    assert told in said.err


async def test_what_the_rules_refuse_at_this_door_ends_with_3_and_says_why(
    here: Installation,
) -> None:
    said = await here.place.types("run", "users.resume", "mallory@example.com")

    assert (said.code, said.out) == (3, "")
    assert "Nobody may resume a user from the command line." in said.err


async def test_the_rules_say_why_and_who_may_and_nothing_is_run(here: Installation) -> None:
    why = await here.place.types(
        "policy", "why", "users.resume", "user=mallory@example.com", "reason=a mistake"
    )
    who = await here.place.types("policy", "who-may", "users.suspend")
    stages = await here.place.types("audit", "list", "--operation", "policy.why", "--json")

    assert (why.code, who.code) == (0, 0)
    assert "The rules would not let you run users.resume here and now." in why.out
    assert "Nobody may resume a user from the command line." in why.out
    assert "people whom I know could run users.suspend: " in who.out
    assert [one["stage"] for one in stages.json] == ["intent", "outcome"]


async def test_what_was_just_asked_ends_with_3_until_it_is_meant(here: Installation) -> None:
    words = ("run", "users.suspend", "jean@example.com", "reason=card testing")
    await here.place.types(*words)

    again = await here.place.types(*words)
    meant = await here.place.types(*words, "--again")

    assert (again.code, meant.code) == (3, 1)
    assert "`--again`" in again.err
    assert "suspended already" in meant.err


async def test_the_operations_that_i_may_run_are_listed(here: Installation) -> None:
    said = await here.place.types("operations")
    told = await here.place.types("operations", "--json")

    names = {one["name"] for one in told.json}
    assert (said.code, told.code) == (0, 0)
    assert {"users.find", "users.suspend", "meta.help"} <= names
    assert all(name in said.out for name in names)


async def test_the_record_is_read_through_the_bot_and_the_reading_is_in_it(
    here: Installation,
) -> None:
    await here.place.types("run", "users.find", "hedy")

    listed = await here.place.types("audit", "list", "--operation", "users.find", "--json")
    read = await here.place.types("audit", "list", "--stage", "audit.read", "--json")

    stages = [one["stage"] for one in listed.json]
    assert (listed.code, read.code) == (0, 0)
    assert {"intent", "outcome"} <= set(stages)
    assert {one["surface"] for one in listed.json} == {"cli"}
    assert {one["actor"] for one in listed.json} == {here.me.id}
    assert {one["actor"] for one in read.json} == {here.me.id}
    assert "audit search" in [one["body"]["detail"]["what"] for one in read.json]


async def test_one_invocation_is_told_by_the_end_of_its_id(here: Installation) -> None:
    taken = await here.place.types("run", "users.suspend", "radia@example.com", "card testing")
    invocation = taken.out.partition("(")[2].partition(")")[0]

    said = await here.place.types("audit", "show", invocation[-8:])
    told = await here.place.types("audit", "show", invocation, "--json")

    assert (said.code, told.code) == (0, 0)
    assert told.json[0]["stage"] == "intent"
    assert "outcome" in said.out
    assert "[personal]" in said.out
    assert "radia@example.com" not in said.out + told.out


async def test_the_record_of_nothing_ends_with_2(here: Installation) -> None:
    said = await here.place.types("audit", "show", "00000000")

    assert (said.code, said.out) == (2, "")
    assert "'00000000'" in said.err


async def test_a_stage_there_is_not_ends_with_2_and_lists_those_there_are(
    here: Installation,
) -> None:
    said = await here.place.types("audit", "list", "--stage", "intents")

    assert said.code == 2
    assert "'intents'" in said.err
    assert "intent" in said.err


async def test_the_record_is_compared_with_its_hashes(here: Installation) -> None:
    said = await here.place.types("audit", "verify")
    told = await here.place.types("audit", "verify", "--json")

    assert (said.code, told.code, told.json["bad"]) == (0, 0, [])
    assert "each is as it was written" in said.out
    assert told.json["count"] > 3


async def test_hostile_words_reach_no_shell_and_no_terminal(here: Installation) -> None:
    said = await here.place.types("run", "users.find", "\x1b[2J; rm -rf $(id)")

    assert said.code == 2
    assert "\x1b" not in said.out + said.err


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def unmapped(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Place]:
    """Return a place with a bot to which nobody of this machine is anybody."""
    async with installed_at(tmp_path_factory.mktemp("unmapped"), mapped=False) as installation:
        yield installation.place


async def test_whoever_is_nobody_in_the_settings_is_refused_and_recorded(unmapped: Place) -> None:
    said = await unmapped.types("run", "users.suspend", "alan@example.com", "card testing")
    listed = await unmapped.types("operations")
    record = await unmapped.types("audit", "list", "--stage", "denied", "--json")

    assert (said.code, listed.code) == (3, 3)
    assert f"operating-system user '{os_user()}'" in said.err
    assert "`cli.users`" in said.err
    assert len(record.json) == 2
    assert all(os_user() in str(one) for one in record.json)


@pytest.mark.parametrize("words", [("run", "users.find", "ada"), ("operations",)])
async def test_without_a_bot_what_needs_one_says_how_to_start_it(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    place = Place(tmp_path, {**os.environ, "DATABASE_URL": f"sqlite:///{tmp_path}/var/r.db"})

    said = await place.types(*words)

    assert said.code == 1
    assert "`redbutton serve`" in said.err


async def test_without_a_bot_the_record_is_read_from_its_files(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("left")
    async with installed_at(folder) as left:
        await left.place.types("run", "users.suspend", "alan@example.com", "card testing")
        assert await left.life.ends() == 0
        place = left.place

    listed = await place.types("audit", "list", "--operation", "users.suspend", "--json")
    shown = await place.types("audit", "show", listed.json[0]["invocation"])
    verified = await place.types("audit", "verify")
    read = await place.types("audit", "list", "--stage", "audit.read", "--json")

    stages = [one["stage"] for one in listed.json]
    assert (stages[0], stages[-1]) == ("intent", "outcome")
    assert (shown.code, verified.code) == (0, 0)
    assert {one["actor"] for one in read.json} == {f"os:{os_user()}"}
    assert len(read.json) == 4
