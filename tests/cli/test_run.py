"""`redbutton run` and `redbutton operations`, beside a running bot."""

import json
from pathlib import Path

import pytest

from bot.authoring import File, Item, Result, Risk
from bot.domain.invocation import State, StepState
from bot.domain.notice import StepLine
from bot.pipeline.answers import Form, Refusal, Words
from tests.cli.conftest import Shell
from tests.cli.standins import ID, STORY, PretendDesk, card


@pytest.mark.usefixtures("door")
async def test_a_run_prints_its_check_list_and_what_came_of_it(shell: Shell) -> None:
    seen = await shell("run", "users.suspend", "ada", "card", "testing")

    assert seen.exit_code == 0
    assert seen.stdout.splitlines() == [
        f"Taken: users.suspend ({ID}).",
        "[.] Block the card",
        "[x] Block the card",
        "Suspended ada.",
        "Since:  03:00",
        "A  B",
        "1  2",
        "To take it back: redbutton run users.resume user=ada 'reason=it'\"'\"'s $HOME'",
    ]


@pytest.mark.usefixtures("door")
async def test_what_others_must_approve_says_so_and_is_not_watched(
    shell: Shell, desk: PretendDesk
) -> None:
    desk.waits = "It waits for approval by 2 of finance. Two of finance must agree."

    seen = await shell("run", "users.suspend", "ada", "card", "testing")

    assert seen.exit_code == 4
    assert seen.stdout == f"users.suspend ({ID}): {desk.waits}\n"


@pytest.mark.usefixtures("door")
async def test_a_run_that_has_to_wait_once_more_is_left_to_those_who_approve(
    shell: Shell, desk: PretendDesk
) -> None:
    desk.story = [card(State.WAITING, progress="Waits until 07:00 UTC for approval.")]

    seen = await shell("run", "users.suspend", "ada", "card", "testing")

    assert seen.exit_code == 4
    assert "Waits until 07:00 UTC for approval." in seen.stdout


@pytest.mark.usefixtures("door")
async def test_the_shells_quoting_survives_on_the_way_to_the_road(
    shell: Shell, desk: PretendDesk
) -> None:
    await shell("run", "users.suspend", "--user", "ada", "reason=card testing")

    assert desk.asked[0].said == Words('--user ada reason="card testing"')


@pytest.mark.usefixtures("door")
async def test_words_that_look_like_options_stay_words(shell: Shell, desk: PretendDesk) -> None:
    await shell("run", "users.suspend", "-5h", "--nope", "-x=1")

    assert desk.asked[0].said == Words("-5h --nope -x=1")


@pytest.mark.usefixtures("door")
async def test_a_step_that_did_not_change_is_told_once(shell: Shell, desk: PretendDesk) -> None:
    desk.story = [STORY[0], STORY[0].model_copy(update={"progress": "3 of 9"}), STORY[1]]

    seen = await shell("run", "users.suspend", "ada", "r")

    assert seen.stdout.splitlines()[1:4] == [
        "[.] Block the card",
        "    3 of 9",
        "[x] Block the card",
    ]


@pytest.mark.usefixtures("door")
async def test_each_step_is_told_as_it_stands_and_planned_ones_are_not(
    shell: Shell, desk: PretendDesk
) -> None:
    steps = [StepLine(label=state.value, state=state, note="n") for state in StepState]
    desk.story = [card(State.SUCCEEDED, *steps, result=Result("Done.", link="https://x.test/1"))]

    seen = await shell("run", "users.suspend", "ada", "r")

    assert seen.stdout.splitlines()[1:] == [
        "[.] running: n",
        "[x] done: n",
        "[!] failed: n",
        "[?] by_hand: n",
        "Done.",
        "https://x.test/1",
    ]


@pytest.mark.usefixtures("door")
async def test_who_asks_is_whom_the_settings_name_for_the_machines_user(
    shell: Shell, desk: PretendDesk
) -> None:
    await shell("run", "users.suspend", "ada", "card testing", "--again")

    asking = desk.asked[0]
    assert (asking.origin.team, asking.origin.user, asking.origin.surface) == ("T0", "U0ADA", "cli")
    assert asking.key.startswith("cli:U0ADA:")
    assert asking.again


@pytest.mark.usefixtures("door")
async def test_what_is_missing_is_told_field_by_field(shell: Shell) -> None:
    seen = await shell("run", "users.suspend")

    assert seen.exit_code == 2
    assert "  user: Required: Whose account." in seen.stderr
    assert "  reason: Required: Why, in a sentence." in seen.stderr


@pytest.mark.usefixtures("door")
async def test_words_without_a_place_are_told_even_when_it_is_confirmed(shell: Shell) -> None:
    seen = await shell("run", "db.failover", "user=ada", "nope=1", "reason=r", "--confirm", "ada")

    assert seen.exit_code == 2
    assert "no field for 'nope'" in seen.stderr


@pytest.mark.usefixtures("door")
async def test_what_disrupts_asks_for_the_name_to_be_typed(shell: Shell) -> None:
    seen = await shell("run", "db.failover", "ada", "it burns")

    assert seen.exit_code == 2
    assert "--confirm: This disrupts what runs; add `--confirm` and the user" in seen.stderr


@pytest.mark.usefixtures("door")
async def test_a_wrong_name_does_not_confirm(shell: Shell) -> None:
    seen = await shell("run", "db.failover", "ada", "it burns", "--confirm", "bob")

    assert seen.exit_code == 2
    assert "--confirm: Type 'ada' to confirm." in seen.stderr


@pytest.mark.usefixtures("door")
async def test_the_targets_name_confirms(shell: Shell, desk: PretendDesk) -> None:
    seen = await shell("run", "db.failover", "ada", "it burns", "--confirm", "ada")

    assert seen.exit_code == 0
    assert desk.asked[0].said == Form({"user": "ada", "reason": "it burns"}, confirmed="ada")


@pytest.mark.usefixtures("door")
async def test_an_unknown_operation_is_bad_usage(shell: Shell) -> None:
    seen = await shell("run", "users.nope")

    assert seen.exit_code == 2
    assert seen.stderr == "There is no such operation.\n`redbutton operations` x\n"


@pytest.mark.usefixtures("door")
async def test_a_refusal_says_why_and_what_helps(shell: Shell, desk: PretendDesk) -> None:
    desk.refusal = Refusal(message="Only `sre` may.", fix="Ask Grace.", code="no_rule")

    seen = await shell("run", "users.suspend", "ada", "r")

    assert (seen.exit_code, seen.stderr) == (3, "Only `sre` may.\nAsk Grace.\n")


@pytest.mark.usefixtures("door")
async def test_asking_twice_names_the_option_that_insists(shell: Shell, desk: PretendDesk) -> None:
    desk.refusal = Refusal(message="You asked 3 s ago.", code="repeated", again=ID)

    seen = await shell("run", "users.suspend", "ada", "r")

    assert seen.exit_code == 3
    assert "`--again`" in seen.stderr


@pytest.mark.usefixtures("door")
@pytest.mark.parametrize(
    ("state", "code"),
    [(State.FAILED, 1), (State.UNKNOWN, 1), (State.CANCELLED, 1), (State.DENIED, 3)],
)
async def test_a_run_that_ends_badly_says_so_and_fails(
    shell: Shell, desk: PretendDesk, state: State, code: int
) -> None:
    desk.story = [card(state, problem="It burnt.", fix="Look.")]

    seen = await shell("run", "users.suspend", "ada", "r")

    assert (seen.exit_code, seen.stderr) == (code, "It burnt.\nLook.\n")


@pytest.mark.usefixtures("door")
async def test_what_a_terminal_would_obey_is_shown_instead(shell: Shell, desk: PretendDesk) -> None:
    desk.story = [card(State.SUCCEEDED, result=Result("Red: \x1b[31m, turned: \u202e."))]

    seen = await shell("run", "users.suspend", "ada", "r")

    assert "Red: \ufffd[31m, turned: \ufffd." in seen.stdout


@pytest.mark.usefixtures("door")
async def test_what_is_told_one_by_one_stands_below_each_other(
    shell: Shell, desk: PretendDesk
) -> None:
    items = (Item(title="Search is slow", text="INC-1\nnobody leads"), Item(title="And 2 more"))
    desk.story = [card(State.SUCCEEDED, result=Result("3 are open.", items=items))]

    seen = await shell("run", "users.suspend", "ada", "r")

    told = "3 are open.\n\nSearch is slow\n  INC-1\n  nobody leads\n\nAnd 2 more\n"
    assert told in seen.stdout


@pytest.mark.usefixtures("door")
async def test_nothing_is_asked_where_its_file_could_not_be_saved(
    shell: Shell, desk: PretendDesk, tmp_path: Path
) -> None:
    seen = await shell("run", "users.suspend", "ada", "r", "--save", str(tmp_path / "no" / "new"))

    assert seen.exit_code == 2
    assert "There is no folder" in seen.stderr
    assert desk.asked == []


@pytest.mark.usefixtures("door")
async def test_a_results_file_is_saved_where_it_is_said(
    shell: Shell, desk: PretendDesk, tmp_path: Path
) -> None:
    content = bytes(range(256))
    told = Result("Here.", file=File(name="all.bin", content=content))
    desk.story = [card(State.SUCCEEDED, risk=Risk.READ, result=told)]

    seen = await shell("run", "users.suspend", "ada", "r", "--save", str(tmp_path / "new"))
    again = await shell("run", "users.suspend", "ada", "r", "--save", str(tmp_path / "new"))

    assert "File all.bin (256 bytes)" in seen.stdout
    assert (tmp_path / "new").read_bytes() == content
    assert again.exit_code == 2


async def test_without_a_bot_a_run_says_how_to_start_one(shell: Shell, tmp_path: Path) -> None:
    seen = await shell("run", "users.suspend", "ada", "r")

    assert seen.exit_code == 1
    assert seen.stderr == (
        f"No bot is running here (no socket at '{tmp_path}/redbutton.sock').\n"
        "Start it with `redbutton serve`.\n"
    )


@pytest.mark.usefixtures("door")
async def test_bytes_that_are_no_text_are_bad_usage(shell: Shell) -> None:
    seen = await shell("run", "users.suspend", "\udcff")

    assert seen.exit_code == 2
    assert "no text" in seen.stderr


async def test_too_many_words_are_bad_usage_before_a_bot_is_looked_for(shell: Shell) -> None:
    seen = await shell("run", "users.suspend", "ada", "x" * 300_000)

    assert seen.exit_code == 2
    assert "longer than 256 KiB" in seen.stderr


@pytest.mark.usefixtures("door")
async def test_operations_are_listed_as_a_table_and_as_json(shell: Shell) -> None:
    table = await shell("operations")
    listed = await shell("operations", "--json")

    assert table.stdout.splitlines()[1] == "db.failover    disrupt  Fail over."
    assert [o["name"] for o in json.loads(listed.stdout)] == ["db.failover", "users.suspend"]


@pytest.mark.usefixtures("door")
@pytest.mark.parametrize(
    ("typed", "name", "words"),
    [
        (("why", "users.suspend"), "policy.why", "users.suspend"),
        (
            ("why", "users.suspend", "user=ada", "--reason", "card testing"),
            "policy.why",
            'users.suspend user=ada --reason "card testing"',
        ),
        (("who-may", "users.suspend"), "policy.who_may", "users.suspend"),
    ],
)
async def test_the_rules_are_asked_by_the_operation_of_the_same_name(
    shell: Shell, desk: PretendDesk, typed: tuple[str, ...], name: str, words: str
) -> None:
    await shell("policy", *typed)

    assert (desk.asked[0].operation, desk.asked[0].said) == (name, Words(words))


@pytest.mark.usefixtures("door")
async def test_a_run_that_nothing_was_seen_of_is_no_success(
    shell: Shell, desk: PretendDesk
) -> None:
    desk.story = []

    seen = await shell("run", "users.suspend", "ada", "card", "testing")

    assert seen.exit_code == 1
    assert f"`redbutton audit show {ID}` tells how it ends." in seen.stderr
