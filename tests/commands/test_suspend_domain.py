"""Suspending everybody at a domain of the pretend business."""

import json

import pytest

from bot.domain.errors import FieldError, Refused
from bot.domain.invocation import Step, StepState
from bot.domain.operation import Operation, Risk
from bot.pipeline.values import build
from commands.users.suspend_domain import suspend_domain
from playground.backoffice import PEOPLE
from tests.commands.conftest import Office
from tests.commands.runs import Steps, params_of, run

SUSPEND: Operation = suspend_domain
SHOP = [email for email, *_ in PEOPLE if email.endswith("@shop.example")]
WHY = "stolen cards"


def asked(domain: str = "shop.example", pause: str = "1") -> dict[str, str]:
    return {"domain": domain, "reason": WHY, "pause": pause}


def slept(steps: Steps) -> float:
    return steps.clock.monotonic() - Steps().clock.monotonic()


async def test_everybody_at_the_domain_is_suspended_with_the_reason_and_nobody_else(
    office: Office,
) -> None:
    before = await office.notes("suspended")

    result = await run(SUSPEND, office.ports, **asked())

    assert result.text == "8 accounts at shop.example are suspended."
    assert result.table == (("account", "now"), *((email, "suspended") for email in SHOP))
    assert await office.notes("suspended") == before | dict.fromkeys(SHOP, WHY)


async def test_only_the_very_domain_is_meant_however_an_address_is_written(
    office: Office,
) -> None:
    for email in ("a@eu.two.example", "b@mytwo.example", "c@two.example.org", "d@twoxexample"):
        await office.joins(email)
    for email in ("e@two.example", "F@TWO.Example"):
        await office.joins(email)
    await office.joins("g@two.example", "suspended")

    result = await run(SUSPEND, office.ports, **asked("Two.Example"))

    assert [row[0] for row in result.table[1:]] == ["F@TWO.Example", "e@two.example"]
    assert await office.account("F@TWO.Example") == ("suspended", WHY)
    assert await office.account("g@two.example") == ("suspended", "")
    assert "a@eu.two.example" in await office.notes("active")


async def test_one_account_is_spoken_of_as_one_and_nothing_is_waited_for(office: Office) -> None:
    steps = Steps()
    await office.joins("e@two.example")

    result = await run(SUSPEND, office.ports, steps, **asked("two.example"))

    assert result.text == "1 account at two.example is suspended."
    assert (slept(steps), steps.shown) == (0, [])


async def test_between_two_accounts_is_a_pause_in_which_one_reads_how_far_it_is(
    office: Office,
) -> None:
    steps = Steps()

    await run(SUSPEND, office.ports, steps, **asked(pause="3"))

    assert slept(steps) == 7 * 3
    assert steps.shown == [f"{n} of 8 accounts are suspended." for n in range(1, 8)]


async def test_no_name_of_a_step_holds_an_address(office: Office) -> None:
    steps = Steps()

    await run(SUSPEND, office.ports, steps, **asked())

    labels = [f"Suspend account {n} of 8" for n in range(1, 9)]
    assert list(steps.kept) == ["Find the accounts", *labels]


async def test_a_run_that_was_killed_goes_on_where_it_was_without_the_pauses_it_had(
    office: Office,
) -> None:
    steps = Steps()
    await run(SUSPEND, office.ports, steps, **asked())
    for number in range(4, 9):
        del steps.kept[f"Suspend account {number} of 8"]
    steps.forget("Suspend account 3 of 8")
    second = Steps(steps.kept)

    result = await run(SUSPEND, office.ports, second, **asked())

    assert result.text == "8 accounts at shop.example are suspended."
    # The third was cut off after it was done: it is found, not done again.
    assert second.shown[0] == "4 of 8 accounts are suspended."
    assert slept(second) == 4
    assert await office.db.rows("SELECT count(*) AS n FROM redbutton_change") == [{"n": 8}]


async def test_whoever_was_suspended_by_somebody_else_meanwhile_keeps_that_note(
    office: Office,
) -> None:
    found = Step("Find the accounts", StepState.DONE, json.dumps(SHOP))
    other = "UPDATE account SET state = 'suspended', note = 'spam' WHERE email = :e"
    await office.db.change(other, key="other", expect=1, e=SHOP[2])

    result = await run(SUSPEND, office.ports, Steps({found.name: found}), **asked())

    assert result.text == "8 accounts at shop.example are suspended."
    assert await office.account(SHOP[2]) == ("suspended", "spam")
    assert await office.account(SHOP[3]) == ("suspended", WHY)


async def test_where_nobody_is_to_suspend_one_is_told_how_to_look(office: Office) -> None:
    with pytest.raises(Refused, match=r"No account at moon\.example is active") as caught:
        await run(SUSPEND, office.ports, **asked("moon.example"))

    assert "`/ops users.find moon.example`" in caught.value.fix


async def test_what_would_take_longer_than_a_run_may_is_refused_before_anything_is_changed(
    office: Office,
) -> None:
    emails = [f"p{number}@two.example" for number in range(102)]
    found = Step("Find the accounts", StepState.DONE, json.dumps(emails))

    with pytest.raises(Refused, match="102 accounts with a pause of 30 s take longer") as caught:
        await run(
            SUSPEND, office.ports, Steps({found.name: found}), **asked("two.example", pause="30")
        )

    assert caught.value.fix == "Ask again with a pause of at most 29 s."


async def test_the_preview_shows_who_would_change(office: Office) -> None:
    params, preview = params_of(SUSPEND, **asked("club.example")), SUSPEND.preview
    assert preview is not None

    header, *rows = await preview.call(params, **office.ports.fill(preview))

    assert header == ("account", "now", "then")
    assert len(rows) == 9
    assert {row[1:] for row in rows} == {("active", "suspended")}
    assert "remy@club.example" not in {row[0] for row in rows}


@pytest.mark.parametrize(
    "typed",
    [
        *("@shop.example", "ada@shop.example", "shop", "shop.", ".example", "shop..example"),
        *("%.example", "-shop.example", "shop-.example", "a b.example", "shop_1.example"),
        f"{'a' * 64}.example",
    ],
)
def test_what_is_no_domain_is_told_at_its_field(typed: str) -> None:
    errors = build(SUSPEND, asked(typed), "UTC")

    assert isinstance(errors, tuple)
    assert [e.field for e in errors] == ["domain"]
    assert errors[0].message.endswith("give a domain like shop.example, without @.")


def test_a_domain_is_the_same_in_capitals() -> None:
    assert params_of(SUSPEND, **asked(" Shop.Example ")) == params_of(SUSPEND, **asked())


@pytest.mark.parametrize(("pause", "cure"), [("-1", "take 0 or more"), ("31", "take 30 or less")])
def test_a_pause_has_its_bounds(pause: str, cure: str) -> None:
    [error] = build(SUSPEND, asked(pause=pause), "UTC")

    assert isinstance(error, FieldError)
    assert (error.field, cure in error.message) == ("pause", True)


def test_it_disrupts_and_the_domain_is_what_is_confirmed() -> None:
    assert (SUSPEND.risk, SUSPEND.target) == (Risk.DISRUPT, "domain")
