"""Several bots on one PostgreSQL database, as whoever runs them meets them."""

import asyncio
import base64
import json
from contextlib import ExitStack
from pathlib import Path

import pytest

from playground.driver import PretendSlack
from tests.operator.place import installed_at, place_at
from tests.postgres import Server, frozen, own_server

KEY = base64.b64encode(b"k" * 32).decode()
OTHER = base64.b64encode(b"o" * 32).decode()
FIND = ("run", "users.find", "text=grace")
SUSPEND = ("run", "users.suspend", "user=annie@example.com", "reason=found in the skip")


def on(database: str, **more: str) -> dict[str, str]:
    """Return the environment of a bot on *database*."""
    return {"DATABASE_URL": database, "REDBUTTON_KEY": KEY, **more}


async def test_a_second_bot_in_the_same_folder_is_told_to_take_another(
    tmp_path: Path, database: str
) -> None:
    async with installed_at(tmp_path, environ=on(database)) as first:
        second = await first.place.types("serve")

    assert second.code == 2
    assert "Another bot runs in 'var' already." in second.err
    assert "REDBUTTON_VAR=var/2" in second.err


async def test_a_bot_with_another_key_is_refused_before_it_touches_anything(
    tmp_path: Path, database: str
) -> None:
    async with installed_at(tmp_path, environ=on(database)) as first:
        second = await first.place.types("serve", REDBUTTON_KEY=OTHER, REDBUTTON_VAR="var/2")

    assert second.code == 2
    assert "sealed under another key" in second.err
    assert "REDBUTTON_KEY" in second.err


async def test_a_bot_on_a_database_needs_a_key_that_is_told(tmp_path: Path, database: str) -> None:
    place = place_at(tmp_path, environ=on(database, REDBUTTON_KEY=""))

    said = await place.types("serve")

    assert said.code == 2
    assert "`REDBUTTON_KEY` is not set" in said.err
    assert "openssl rand -base64 32" in said.err


async def test_a_store_that_a_newer_bot_has_changed_is_refused_by_an_older_one(
    tmp_path: Path, database: str, postgres: Server
) -> None:
    place = place_at(tmp_path, environ=on(database))
    await place.types("migrate")
    name = database.partition("?")[0].rpartition("/")[2]
    postgres.says("UPDATE alembic_version SET version_num = '9999'", database=name)

    served, doctored = await place.types("serve"), await place.types("doctor", "--json")

    assert served.code == 2
    for said in (served.err, doctored.out):
        assert "version '9999', which this program does not know" in said
        assert "Run a newer Redbutton" in said


async def test_a_running_bot_stays_ready_when_a_newer_one_has_changed_the_store(
    tmp_path: Path, database: str, postgres: Server
) -> None:
    async with installed_at(tmp_path, environ=on(database)) as here:
        name = database.partition("?")[0].rpartition("/")[2]
        postgres.says("UPDATE alembic_version SET version_num = '9999'", database=name)
        status, _ = await here.life.gets("/readyz")

    assert status == 200


async def test_a_database_that_stands_still_keeps_nobody_waiting_who_asks_for_health(
    tmp_path: Path,
) -> None:
    ours = "SELECT pid FROM pg_stat_activity WHERE application_name = 'redbutton'"
    with own_server() as server, server.database() as url:
        async with installed_at(tmp_path, environ=on(url)) as here:
            with ExitStack() as standing:
                for (pid,) in [*server.says(ours), (server.pid,)]:
                    standing.enter_context(frozen(int(str(pid))))
                async with asyncio.timeout(7):
                    status, told = await here.life.gets("/readyz")

    assert status == 503
    assert "database" in json.loads(told)["wrong"]


async def test_with_neither_door_the_bot_says_which_two_there_are(tmp_path: Path) -> None:
    place = place_at(tmp_path, environ={"SLACK_SIGNING_SECRET": ""})

    said = await place.types("serve")

    assert said.code == 2
    assert "Neither `SLACK_APP_TOKEN` nor `SLACK_SIGNING_SECRET` is set." in said.err


@pytest.mark.parametrize("words", [FIND, SUSPEND], ids=["a look", "a change"])
async def test_a_run_that_another_bot_carries_out_is_followed_to_its_end(
    words: tuple[str, ...], tmp_path: Path, database: str
) -> None:
    people = ("annie", "grace", "hedy", "jean")
    async with (
        installed_at(tmp_path, environ=on(database)) as first,
        first.place.serves(REDBUTTON_VAR="var/2"),
    ):
        each = [[w.replace("annie", name) for w in words] for name in people]
        said = await asyncio.gather(*(first.place.types(*line) for line in each))

    assert [one.code for one in said] == [0] * 4


async def test_the_doctor_tells_which_bots_run_and_check_asks_no_database(
    tmp_path: Path, database: str
) -> None:
    async with installed_at(tmp_path, environ=on(database)) as first:
        doctored = await first.place.types("doctor", "--json")
        checked = await first.place.types("check", "--json")
        status, ready = await first.life.gets("/readyz")

    told = {one["name"]: one for one in doctored.json}
    assert "(slot-0)" in told["bots"]["said"]
    assert told["store"]["ok"]
    assert told["database clock"]["ok"]
    assert {one["name"]: one["ok"] for one in checked.json}["store"] is None
    assert status == 200
    assert json.loads(ready)["bots"] == 1


async def test_whoever_has_address_and_key_reads_the_record_beside_no_bot_and_is_recorded(
    tmp_path: Path, database: str
) -> None:
    place = place_at(tmp_path, environ=on(database))
    await place.types("migrate")

    first, second = await place.types("audit", "verify"), await place.types("audit", "list")

    assert (first.code, second.code) == (0, 0)
    assert "audit.read" in second.out


async def test_who_only_asks_a_bot_beside_them_need_not_know_its_database(
    tmp_path: Path, database: str
) -> None:
    told = {"REDBUTTON_VAR": "var/7", "DATABASE_URL": database, "REDBUTTON_KEY": KEY}
    async with installed_at(tmp_path, environ=told) as here:
        by_folder = await here.place.types(*FIND, DATABASE_URL="", REDBUTTON_KEY="")
        lost = await here.place.types(*FIND, DATABASE_URL="", REDBUTTON_VAR="")

    assert (by_folder.code, lost.code) == (0, 1)


async def test_a_folder_named_beside_a_store_in_a_file_leads_nobody_astray(tmp_path: Path) -> None:
    async with installed_at(tmp_path, environ={"REDBUTTON_VAR": "elsewhere"}) as here:
        found = await here.place.types(*FIND)

    assert found.code == 0


async def test_over_socket_mode_alone_nothing_is_taken_by_http(tmp_path: Path) -> None:
    async with PretendSlack.open() as slack:
        ada = slack.person("ada", groups=["support", "support-leads"])
        ops = slack.channel("ops", members=[ada])
        told = {"SLACK_SIGNING_SECRET": "", "SLACK_APP_TOKEN": slack.app_token}
        place = place_at(tmp_path, slack, environ=told)
        async with place.serves() as life:
            slack.deliver_by_socket()
            await life.is_ready()
            by_socket = await slack.types(ada, "/ops meta.whoami", ops)
            slack.deliver_to(f"{life.url}/slack/events")
            by_http = await slack.types(ada, "/ops meta.whoami", ops)
            doctored = await place.types("doctor", "--json")
            code = await life.ends()

    assert by_socket.ok
    assert by_http.status == 404
    assert {one["name"]: one["ok"] for one in doctored.json}["sockets"]
    assert code == 0
