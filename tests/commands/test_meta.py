"""Finding one's way in the bot."""

import pytest

from bot.domain.catalogue import Catalogue
from bot.domain.errors import Refused
from bot.domain.operation import Operation
from bot.domain.ports import Rules
from bot.pipeline.loading import load_catalogue
from bot.pipeline.wiring import Ports
from commands.meta.help import show_help
from commands.meta.whoami import say_who_asks
from tests.commands.runs import Allowing, run

HELP: Operation = show_help
WHOAMI: Operation = say_who_asks


@pytest.fixture
def ports() -> Ports:
    ports = Ports()
    ports.provide(Catalogue, load_catalogue())
    ports.provide(Rules, Allowing(frozenset({"meta.help", "users.find"})))
    return ports


async def test_help_lists_only_what_i_may_run(ports: Ports) -> None:
    result = await run(HELP, ports)

    assert [row[0] for row in result.table] == ["operation", "meta.help", "users.find"]


async def test_help_explains_one_operation_and_who_may_run_it(ports: Ports) -> None:
    result = await run(HELP, ports, operation="users.suspend")

    assert result.text.endswith("You may not run it.")
    assert result.fields["Type"] == "/ops users.suspend user=<user> reason=<reason>"
    assert result.fields["Who may"] == "Only others than grace may run users.suspend on slack."
    assert [row[0] for row in result.table] == ["field", "user", "reason"]


async def test_help_on_what_i_may_run_says_so(ports: Ports) -> None:
    result = await run(HELP, ports, operation="users.find")

    assert result.fields["Who may"] == "You may run it."


@pytest.mark.parametrize(
    ("name", "fix"),
    [("users.suspnd", "Did you mean `users.suspend`"), ("xyz", "`/ops meta.help` lists")],
)
async def test_help_on_an_unknown_name_offers_the_nearest(
    ports: Ports, name: str, fix: str
) -> None:
    with pytest.raises(Refused, match=f"There is no operation '{name}'") as caught:
        await run(HELP, ports, operation=name)

    assert fix in caught.value.fix


async def test_who_asks_is_shown_as_the_bot_knows_them() -> None:
    result = await run(WHOAMI, Ports())

    assert result.text == "You are grace."
    assert result.fields == {
        "Id": "U1",
        "Groups": "sre, support",
        "Taken for": "a person",
        "Time zone": "Europe/Berlin",
    }
