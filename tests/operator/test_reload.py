"""The rules of a bot that serves are changed, broken, mended; seen by who presses and who reads."""

import json
import signal
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from playground.model import Person
from tests.operator.place import Installation, installed_at
from tests.scenarios.child import eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")

OWN = """\
@id("nobody-by-name")
@doc("Nobody looks up whoever is called `{name}`.")
forbid (principal, action == Action::"users.find", resource)
when {{ context.params.text == "{name}" }};
"""
IN_FORCE, REFUSED = "New rules are in force", "The changed rules are refused"
ALREADY = "The rules are those in force already"


@dataclass(frozen=True)
class Ruled:
    """A bot that serves by a file of rules."""

    here: Installation
    file: Path

    def count(self, event: str) -> int:
        """Return how many lines of its log begin with *event*."""
        return sum(line["event"].startswith(event) for line in self.here.life.lines())

    async def one_more(self, event: str, act: Callable[[], object]) -> None:
        """Do *act*, and wait for one more line that begins with *event*."""
        before = self.count(event)
        act()
        await eventually(lambda: self.count(event) > before)

    async def keeps(self, name: str) -> None:
        """Let the rules be that nobody looks *name* up, and wait until they are."""
        await self.one_more(IN_FORCE, lambda: self.file.write_text(OWN.format(name=name)))

    async def finds(self, person: Person, name: str) -> str:
        """Return what *person* is told who looks *name* up, by a signed request."""
        reply = await self.here.slack.types(person, f"/ops users.find {name}", self.here.ops)
        return reply.text

    async def recorded(self, stage: str) -> list[dict[str, Any]]:
        """Return the bodies of the events of *stage*, oldest first."""
        said = await self.here.place.types("audit", "list", "--stage", stage, "--json")
        return [row["body"] for row in said.json]

    async def ready(self) -> tuple[int, Any]:
        """Return what `/readyz` says of the rules, and its status."""
        status, text = await self.here.life.gets("/readyz")
        return status, json.loads(text)["rules"]

    def hangs_up(self) -> None:
        self.here.life.process.send_signal(signal.SIGHUP)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ruled(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Ruled]:
    folder = tmp_path_factory.mktemp("ruled")
    (folder / "rules").mkdir()
    file = folder / "rules" / "own.cedar"
    file.write_text(OWN.format(name="zoe"))
    async with installed_at(folder, "[policy]\npaths = ['rules']") as here:
        yield Ruled(here, file)


async def test_a_changed_file_changes_the_next_decision_and_is_on_the_record(ruled: Ruled) -> None:
    before = await ruled.finds(ruled.here.sam, "annie")

    await ruled.keeps("annie")
    after = await ruled.finds(ruled.here.sam, "annie")

    assert "Nobody looks up" not in before
    assert "Nobody looks up whoever is called `annie`." in after
    loaded = (await ruled.recorded("rules.loaded"))[-1]
    denied = (await ruled.recorded("denied"))[-1]
    assert loaded["detail"]["why"] == "changed"
    assert denied["decision"]["rules"] == ["nobody-by-name"]
    assert denied["decision"]["rules_digest"] == loaded["detail"]["digest"]
    assert await ruled.ready() == (200, {"digest": loaded["detail"]["digest"], "refused": None})


async def test_a_broken_file_is_loud_and_leaves_the_rules_as_they_are(ruled: Ruled) -> None:
    await ruled.keeps("bert")
    _, was = await ruled.ready()

    await ruled.one_more(REFUSED, lambda: ruled.file.write_text("\npermit (everybody);\n"))
    # Told to look at the same again, it says the same again, and records it no more.
    await ruled.one_more(REFUSED, ruled.hangs_up)
    denied = await ruled.finds(ruled.here.sam, "bert")
    refused = await ruled.recorded("rules.refused")
    stale = await ruled.here.life.counts("redbutton_rules_stale")
    status, told = await ruled.ready()

    lines = [one for one in ruled.here.life.lines() if one["event"].startswith(REFUSED)]
    assert {(one["event"], one["level"]) for one in lines[-2:]} == {(lines[-1]["event"], "error")}
    assert "rules/own.cedar, line 2: This is not Cedar" in lines[-1]["event"]
    assert "Nobody looks up whoever is called `bert`." in denied
    details = [one["detail"] for one in refused if "line 2" in one["detail"]["place"]]
    assert [(one["place"], one["why"]) for one in details] == [
        ("rules/own.cedar, line 2", "changed")
    ]
    assert (status, stale) == (200, 1.0)
    assert told == was | {"refused": "rules/own.cedar, line 2"}


async def test_a_mended_file_is_refused_no_more(ruled: Ruled) -> None:
    await ruled.one_more(REFUSED, lambda: ruled.file.write_text("permit (all);"))

    await ruled.keeps("carl")

    assert await ruled.here.life.counts("redbutton_rules_stale") == 0.0
    assert "Nobody looks up whoever" in await ruled.finds(ruled.here.sam, "carl")


async def test_a_bot_that_is_told_to_looks_where_the_system_tells_of_nothing(ruled: Ruled) -> None:
    """The file is a link: what it leads to lies in no folder that is watched."""
    elsewhere = ruled.here.place.folder / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "own.cedar").write_text(OWN.format(name="dora"))
    link = ruled.file.with_name("link")
    link.symlink_to(elsewhere / "own.cedar")
    await ruled.one_more(IN_FORCE, lambda: link.rename(ruled.file))

    def change() -> None:
        (elsewhere / "own.cedar").write_text(OWN.format(name="emil"))
        ruled.hangs_up()

    await ruled.one_more(IN_FORCE, change)
    denied = await ruled.finds(ruled.here.sam, "emil")
    last = (await ruled.recorded("rules.loaded"))[-1]

    assert "Nobody looks up whoever is called `emil`." in denied
    assert last["detail"]["why"] == "told"


async def test_a_bot_that_is_told_to_look_at_what_it_knows_changes_nothing(ruled: Ruled) -> None:
    await ruled.keeps("ida")
    before = await ruled.recorded("rules.loaded")

    await ruled.one_more(ALREADY, ruled.hangs_up)

    assert await ruled.recorded("rules.loaded") == before
    assert ruled.here.life.process.returncode is None


async def test_a_folder_that_is_replaced_is_looked_at(ruled: Ruled) -> None:
    folder = ruled.file.parent
    other = folder.with_name("other")
    other.mkdir()
    (other / "own.cedar").write_text(OWN.format(name="fred"))

    def replace() -> None:
        folder.rename(folder.with_name("gone"))
        other.rename(folder)

    await ruled.one_more(IN_FORCE, replace)
    await ruled.keeps("gert")

    assert "Nobody looks up whoever" in await ruled.finds(ruled.here.sam, "gert")


async def test_an_emptied_folder_is_refused(ruled: Ruled) -> None:
    await ruled.keeps("hans")

    await ruled.one_more(REFUSED, ruled.file.unlink)

    assert "Nobody looks up whoever" in await ruled.finds(ruled.here.sam, "hans")
    assert (await ruled.recorded("rules.refused"))[-1]["detail"]["place"] == "policy.paths"
