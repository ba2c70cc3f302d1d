"""Changed rules, from within: recorded before they are used, and judged once they stand still."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from typing_extensions import override

from audit.search import Filter, search
from bot.domain.errors import NotNow
from bot.domain.record import Stage
from bot.main.kept import Kept, kept
from bot.main.known import Known, known
from bot.main.reloading import Reloader
from bot.pipeline.protocols import Entry
from bot.settings import Settings
from bot.store.book import SqlBook
from tests.clock import SetClock

ALL = '@id("all") @doc("Everybody may.") permit (principal, action, resource);\n'
NONE = '@id("none") @doc("Nobody may.") forbid (principal, action, resource);\n'
BAD = "permit (everybody);\n"

Act = Callable[[], object]


@dataclass
class Busy(SetClock):
    """Each sleep passes at once, and in each somebody does the next of *acts*."""

    acts: list[Act] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    @override
    async def sleep(self, seconds: float) -> None:
        await super().sleep(seconds)
        for act in self.acts[:1]:
            self.acts.remove(act)
            act()


class Witness(SqlBook):
    """A book that notes which rules are in force while it writes; *busy* times it takes nothing."""

    def __init__(self, store: Kept, rules: Known) -> None:
        super().__init__(store.store, store.sealer, store.outbox.drafted)
        self.known = rules
        self.busy = 0
        self.saw: list[str] = []

    @override
    async def write(self, invocation: str | None, entry: Entry) -> None:
        self.saw.append(self.known.rules.digest)
        if self.busy:
            self.busy -= 1
            raise NotNow("The store took nothing.")
        await super().write(invocation, entry)
        self.saw.append(self.known.rules.digest)


@dataclass(frozen=True)
class Bench:
    """A reloader whose rules lie in one file."""

    file: Path
    clock: Busy
    known: Known
    book: Witness
    told: asyncio.Event
    reloader: Reloader
    store: Kept

    @property
    def digest(self) -> str:
        return self.known.rules.digest

    async def recorded(self, stage: Stage) -> list[dict[str, Any]]:
        """Return the details of the events of *stage*, oldest first."""
        wish = Filter(stage=stage, newest_first=False)
        found = await self.store.store.read(lambda c: search(c, wish, self.store.sealer))
        return [dict(event.body["detail"]) for event in found]


@asynccontextmanager
async def bench_in(folder: Path) -> AsyncIterator[Bench]:
    rules = folder / "rules"
    rules.mkdir()
    file = rules / "own.cedar"
    file.write_text(ALL)
    url = f"sqlite:///{folder}/var/redbutton.db"
    policy: dict[str, Any] = {"paths": [rules], "replace": True}
    settings = Settings.model_validate({"DATABASE_URL": url, "policy": policy})
    clock, told = Busy(), asyncio.Event()
    async with kept(settings, clock) as store:
        knows = known(settings, clock)
        book = Witness(store, knows)
        reloader = Reloader(settings.policy, knows, book, clock, told)
        await reloader.look()
        yield Bench(file, clock, knows, book, told, reloader, store)
        await knows.close()


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with bench_in(tmp_path) as one:
        yield one


async def test_new_rules_are_recorded_before_they_are_used(bench: Bench) -> None:
    old = bench.digest
    bench.file.write_text(NONE)

    await bench.reloader.look()

    assert bench.book.saw == [old, old]
    assert bench.digest != old
    told = {"why": "changed", "digest": bench.digest}
    assert await bench.recorded(Stage.RULES_LOADED) == [told]


async def test_rules_that_cannot_be_recorded_wait_until_they_can(bench: Bench) -> None:
    old, bench.book.busy = bench.digest, 3
    bench.file.write_text(NONE)

    await bench.reloader.look()

    assert bench.book.saw == [old] * 5
    assert [one["digest"] for one in await bench.recorded(Stage.RULES_LOADED)] == [bench.digest]


async def test_whoever_tells_it_to_look_is_why(bench: Bench) -> None:
    bench.file.write_text(NONE)
    bench.told.set()

    await bench.reloader.look()

    assert [one["why"] for one in await bench.recorded(Stage.RULES_LOADED)] == ["told"]
    assert not bench.told.is_set()


async def test_files_that_are_as_they_were_are_no_event(bench: Bench) -> None:
    bench.file.write_text(ALL)
    await bench.reloader.look()
    bench.told.set()
    await bench.reloader.look()

    assert bench.book.saw == []


async def test_refused_rules_change_nothing_and_are_recorded_once(bench: Bench) -> None:
    old = bench.digest
    bench.file.write_text(f"{ALL}{BAD}")
    await bench.reloader.look()
    bench.file.touch()
    await bench.reloader.look()
    bench.told.set()
    await bench.reloader.look()

    [told] = await bench.recorded(Stage.RULES_REFUSED)
    place = f"{bench.file}, line 2"
    assert (told["why"], told["place"]) == ("changed", place)
    assert (bench.digest, bench.known.rules.refused) == (old, place)
    assert told["digest"] != old


async def test_each_content_that_is_refused_is_an_event(bench: Bench) -> None:
    for text in (BAD, f"{BAD}\n", ALL, BAD):
        bench.file.write_text(text)
        await bench.reloader.look()

    digests = [one["digest"] for one in await bench.recorded(Stage.RULES_REFUSED)]
    assert len(digests) == 3
    assert digests[0] == digests[2] != digests[1]
    assert await bench.recorded(Stage.RULES_LOADED) == []


async def test_rules_that_fit_again_are_refused_no_more(bench: Bench) -> None:
    old = bench.digest
    for text in (BAD, ALL):
        bench.file.write_text(text)
        await bench.reloader.look()

    assert (bench.known.rules.refused, bench.digest) == (None, old)


async def test_an_empty_folder_is_refused(bench: Bench) -> None:
    old = bench.digest
    bench.file.unlink()

    await bench.reloader.look()

    assert bench.digest == old
    assert [one["place"] for one in await bench.recorded(Stage.RULES_REFUSED)] == ["policy.paths"]


async def test_the_steps_of_an_editor_are_one_change(bench: Bench) -> None:
    new = bench.file.with_suffix(".new")
    new.write_text(NONE)
    bench.file.write_text("")
    bench.clock.acts += [
        lambda: bench.file.write_text(NONE[:20]),
        bench.file.unlink,
        lambda: new.rename(bench.file),
    ]

    await bench.reloader.look()

    assert bench.clock.acts == []
    assert await bench.recorded(Stage.RULES_REFUSED) == []
    assert len(await bench.recorded(Stage.RULES_LOADED)) == 1


async def test_a_file_that_is_put_back_before_it_stood_still_was_not_changed(bench: Bench) -> None:
    bench.file.write_text("")
    bench.clock.acts.append(lambda: bench.file.write_text(ALL))

    await bench.reloader.look()

    assert bench.book.saw == []
