"""Looking up, suspending and resuming accounts of the pretend business."""

import pytest

from bot.domain.errors import Refused
from bot.domain.fields import Kind
from bot.domain.operation import Operation
from commands.users.find import find_users
from commands.users.resume import resume_user
from commands.users.suspend import suspend_user
from playground.backoffice import PEOPLE
from tests.commands.conftest import Office
from tests.commands.runs import Steps, params_of, run

FIND: Operation = find_users
SUSPEND: Operation = suspend_user
RESUME: Operation = resume_user
ADA, MALLORY = "ada@example.com", "mallory@example.com"


async def test_a_suspended_user_is_suspended_with_the_reason(office: Office) -> None:
    result = await run(SUSPEND, office.ports, user=ADA, reason="card testing")

    assert result.text == "ada@example.com is suspended."
    assert await office.account(ADA) == ("suspended", "card testing")
    assert await office.account("alan@example.com") == ("active", "")


async def test_an_e_mail_in_capitals_is_the_same_account(office: Office) -> None:
    await run(SUSPEND, office.ports, user="Ada@Example.com", reason="card testing")

    assert await office.account(ADA) == ("suspended", "card testing")


async def test_suspending_twice_is_refused_in_a_sentence(office: Office) -> None:
    with pytest.raises(Refused) as caught:
        await run(SUSPEND, office.ports, user=MALLORY, reason="once more")

    assert caught.value.message == (
        "mallory@example.com is suspended already, so nothing was changed."
    )
    assert await office.account(MALLORY) == ("suspended", "card testing")


async def test_a_stranger_is_refused_with_the_way_to_find_them(office: Office) -> None:
    with pytest.raises(Refused, match=r"There is no account 'eve@example\.com'") as caught:
        await run(SUSPEND, office.ports, user="eve@example.com", reason="card testing")

    assert "`/ops users.find`" in caught.value.fix


async def test_a_run_that_was_killed_after_its_change_still_succeeds(office: Office) -> None:
    steps = Steps()
    await run(SUSPEND, office.ports, steps, user=ADA, reason="card testing")
    steps.forget("Suspend the account")

    result = await run(SUSPEND, office.ports, steps, user=ADA, reason="card testing")

    assert result.text == "ada@example.com is suspended."
    assert await office.account(ADA) == ("suspended", "card testing")


async def test_resuming_takes_a_suspension_back(office: Office) -> None:
    result = await run(RESUME, office.ports, user=MALLORY)

    assert result.text == "mallory@example.com is active again."
    assert await office.account(MALLORY) == ("active", "")


async def test_resuming_who_is_active_is_refused(office: Office) -> None:
    with pytest.raises(Refused, match="is active already"):
        await run(RESUME, office.ports, user=ADA)


@pytest.mark.parametrize(
    ("operation", "user", "rows"),
    [
        (SUSPEND, ADA, [(ADA, "active", "suspended")]),
        (RESUME, MALLORY, [(MALLORY, "suspended", "active")]),
        (SUSPEND, "eve@example.com", []),
    ],
)
async def test_the_preview_shows_the_account_before_and_after(
    office: Office, operation: Operation, user: str, rows: list[tuple[str, str, str]]
) -> None:
    params, preview = params_of(operation, user=user, reason="card testing"), operation.preview
    assert preview is not None

    shown = await preview.call(params, **office.ports.fill(preview))

    assert shown == [("account", "now", "then"), *rows]


@pytest.mark.parametrize(("user", "happened"), [(ADA, False), (MALLORY, True)])
async def test_the_probe_sees_whether_it_happened(
    office: Office, user: str, *, happened: bool
) -> None:
    params, probe = params_of(SUSPEND, user=user, reason="card testing"), SUSPEND.probe
    assert probe is not None

    assert await probe.call(params, **office.ports.fill(probe)) is happened


def test_the_user_is_personal_chosen_from_a_list_and_told_to_the_undo() -> None:
    user = next(f for f in SUSPEND.fields if f.name == "user")

    assert (user.kind, user.personal, user.required) == (Kind.REFERENCE, True, True)
    assert SUSPEND.target == "user"
    assert SUSPEND.undo is not None
    assert (SUSPEND.undo.operation, SUSPEND.undo.fields) == ("users.resume", ("user",))


@pytest.mark.parametrize(
    ("typed", "values"),
    [
        ("moreau", [ADA]),
        (ADA, [ADA]),
        ("MALL", [MALLORY]),
        ("%", []),
        ("_", []),
        ("", sorted(email for email, *_ in PEOPLE)[:20]),
    ],
)
async def test_accounts_are_offered_by_a_part_of_name_or_e_mail(
    office: Office, typed: str, values: list[str]
) -> None:
    user = next(f for f in SUSPEND.fields if f.name == "user")
    assert user.options is not None

    offered = await user.options.provider(typed, db=office.db)

    assert [o.value for o in offered] == values


async def test_found_accounts_come_as_a_table(office: Office) -> None:
    result = await run(FIND, office.ports, text="mall")

    assert result.text == "1 account matches 'mall'."
    assert result.table == (
        ("email", "name", "state", "note"),
        (MALLORY, "Mallory Quick", "suspended", "card testing"),
    )


async def test_several_found_are_counted_and_none_is_said(office: Office) -> None:
    several = await run(FIND, office.ports, text="example.com")
    none = await run(FIND, office.ports, text="nobody")

    assert several.text == "12 accounts match 'example.com'."
    assert none.text == "No account holds 'nobody' in its e-mail or name."
