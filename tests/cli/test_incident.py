"""`redbutton incident` and `redbutton token`, beside a running bot."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.cli.door import Door
from bot.cli.workshop import SOCKET
from bot.domain.errors import BadRequest
from bot.pipeline.answers import Form, Refusal
from bot.pipeline.tokens import Token
from commands.incident.declare import declare_incident
from commands.incident.show import show_incident
from tests.cli.conftest import Shell
from tests.cli.standins import ID, OFFERED, PretendDesk, PretendRecords, PretendTokens


@pytest.fixture(autouse=True)
def incidents(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the desk offer what incidents are declared and shown by."""
    for one in (declare_incident, show_incident):
        monkeypatch.setitem(OFFERED, one.name, one)


@pytest.fixture
def tokens() -> PretendTokens:
    return PretendTokens()


@pytest.fixture
async def mine(
    tmp_path: Path, desk: PretendDesk, tokens: PretendTokens, me: str
) -> AsyncIterator[PretendTokens]:
    """Open a door that knows me as U0ADA, and yield its tokens."""
    users = {me: "U0ADA"}
    records, path = PretendRecords(), tmp_path / SOCKET
    async with Door(path, desk, records, users=users, team=lambda: "T0", tokens=tokens):
        yield tokens


@pytest.mark.usefixtures("mine")
async def test_the_words_of_slack_are_those_of_the_shell(shell: Shell, desk: PretendDesk) -> None:
    seen = await shell("incident", "new", "Checkout", "fails", "sev=2", "--private")

    assert seen.exit_code == 0
    assert f"Taken: incident.declare ({ID})." in seen.stdout
    values = {"title": "Checkout fails", "severity": "SEV2", "private": "yes"}
    assert desk.asked[0].said == Form(values)


@pytest.mark.usefixtures("mine")
async def test_what_is_missing_is_told_by_its_field(shell: Shell) -> None:
    seen = await shell("incident", "declare")

    assert seen.exit_code == 2
    assert "title: Required: What is wrong, in a few words." in seen.stderr


@pytest.mark.usefixtures("mine")
async def test_a_slip_asks_for_nothing(shell: Shell, desk: PretendDesk) -> None:
    seen = await shell("incident", "declrae")

    assert seen.exit_code == 2
    assert "There is no `redbutton incident declrae`. Did you mean `declare`?" in " ".join(
        seen.stderr.split()
    )
    assert desk.asked == []


@pytest.mark.usefixtures("mine")
async def test_free_words_declare_nothing_by_accident(shell: Shell, desk: PretendDesk) -> None:
    seen = await shell("incident", "checkout", "is", "slow")

    assert seen.exit_code == 2
    assert "redbutton incident declare" in seen.stderr
    assert desk.asked == []


@pytest.mark.usefixtures("mine")
async def test_alone_it_lists_what_can_be_said(shell: Shell) -> None:
    seen = await shell("incident")

    assert seen.exit_code == 0
    assert "`redbutton incident declare` (or new, start" in seen.stdout
    assert "redbutton incident show" in seen.stdout


@pytest.mark.usefixtures("mine")
async def test_what_is_not_offered_is_refused_by_the_road(shell: Shell, desk: PretendDesk) -> None:
    desk.refusal = Refusal(message="Only `sre` may.", fix="Ask one of them.")

    seen = await shell("incident", "archive")

    assert seen.exit_code == 3
    assert desk.asked[0].operation == "incident.archive"
    assert "Only `sre` may." in seen.stderr


async def test_a_token_is_shown_once_and_alone_on_its_line(
    shell: Shell, mine: PretendTokens
) -> None:
    seen = await shell("token", "--days", "7")

    assert seen.stdout == "rbt_secret\n"
    assert "--revoke 0badcafe" in seen.stderr
    assert mine.done == ["make for T0 U0ADA, 7 days"]


async def test_tokens_are_listed_without_their_secret(shell: Shell, mine: PretendTokens) -> None:
    table, rows = await shell("token", "--list"), await shell("token", "--list", "--json")

    assert "0badcafe" in table.stdout
    assert "rbt_secret" not in table.stdout + rows.stdout
    assert json.loads(rows.stdout)[0]["user"] == "U0ADA"
    assert mine.done == ["list of None", "list of None"]


async def test_a_token_is_revoked(shell: Shell, mine: PretendTokens) -> None:
    seen = await shell("token", "--revoke", "0badcafe")

    assert "counts no more" in seen.stdout
    assert mine.done == ["revoke 0badcafe of None by U0ADA"]


async def test_revoking_a_token_without_a_name_makes_none(
    shell: Shell, mine: PretendTokens
) -> None:
    seen = await shell("token", "--revoke", "")

    assert "rbt_secret" not in seen.stdout
    assert mine.done == ["revoke  of None by U0ADA"]


@pytest.mark.usefixtures("mine")
async def test_a_token_that_is_not_there_is_told(
    shell: Shell, tokens: PretendTokens, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def gone(token: str, user: str | None, by: str) -> Token:
        raise BadRequest(f"There is no token {token!r} of yours, {user}, {by}.", fix="List them.")

    monkeypatch.setattr(tokens, "revoke", gone)

    seen = await shell("token", "--revoke", "x")

    assert seen.exit_code == 2
    assert "There is no token 'x'" in seen.stderr
