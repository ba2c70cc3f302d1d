"""The commands that run the bot and look after it; and the command line as a whole."""

import asyncio
import json
import sys

import pytest

from bot.cli.app import reference
from bot.cli.workshop import Finding, Trials, Tried
from tests.cli.conftest import Shell
from tests.cli.standins import PretendWorkshop

WELL = Finding("key", ok=True, said="It is there.")
UNTOLD = Finding("token", ok=None, said="It is not set.", fix="`SLACK_BOT_TOKEN`.")
WRONG = Finding("rules/a.cedar:3", ok=False, said="No group 'x'.", fix="Correct the line.")
PASSED = Tried(
    name="Ada may.",
    place="a.test.yaml:1",
    ok=True,
    expected="allow",
    came="allow by x",
    rules=("x",),
    reasons=("All may.",),
)
FAILED = Tried(
    name="Bert may.",
    place="a.test.yaml:7",
    ok=False,
    expected="allow",
    came="deny by no rule",
    rules=(),
    reasons=("Only `leads` may.",),
)


@pytest.mark.parametrize("command", [("check",), ("doctor",), ("policy", "check")])
async def test_what_is_wrong_fails_the_command_and_is_told_with_its_cure(
    shell: Shell, workshop: PretendWorkshop, command: tuple[str, ...]
) -> None:
    workshop.findings = [WELL, UNTOLD, WRONG]

    seen = await shell(*command)

    assert seen.exit_code == 1
    assert seen.stdout.splitlines() == [
        "ok     key              It is there.",
        "-      token            It is not set. `SLACK_BOT_TOKEN`.",
        "WRONG  rules/a.cedar:3  No group 'x'. Correct the line.",
    ]


@pytest.mark.parametrize("command", [("check",), ("doctor",), ("policy", "check")])
async def test_what_cannot_be_told_is_no_failure(
    shell: Shell, workshop: PretendWorkshop, command: tuple[str, ...]
) -> None:
    workshop.findings = [WELL, UNTOLD]

    seen = await shell(*command, "--json")

    assert seen.exit_code == 0
    assert [f["ok"] for f in json.loads(seen.stdout)] == [True, None]


async def test_rules_without_a_problem_are_said_to_fit(shell: Shell) -> None:
    told, listed = await shell("policy", "check"), await shell("policy", "check", "--json")

    assert "The rules fit the operations." in told.stdout
    assert json.loads(listed.stdout) == []


@pytest.mark.parametrize(
    ("cases", "code", "out"),
    [
        ((PASSED,), 0, ["1 case passed."]),
        ((PASSED, PASSED), 0, ["2 cases passed."]),
        (
            (PASSED, FAILED),
            1,
            [
                "FAILED  Bert may.",
                "  a.test.yaml:7: expected allow; came deny by no rule.",
                "  Who may: Only `leads` may.",
                "1 of 2 cases failed.",
            ],
        ),
    ],
)
async def test_what_came_of_the_tests_of_the_rules_is_told(
    shell: Shell, workshop: PretendWorkshop, cases: tuple[Tried, ...], code: int, out: list[str]
) -> None:
    workshop.trials = Trials((), cases)

    seen = await shell("policy", "test", "a", "b")

    assert (seen.exit_code, seen.stdout.splitlines()) == (code, out)
    assert workshop.done == ["test ['a', 'b']"]


async def test_a_mistake_in_a_test_of_the_rules_is_bad_usage(
    shell: Shell, workshop: PretendWorkshop
) -> None:
    workshop.trials = Trials((Finding("a:3", ok=False, said="a, line 3: No 'x'. `y`?"),), (FAILED,))

    told, listed = await shell("policy", "test"), await shell("policy", "test", "--json")

    assert (told.exit_code, listed.exit_code) == (2, 2)
    assert (told.stdout, told.stderr) == ("", "a, line 3: No 'x'. `y`?\n")
    read = json.loads(listed.stdout)
    assert [one["name"] for one in read["mistakes"]] == ["a:3"]
    assert [one["came"] for one in read["cases"]] == ["deny by no rule"]


@pytest.mark.parametrize(("words", "done"), [((), "doctor"), (("--press",), "press")])
async def test_the_doctor_looks_or_presses(
    shell: Shell, workshop: PretendWorkshop, words: tuple[str, ...], done: str
) -> None:
    workshop.findings = [WRONG]

    seen = await shell("doctor", *words, "--json")

    assert (seen.exit_code, workshop.done) == (1, [done])
    assert [one["name"] for one in json.loads(seen.stdout)] == ["rules/a.cedar:3"]


async def test_serve_runs_the_bot(shell: Shell, workshop: PretendWorkshop) -> None:
    seen = await shell("serve")

    assert (seen.exit_code, workshop.done) == (0, ["serve"])


async def test_the_demo_is_opened_as_it_is_wished(shell: Shell, workshop: PretendWorkshop) -> None:
    seen = await shell("demo", "--port", "8200", "--http", "--reload")

    assert (seen.exit_code, workshop.done) == (0, ["demo at 8200, http True, reload True"])


async def test_a_wrong_setting_is_told_in_two_sentences(shell: Shell) -> None:
    seen = await shell("demo", "--story")

    assert (seen.exit_code, seen.stderr) == (
        2,
        "`REDBUTTON_PORT` is 'x'.\nFor example: 3000\n",
    )


async def test_migrate_names_the_steps_it_took(shell: Shell) -> None:
    told, listed = await shell("migrate"), await shell("migrate", "--json")

    assert (told.stdout, json.loads(listed.stdout)) == ("0001 first\n", ["0001 first"])


async def test_migrate_tells_of_the_rights_of_a_role(shell: Shell) -> None:
    seen = await shell("migrate", "--role", "redbutton")

    assert seen.stdout == "0001 first\nrights of redbutton\n"


async def test_a_move_tells_its_progress_beside_what_it_did(shell: Shell) -> None:
    words = ("migrate", "--from", "sqlite:///a.db", "--to", "postgresql://b/c", "--role", "bot")

    told, listed = await shell(*words), await shell(*words, "--json")

    done = ["sqlite:///a.db to postgresql://b/c", "rights of bot"]
    assert (told.stdout.splitlines(), json.loads(listed.stdout)) == (done, done)
    assert told.stderr == listed.stderr == "message: 1 of 2 rows.\n"


async def test_a_move_goes_where_the_settings_say_unless_it_is_told(shell: Shell) -> None:
    seen = await shell("migrate", "--from", "sqlite:///a.db")

    assert seen.stdout == "sqlite:///a.db to None\n"


async def test_a_move_from_nowhere_is_bad_usage(shell: Shell) -> None:
    seen = await shell("migrate", "--to", "postgresql://b/c")

    assert (seen.exit_code, seen.stdout) == (2, "")
    assert "`--from` is missing" in seen.stderr


async def test_the_manifest_is_json(shell: Shell) -> None:
    seen = await shell("manifest")

    assert json.loads(seen.stdout)["display_information"] == {"name": "Redbutton"}


async def test_an_unknown_command_is_bad_usage(shell: Shell) -> None:
    seen = await shell("nope")

    assert seen.exit_code == 2


async def printed(*words: str) -> str:
    """Run Python with *words* and return what it prints."""
    process = await asyncio.create_subprocess_exec(sys.executable, *words, stdout=-1)
    told, _ = await process.communicate()
    return told.decode()


async def test_help_imports_nothing_heavy() -> None:
    heavy = "{'pydantic', 'sqlalchemy', 'dbos', 'cedarpy', 'slack_bolt', 'slack_sdk', 'uvloop'}"

    seen = await printed("-c", f"import sys, bot.__main__; print({heavy} & set(sys.modules))")

    assert seen == "set()\n"


async def test_python_m_bot_is_the_same() -> None:
    seen = await printed("-m", "bot", "--help")

    assert seen.startswith("Usage: redbutton ")


def test_the_reference_names_every_command_and_option() -> None:
    page = reference()

    assert "## `redbutton audit verify`" in page
    assert "| `--confirm NAME` |" in page
    assert "## `redbutton policy check`" in page
