"""What whoever runs the bot is told about it: check, doctor, manifest, policy, migrate."""

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from bot.domain.clock import SystemClock
from playground.driver import PretendSlack
from playground.jira import PretendJira
from playground.pagerduty import PretendPagerDuty
from tests.clock import CorrectedClock
from tests.conventions.house import catalogue
from tests.operator.place import Place, Said, os_user, place_at, settings_of

SCHEMA = Path(__file__).parents[2].parent / "shared" / "slack-samples" / "manifest.schema.json"


def found(said: Said) -> dict[str, Any]:
    """Return whether each thing that was looked at is well, by its name."""
    return {one["name"]: one["ok"] for one in said.json}


def sentence(said: Said, name: str) -> str:
    """Return all that was said of *name*."""
    return " ".join(f"{one['said']} {one['fix']}" for one in said.json if one["name"] == name)


async def test_check_finds_everything_well_without_a_network(place: Place) -> None:
    await place.types("migrate")

    said = await place.types("check")

    assert said.code == 0, said
    assert "WRONG" not in said.out
    fit = f"{len(list(catalogue()))} operations fit"
    for words in ("Python is 3.", "SQLite is 3.", "The key is there.", fit):
        assert words in said.out


async def test_check_before_the_first_start_makes_no_store(place: Place) -> None:
    said = await place.types("check", "--json")

    assert (said.code, found(said)["store"]) == (0, None)
    assert not (place.var / "redbutton.db").exists()


async def test_check_tells_of_a_port_that_no_setting_fills(place: Place) -> None:
    place.configure("")

    said = await place.types("check", "--json")

    assert (said.code, found(said)["ports"]) == (0, None)
    assert "backoffice" in sentence(said, "ports")


async def test_check_names_what_is_wrong_and_ends_with_1(place: Place) -> None:
    await place.types("migrate")
    (place.var / "redbutton.key").chmod(0o644)

    said = await place.types("check", "--json")

    assert (said.code, found(said)["key"], found(said)["rules"]) == (1, False, True)
    assert "chmod 600" in sentence(said, "key")


async def test_check_beside_a_running_bot_leaves_it_its_files(place: Place) -> None:
    async with place.serves():
        said = await place.types("check", "--json")

    assert (said.code, found(said)["store"]) == (0, True)
    assert "A running bot holds it." in sentence(said, "store")


async def test_doctor_tells_which_token_it_is_that_opens_no_connection(
    slack: PretendSlack, tmp_path: Path
) -> None:
    place = place_at(tmp_path, slack, {"SLACK_APP_TOKEN": "xapp-revoked-long-ago"})

    said = await place.types("doctor", "--json")

    assert (said.code, found(said)["sockets"]) == (1, False)
    assert "`SLACK_APP_TOKEN`" in sentence(said, "sockets")
    assert "connections:write" in sentence(said, "sockets")


async def test_doctor_finds_everything_well_and_leaves_no_message(
    tmp_path: Path, slack: PretendSlack
) -> None:
    ada = slack.person("ada")
    place = place_at(tmp_path, slack)
    place.configure(settings_of(tmp_path, f'[cli.users]\n{os_user()} = "{ada.id}"'))

    said = await place.types("doctor", "--json")

    assert (said.code, set(found(said).values())) == (0, {True, None})
    assert found(said) | {"token": True, "scopes": True, "clock": True} == found(said)
    assert sentence(said, "message").startswith("A direct message went there and back.")
    assert slack.sees(ada).messages == ()


async def test_doctor_knows_the_user_by_the_machine_not_by_the_environment(
    tmp_path: Path, slack: PretendSlack
) -> None:
    place = place_at(tmp_path, slack)

    said = await place.types("doctor", "--json", LOGNAME="somebody-else")

    assert (said.code, found(said)["message"]) == (0, None)
    assert repr(os_user()) in sentence(said, "message")
    assert "`[cli.users]`" in sentence(said, "message")


async def test_doctor_names_a_scope_that_is_missing(tmp_path: Path, slack: PretendSlack) -> None:
    slack.workspace.scopes.remove("files:write")

    said = await place_at(tmp_path, slack).types("doctor", "--json")

    assert (said.code, found(said)["scopes"]) == (1, False)
    assert sentence(said, "scopes").startswith("The app lacks files:write.")
    assert "redbutton manifest" in sentence(said, "scopes")


async def test_doctor_finds_a_clock_that_is_off(tmp_path: Path) -> None:
    clock = CorrectedClock()
    clock.jump(-400)
    async with PretendSlack.open(clock=clock) as slack:
        said = await place_at(tmp_path, slack).types("doctor", "--json")

    assert (said.code, found(said)["clock"]) == (1, False)
    assert re.search(r"are (399|40\d) s apart", sentence(said, "clock"))
    assert "NTP" in sentence(said, "clock")


async def test_doctor_names_a_token_that_slack_does_not_know(
    tmp_path: Path, slack: PretendSlack
) -> None:
    place = place_at(tmp_path, slack, {"SLACK_BOT_TOKEN": "xoxb-revoked-long-ago"})

    said = await place.types("doctor", "--json")

    assert (said.code, found(said)["slack"], found(said)["rules"]) == (1, False, True)
    assert "invalid_auth" in sentence(said, "slack")
    assert "revoked-long-ago" not in said.out + said.err


async def test_doctor_says_that_slack_is_down(tmp_path: Path, slack: PretendSlack) -> None:
    slack.workspace.faults.down()

    said = await place_at(tmp_path, slack).types("doctor")

    assert said.code == 1
    assert "WRONG  slack" in said.out
    assert "Traceback" not in said.err


async def test_doctor_asks_each_vendor_that_is_set_up(tmp_path: Path, slack: PretendSlack) -> None:
    async with (
        PretendPagerDuty(SystemClock()).open() as pagerduty,
        PretendJira(SystemClock()).open() as jira,
    ):
        vendors = {
            "PAGERDUTY_API_TOKEN": "not-the-key",
            "PAGERDUTY_FROM": "bot@example.com",
            "PAGERDUTY_API_URL": pagerduty.url,
            "JIRA_URL": jira.url,
            "JIRA_EMAIL": jira.email,
            "JIRA_API_TOKEN": jira.token,
        }
        said = await place_at(tmp_path, slack, vendors).types("doctor", "--json")

    assert (found(said)["jira"], found(said)["pagerduty"]) == (True, False)
    assert "PAGERDUTY_API_TOKEN" in sentence(said, "pagerduty")
    assert "statuspage" not in found(said)
    assert "not-the-key" not in said.out + said.err


async def test_the_manifest_is_one_that_slack_takes(place: Place) -> None:
    place.configure("[aliases]\n'/suspend' = 'users.suspend'")

    said = await place.types("manifest")

    assert said.code == 0
    commands = [c["command"] for c in said.json["features"]["slash_commands"]]
    assert commands == ["/ops", "/incident", "/suspend"]
    assert (await place.types("manifest", "--json")).out == said.out
    if not SCHEMA.is_file():
        pytest.skip(f"{SCHEMA} is not there, so Slack's own schema is not asked.")
    problems = jsonschema.Draft7Validator(json.loads(SCHEMA.read_text())).iter_errors(said.json)
    assert list(problems) == []


async def test_the_rules_are_found_fitting(place: Place) -> None:
    said = await place.types("policy", "check")
    told = await place.types("policy", "check", "--json")

    assert (said.code, told.code, told.json) == (0, 0, [])
    assert "The rules fit the operations." in said.out


async def test_a_rule_about_no_operation_is_named_with_its_file_and_line(place: Place) -> None:
    rules = place.folder / "rules" / "mine.cedar"
    rules.parent.mkdir()
    rules.write_text(
        '@id("mine")\n@doc("Everybody may.")\n'
        'permit (principal, action == Action::"users.suspnd", resource);\n'
    )
    place.configure(settings_of(place.folder, "[policy]\npaths = ['rules']"))

    said = await place.types("policy", "check")
    told = await place.types("policy", "check", "--json")

    assert (said.code, told.code) == (1, 1)
    assert "rules/mine.cedar:" in said.out
    assert "users.suspend" in " ".join(said.out.split())
    assert [one["ok"] for one in told.json] == [False]


async def test_migrate_makes_a_store_and_then_has_nothing_to_do(place: Place) -> None:
    first = await place.types("migrate")
    second = await place.types("migrate", "--json")

    assert (first.code, second.code, second.json) == (0, 0, [])
    assert "up to date" in first.out
    assert (place.var / "redbutton.db").stat().st_size > 0
    assert (place.var / "redbutton.key").stat().st_mode & 0o777 == 0o600


async def test_migrate_beside_a_running_bot_is_refused(place: Place) -> None:
    async with place.serves():
        said = await place.types("migrate")

    assert said.code == 2
    assert "already owns the store files" in said.err


async def test_a_store_of_a_later_version_is_left_alone(place: Place) -> None:
    await place.types("migrate")
    with closing(sqlite3.connect(place.var / "redbutton.db")) as db, db:
        db.execute("UPDATE alembic_version SET version_num = '9999'")

    said = await place.types("serve")

    assert said.code == 2
    assert "9999" in said.err


async def test_help_is_there_without_any_setting(tmp_path: Path) -> None:
    said = await Place(tmp_path, {}).types("--help")

    assert said.code == 0
    assert "3 refused" in said.out
