"""What it takes to ask new rules about a hundred thousand recorded invocations."""

import asyncio
import os
import tempfile
from collections.abc import Iterator
from contextlib import chdir
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from time import perf_counter, process_time

from benchmarks import ruled
from benchmarks.page import Figure, table
from benchmarks.processes import resident_of
from bot.cli.workshop import Reader, Replayed, Row
from bot.domain.clock import SystemClock
from bot.domain.decision import Decision, Effect
from bot.domain.ids import new_id
from bot.domain.invocation import Origin, Surface
from bot.domain.record import Event, Stage
from bot.main.kept import kept
from bot.main.records import opened
from bot.main.replaying import Rehearsal
from bot.pipeline.protocols import Entry
from bot.pipeline.recording import Case, event
from bot.settings import Settings
from policies.facts import request_of

INVOCATIONS = 100_000
AT_ONCE = 1000
WITHIN = 60.0
"""The target, in seconds."""

CLOCK = SystemClock()
OWNER = Reader("owner", owner=True)

LATE = 700

STRICTER = (
    f"""
@id("stricter") @doc("Group 1 asks by day alone.")
forbid (principal in Usergroup::"group-1", action in Action::"users", resource)
when {{ context.minute > {LATE} }};
""",
    ruled.PlainRule(
        "stricter",
        permits=False,
        actions=frozenset({"users"}),
        when=lambda r: "group-1" in r["groups"] and r["context"]["minute"] > LATE,
    ),
)
"""A rule that is new, and looks at what people have in common."""

NOSY = (
    """
@id("nosy") @doc("Nobody suspends for a case that ends in 77.")
forbid (principal, action == Action::"users.suspend", resource)
when { context.params.reason like "*77" };
""",
    ruled.PlainRule(
        "nosy",
        permits=False,
        actions=frozenset({"users.suspend"}),
        when=lambda r: r["context"]["params"]["reason"].endswith("77"),
    ),
)
"""A rule that looks at what no two invocations have in common."""


@dataclass(frozen=True)
class Took:
    """One replay: seconds in all, seconds of CPU, what came of it; plain Python's CPU, and MB."""

    whole: float
    cpu: float
    told: Replayed
    plain: float
    resident: float


async def measure() -> dict[str, Took]:
    """Record what was asked, then ask rules about it that find much and little alike."""
    with tempfile.TemporaryDirectory(prefix="redbutton-bench-") as folder, chdir(folder):
        settings = _settings(Path(folder))
        await _record(settings)
        return {
            "alike": await _replay(settings, ruled.rules(STRICTER)),
            "none alike": await _replay(settings, ruled.rules(NOSY)),
        }


def _settings(folder: Path) -> Settings:
    store = f"sqlite:///{folder}/redbutton.db"
    return Settings.load({"DATABASE_URL": store})


async def _record(settings: Settings) -> None:
    async with kept(settings, CLOCK) as store:
        events = _events()
        while some := tuple(islice(events, AT_ONCE)):
            await store.book.write(None, Entry(events=some))


def _events() -> Iterator[Event]:
    """Tell of what was asked, decided by plain Python, which says the same in less time."""
    both = ruled.rules()
    for asked in ruled.questions(ruled.people(), INVOCATIONS):
        request, now = request_of(asked), CLOCK.now()
        allowed, rules = both.check(request, ruled.names_of(asked.operation))
        effect = Effect.ALLOW if allowed else Effect.DENY
        decision = Decision(effect, "", tuple(sorted(rules)), (), "", request)
        origin = Origin(surface=Surface.SLACK, team="T1", user=asked.actor.id)
        case = Case(id=new_id(now), origin=origin, operation=asked.operation.name, at=now)
        clear = case.clear(asked.actor, asked.operation, asked.params)
        yield event(clear, Stage.INTENT if allowed else Stage.DENIED, CLOCK, decision=decision)


async def _replay(settings: Settings, both: ruled.Both) -> Took:
    """Ask the rules about all of it, and then plain Python about the very same rows."""
    file = settings.folder / "new.cedar"
    file.write_text("\n".join(both.texts), "utf-8")
    began, cpu = perf_counter(), process_time()
    rehearsal = Rehearsal(settings, [file], 3, replace=True)
    async with opened(settings) as records:
        async for row in records.decided(OWNER, ruled.MONDAY.replace(year=2000)):
            rehearsal.take(row)
    told = rehearsal.told()
    whole, took = perf_counter() - began, process_time() - cpu
    changed, plain = await _plain(settings, both)
    if told.asked != INVOCATIONS or sum(c.count for c in told.changes) != changed:
        raise RuntimeError(f"Plain Python finds {changed} changed, not {told}.")
    return Took(whole, took, told, plain, resident_of(os.getpid()))


async def _plain(settings: Settings, both: ruled.Both) -> tuple[int, float]:
    """Return how many decisions change by plain Python, and the seconds of CPU of deciding."""
    known = {o.name: ruled.names_of(o) for o in ruled.catalogue()}
    changed, took = 0, 0.0

    def look(row: Row) -> bool:
        decision: dict[str, dict[str, object]] = row["decision"]  # type: ignore[assignment]  # It is one.
        allowed, _ = both.check(decision["request"], known[str(row["operation"])])
        return allowed != (str(decision["effect"]) == "allow")

    async with opened(settings) as records:
        async for row in records.decided(OWNER, ruled.MONDAY.replace(year=2000)):
            before = process_time()
            changed += look(row)
            took += process_time() - before
    return changed, took


async def figures() -> list[Figure]:
    """Measure, and return the lines of the table."""
    return [_figure(name, took) for name, took in (await measure()).items()]


def _figure(name: str, took: Took) -> Figure:
    changed = sum(change.count for change in took.told.changes)
    found = (
        f"{took.whole:.0f} s ({took.cpu:.0f} s of CPU, {changed:,} changed, "
        f"{took.resident:.0f} MB); {took.cpu / took.plain:.1f} times plain Python's "
        f"{took.plain:.1f} s of deciding alone"
    )
    what = f"replay of {INVOCATIONS:,} invocations, {name}"
    return Figure(what, found, f"under {WITHIN:g} s", took.whole < WITHIN)


if __name__ == "__main__":
    print(table(asyncio.run(figures())))
