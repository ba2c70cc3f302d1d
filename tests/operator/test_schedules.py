"""Schedules from the command line, and as the settings tell them."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from bot.domain.errors import Misconfigured
from bot.main.declared import check_schedules, wishes_of
from bot.settings import Settings
from tests.conventions.house import catalogue
from tests.operator.place import Installation, installed_at

RIGHT: dict[str, Any] = {"operation": "oncall.who", "when": "weekdays at 9:00", "owner": "U0ADA"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def here(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Installation]:
    async with installed_at(tmp_path_factory.mktemp("installation")) as installation:
        yield installation


@pytest.mark.asyncio(loop_scope="module")
async def test_a_schedule_is_listed_and_run_from_the_command_line(here: Installation) -> None:
    words = ("name=rota", "operation=freeze.list", "when=weekdays at 9:00 Europe/Berlin")
    made = await here.place.types("run", "schedule.add", *words, f"channel={here.ops.id}")

    listed = await here.place.types("schedule", "list")
    rows = await here.place.types("schedule", "list", "--json")
    run = await here.place.types("schedule", "run", "rota")
    await here.slack.until(lambda: "Nothing is frozen." in here.slack.sees(here.sam).text)

    assert (made.code, listed.code, run.code) == (0, 0, 0)
    assert "Every weekday at 09:00, Europe/Berlin." in made.out
    assert "weekdays at 09:00 Europe/Berlin" in listed.out
    assert [(r["name"], r["asks for"]) for r in json.loads(rows.out)] == [("rota", "freeze.list")]
    assert "`rota` asked for freeze.list." in run.out


@pytest.mark.asyncio(loop_scope="module")
async def test_a_schedule_there_is_not_is_not_run(here: Installation) -> None:
    said = await here.place.types("schedule", "run", "nothing")

    assert said.code == 1
    assert "There is no schedule 'nothing'." in said.err


def told(**other: Any) -> Settings:
    schedules = {"morning": RIGHT | other}
    return Settings.model_validate({"schedules": schedules, "policy": {"zone": "Europe/Berlin"}})


def test_times_are_in_the_zone_of_the_rules_where_they_name_none() -> None:
    assert wishes_of(told())["morning"][2] == "Europe/Berlin"


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ({"when": "30 February at 9"}, "There is no 30 February."),
        ({"when": "every second"}, "more often than every 60 s"),
        ({"when": "at 9 Europe/Berlim"}, "There is no time zone 'Europe/Berlim'."),
        ({"operation": "oncall.whom"}, "There is no operation 'oncall.whom'."),
        ({"operation": "oncall.page", "params": "PCHECK1 'All is on fire'"}, "disrupts"),
        ({"params": "colour=red"}, "no field for 'colour'"),
        ({"rests": ["mars"]}, "'mars', which is no calendar"),
    ],
)
def test_what_could_never_be_asked_for_stops_the_start(other: dict[str, Any], words: str) -> None:
    with pytest.raises(Misconfigured) as wrong:
        check_schedules(told(**other), catalogue())

    assert "`schedules.morning" in str(wrong.value)
    assert words in str(wrong.value)
    assert wrong.value.fix
