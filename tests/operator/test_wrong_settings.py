"""What is wrong at the start is named, with the rule and an example, and ends with exit code 2."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.operator.place import Place, place_at, settings_of

ENVIRONMENT = {
    "a user's token": ({"SLACK_BOT_TOKEN": "xoxp-1"}, ["`SLACK_BOT_TOKEN`", "xoxb-", "example"]),
    "no token": ({"SLACK_BOT_TOKEN": ""}, ["`SLACK_BOT_TOKEN` is not set.", "app's page"]),
    "no secret": (
        {"SLACK_SIGNING_SECRET": ""},
        ["Neither `SLACK_APP_TOKEN` nor `SLACK_SIGNING_SECRET` is set."],
    ),
    "a port of letters": ({"REDBUTTON_PORT": "x"}, ["`REDBUTTON_PORT`", "integer", "3000"]),
    "a port too high": ({"REDBUTTON_PORT": "65536"}, ["`REDBUTTON_PORT`", "65535", "3000"]),
    "another kind of database": (
        {"DATABASE_URL": "mysql://db/x"},
        ["`DATABASE_URL`", "sqlite:///var/redbutton.db"],
    ),
    "an address without a scheme": (
        {"SLACK_API_URL": "slack.com"},
        ["`SLACK_API_URL`", "https://slack.com/api/"],
    ),
    "a level of log there is not": (
        {"REDBUTTON_LOG_LEVEL": "LOUD"},
        ["`REDBUTTON_LOG_LEVEL`", "'INFO'"],
    ),
    "a key too short": (
        {"REDBUTTON_KEY": "c2hvcnQ="},
        ["`REDBUTTON_KEY`", "32 bytes", "openssl rand -base64 32"],
    ),
    "a file of settings that is not there": (
        {"REDBUTTON_CONFIG": "nowhere.toml"},
        ["`REDBUTTON_CONFIG`", "'nowhere.toml'", "does not exist"],
    ),
}

FILES = {
    "an unknown key": ("colour = 'red'", ["`colour`", "not permitted", "settings.md"]),
    "a secret": ("SLACK_BOT_TOKEN = 'xoxb-1'", ["'SLACK_BOT_TOKEN'", "export SLACK_BOT_TOKEN=…"]),
    "broken TOML": ("[groups", ["redbutton.toml", "line 1", "It is TOML"]),
    "an id that is none": (
        "[groups]\nsupport = ['ada']",
        ["`groups.support.0`", "pattern", "U0123ABCD"],
    ),
    "a holiday on a day that there is not": (
        "[holidays.berlin]\ndates = ['12-25', '02-30']",
        ["`holidays.berlin.dates.1`", "there is no day '02-30'", "12-25"],
    ),
    "an alias to no operation": (
        "[aliases]\n'/suspend' = 'users.suspnd'",
        ["'/suspend'", "'users.suspnd'", "users.suspend"],
    ),
    "an alias that is no command": (
        "[aliases]\n'suspend' = 'users.suspend'",
        ["`aliases.suspend", "pattern", '"/suspend"'],
    ),
    "a folder without rules": (
        "[policy]\npaths = ['no-rules']",
        ["'no-rules'", "`policy.paths`", "cannot be read"],
    ),
    "a zone that is a folder": (
        "[policy]\nzone = 'Europe'",
        ["`policy.zone`", "'Europe' is no time zone", 'zone = "Europe/Berlin"'],
    ),
    "a roster of nobody": (
        "[roster.platform]\npeople = []\nstarts = '2026-11-02T09:00'",
        ["`roster.platform.people`", "at least 1 item", "[roster.platform]"],
    ),
    "a roster that starts in a zone": (
        "[roster.platform]\npeople = ['U0123ABCD']\nstarts = '2026-11-02T09:00Z'",
        ["`roster.platform.starts`", "timezone", 'starts = "2026-11-02T09:00"'],
    ),
    "a roster from another age": (
        "[roster.platform]\npeople = ['U0123ABCD']\nstarts = '0001-01-01T00:00'",
        ["`roster.platform.starts`", "between the years 2000 and 2099"],
    ),
    "turns of no days": (
        "[roster.platform]\npeople = ['U0123ABCD']\nstarts = 2026-11-02T09:00:00\ndays = 0",
        ["`roster.platform.days`", "greater than or equal to 1", "days = 7"],
    ),
    "a kind of target that no operation has": (
        "[targets.usr.'ada@example.com']\nenvironment = 'prod'",
        ["`targets.usr`", "no operation acts on a 'usr'", "user"],
    ),
    "a target with an unknown fact": (
        "[targets.user.'ada@example.com']\nenv = 'prod'",
        ["`targets.user.ada@example.com.env`", "not permitted", "environment = "],
    ),
    "an incident without a name": ("[policy]\nincident = ''", ["`policy.incident`", "Checkout"]),
    "no rules at all": ("[policy]\nreplace = true", ["`policy.replace`", "paths = "]),
}


@pytest.mark.parametrize("wrong", ENVIRONMENT)
async def test_a_wrong_variable_is_named_with_its_rule_and_an_example(
    place: Place, wrong: str
) -> None:
    environ, words = ENVIRONMENT[wrong]

    said = await place.types("serve", **environ)

    assert (said.code, said.out) == (2, "")
    assert [word for word in words if word not in said.err] == []
    assert "Traceback" not in said.err


@pytest.mark.parametrize("wrong", FILES)
async def test_a_wrong_line_of_the_file_is_named_with_its_rule_and_an_example(
    place: Place, wrong: str
) -> None:
    line, words = FILES[wrong]
    place.configure(settings_of(place.folder, line))

    said = await place.types("serve")

    assert (said.code, said.out) == (2, "")
    assert [word for word in words if word not in said.err] == []
    assert "Traceback" not in said.err


async def test_a_wrong_value_that_may_be_a_secret_is_not_repeated(place: Place) -> None:
    said = await place.types("serve", SLACK_BOT_TOKEN="xoxp-very-secret", REDBUTTON_KEY="guess-me")

    assert "very-secret" not in said.err
    assert "guess-me" not in said.err


async def test_a_rule_that_cannot_be_read_is_named_by_its_file_and_line(place: Place) -> None:
    rules = place.folder / "mine.cedar"
    rules.write_text('@id("mine")\n@doc("Everybody may.")\npermit (principal, action;\n')
    place.configure(settings_of(place.folder, "[policy]\npaths = ['mine.cedar']"))

    said = await place.types("serve")

    assert said.code == 2
    assert "mine.cedar, line 3: This is not Cedar" in said.err
    assert said.err.count("\n") == 2


def open_to_others(place: Place) -> None:
    (place.var / "redbutton.key").chmod(0o644)


def lost(place: Place) -> None:
    (place.var / "redbutton.key").unlink()


def another(place: Place) -> None:
    (place.var / "redbutton.key").write_text("MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=\n")


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (open_to_others, ["redbutton.key", "can be read by others (mode 0644)", "chmod 600"]),
        (lost, ["redbutton.key", "is there, but its key file", "`REDBUTTON_KEY`"]),
        (another, ["redbutton.db", "key"]),
    ],
)
async def test_a_key_that_does_not_keep_the_store_is_named_with_its_cure(
    place: Place, spoil: Callable[[Place], None], words: list[str]
) -> None:
    await place.types("migrate")
    spoil(place)

    said = await place.types("serve")

    assert said.code == 2
    assert [word for word in words if word not in said.err] == []


async def test_a_second_bot_on_the_same_files_is_refused_and_the_first_goes_on(
    tmp_path: Path,
) -> None:
    place = place_at(tmp_path)
    async with place.serves() as first:
        said = await place.types("serve")
        status, _ = await first.gets("/livez")

        assert said.code == 2
        assert f"Process '{first.process.pid}' already owns the store files" in said.err
        assert f"kill {first.process.pid}" in said.err
        assert status == 200


async def test_a_port_that_is_taken_is_named_with_its_cure(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "other").mkdir()
    async with place_at(tmp_path / "one").serves() as first:
        port = first.url.rpartition(":")[2]

        said = await place_at(tmp_path / "other").types("serve", REDBUTTON_PORT=port)

        assert said.code == 2
        assert f"127.0.0.1:{port}" in said.err
        assert "REDBUTTON_PORT=3001" in said.err
