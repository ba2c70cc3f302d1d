"""One gate: whichever door somebody asks at, the rules are asked the same and answer the same."""

from itertools import count, product
from pathlib import Path

import pytest

from bot.domain.invocation import Origin, Surface
from bot.domain.operation import Operation
from bot.domain.record import Stage
from bot.pipeline.answers import Asking, Form, Words
from bot.pipeline.understanding import understand
from playground.model import Person
from tests.conventions.house import catalogue
from tests.conventions.reference.operations import example
from tests.scenarios.desks import RULES
from tests.world import Flavour, World, world

OWN = (
    RULES
    + """
@id("no-words") @doc("Nobody may resume what is called words.")
forbid (principal, action == Action::"users.resume", resource)
when { context.params.user == "words" };
"""
)

keys = count()


def _form(operation: Operation) -> Form:
    """Fill the form of *operation* in with the words that the reference prints."""
    said = understand(operation, Words(example(operation)), "UTC")
    assert said.params is not None, said
    return Form(said.values, operation.target_of(said.params))


async def _asks(w: World, who: Person, operation: Operation, surface: Surface) -> object:
    origin = Origin(surface=surface, team=w.slack.team_id, user=who.id, channel=w.ops.id)
    key = f"gate {next(keys)}"
    return await w.bot.desk.ask(Asking(key, origin, operation.name, _form(operation), again=True))


async def by_words(w: World, who: Person, operation: Operation) -> object:
    line = f"/ops {operation.name} {example(operation)}"
    return await w.slack.types(who, line, channel=w.ops)


async def by_form(w: World, who: Person, operation: Operation) -> object:
    return await _asks(w, who, operation, Surface.SLACK)


async def by_command_line(w: World, who: Person, operation: Operation) -> object:
    return await _asks(w, who, operation, Surface.CLI)


async def once_more(w: World, who: Person, operation: Operation) -> object:
    """Ask by words, be told that it was asked just now, and ask for it all the same."""
    await by_words(w, who, operation)
    refused = [e for e in await w.events(actor=who.id, operation=operation.name) if _twice(e)]
    origin = Origin(surface=Surface.SLACK, team=w.slack.team_id, user=who.id, channel=w.ops.id)
    return [await w.bot.desk.again(e["invocation"], origin) for e in refused[-1:]]


def _twice(event: dict[str, object]) -> bool:
    return '"repeated"' in str(event.get("detail", "")).replace("'", '"')


@pytest.mark.parametrize("flavour", [Flavour.HTTP], indirect=True)
async def test_by_every_door_one_person_is_given_one_answer(tmp_path: Path) -> None:
    rules = tmp_path / "own.cedar"
    rules.write_text(OWN, encoding="utf-8")
    effects: set[str] = set()
    async with world(tmp_path, policy={"paths": [rules]}) as w:
        # Nothing that is allowed is run: only the answers are compared.
        w.bot.dispatch.paused = True
        people = [w.ada, w.sam, w.mallory]
        for who, operation in product(people, catalogue()):
            for door in (by_words, by_form, by_command_line, once_more):
                await door(w, who, operation)
            told = await w.events(actor=who.id, operation=operation.name)
            answers = {
                (e["decision"]["effect"], tuple(e["decision"].get("rules", ())))
                for e in told
                if e["stage"] in {Stage.INTENT.value, Stage.DENIED.value} and e.get("decision")
            }

            assert len(answers) == 1, (who.name, operation.name, answers)
            effects |= {effect for effect, _ in answers}
    assert effects == {"allow", "deny", "needs_approval"}


@pytest.mark.parametrize("flavour", [Flavour.HTTP], indirect=True)
async def test_the_timer_that_asks_others_and_the_run_see_what_the_door_saw(
    tmp_path: Path,
) -> None:
    rules = tmp_path / "own.cedar"
    rules.write_text(RULES, encoding="utf-8")
    async with world(tmp_path, policy={"paths": [rules]}) as w:
        line = '/ops users.suspend bea@shop.example reason="Card testing since noon"'
        await w.slack.types(w.ada, line, channel=w.ops)
        await w.slack.until(lambda: "may approve" in w.slack.sees(w.ada).text, within=20)
        found = await w.events(operation="users.suspend")

        [first, second] = [e["decision"] for e in found]
        assert [e["stage"] for e in found] == ["intent", "approval.requested"]
        assert first["effect"] == second["effect"] == "needs_approval"
        assert [first["rules"], first["needs"]] == [second["rules"], second["needs"]]
