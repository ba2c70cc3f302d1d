"""`python -m benchmarks`: measure, print one table, write it into `docs/performance.md`."""

import asyncio
import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path

from uvloop import new_event_loop

from benchmarks import (
    acks,
    browser,
    deciding,
    page,
    replaying,
    replicas,
    runs,
    scheduling,
    standing,
)
from benchmarks.page import Figure
from benchmarks.stage import Stage, on_stage

RATIO, P99, RESIDENT, READY, HELP, IDLE = 5.0, 0.050, 150.0, 3.0, 0.4, 0.1
"""The targets: times a bare ack, seconds, MB, seconds, seconds, share of a core."""

SCHEDULES = 0.03
"""The target of schedules: a share of a core."""

SEEN, PAGE, DEMO = 150.0, 200.0, 250.0
"""The targets of the page: milliseconds, kB, MB."""


async def main() -> None:
    """Measure everything, one thing after the other."""
    with tempfile.TemporaryDirectory(prefix="redbutton-bench-") as folder:
        async with on_stage(Path(folder)) as stage:
            figures = [
                *_acks(await acks.measure(stage)),
                *_load(await runs.steady(stage)),
                *_whole(*await runs.whole(stage)),
                *await _standing(stage),
                await _schedules(stage),
            ]
            growth = await replicas.measure(stage)
    figures += [_idle(growth), *_page(await browser.measure())]
    figures += [*await deciding.figures(), *await replaying.figures()]
    text = f"{page.table(figures)}\n\n{replicas.table(growth)}"
    print(text)
    page.write(text)


def _acks(pairs: list[acks.Pair]) -> list[Figure]:
    def line(pair: acks.Pair) -> Figure:
        bare, ours = (f"{acks.typical(side) * 1e6:,.0f} µs" for side in (pair.bare, pair.ours))
        spread = f"{pair.ratios[0]:.1f} to {pair.ratios[-1]:.1f}"
        what = f"CPU of an ack, {pair.connections} connection(s), in bare acks"
        found = f"{pair.ratio:.1f} ({spread}); {ours} to {bare}"
        return Figure(what, found, f"at most {RATIO:g}", pair.ratio <= RATIO)

    return [line(pair) for pair in pairs]


def _load(load: runs.Load) -> list[Figure]:
    what = f"p99 of {load.count:,} acks at {runs.RATE}/s, {runs.RATE // 10}/s starting runs"
    times = (load.p99, load.median, load.worst)
    p99, median, worst = (f"{seconds * 1e3:.1f} ms" for seconds in times)
    found = f"{p99} (median {median}, longest {worst})"
    return [Figure(what, found, f"under {P99 * 1e3:g} ms", load.p99 < P99)]


def _whole(look: float, lap: float) -> list[Figure]:
    return [
        Figure("CPU of a whole READ", f"{look * 1e3:.1f} ms"),
        Figure("CPU of a whole run of three steps", f"{lap * 1e3:.1f} ms"),
    ]


async def _standing(stage: Stage) -> list[Figure]:
    rest = await standing.idle(stage)
    ready, helped = await standing.ready(stage), await standing.helped()
    resident, limit = f"{rest.resident:.0f} MB", f"under {RESIDENT:g} MB"
    return [
        Figure("resident memory, idle", resident, limit, rest.resident < RESIDENT),
        Figure("CPU, idle", f"{rest.busy:.1%} of a core"),
        Figure(
            "`serve` to ready, new store", f"{ready:.2f} s", f"under {READY:g} s", ready < READY
        ),
        Figure("`redbutton --help`", f"{helped:.2f} s", f"under {HELP:g} s", helped < HELP),
    ]


async def _schedules(stage: Stage) -> Figure:
    kept = await scheduling.measure(stage)
    found = f"{kept.added:.1%} of a core; {kept.without:.1%} without, {kept.with_many:.1%} with"
    what = f"CPU that {scheduling.MANY:,} schedules add to an idle bot"
    return Figure(what, found, f"under {SCHEDULES:.0%}", kept.added < SCHEDULES)


def _page(seen: browser.Seen | None) -> Iterator[Figure]:
    if seen is None:
        yield Figure("the pretend workspace's page", "not measured: there is no chromium here")
        return
    answer, most = statistics.median(seen.answers), max(seen.answers)
    own = statistics.median(seen.own)
    times = f"{seen.ratio:.1f} times one's own words' {own:.0f} ms"
    found = f"{answer:.0f} ms (longest {most:.0f} ms); {times}"
    yield Figure("key pressed to the bot's answer seen", found, f"under {SEEN:g} ms", answer < SEEN)
    size = seen.page / 1e3
    yield Figure("page, style and scripts", f"{size:.0f} kB", f"under {PAGE:g} kB", size < PAGE)
    held, limit = f"{seen.resident:.0f} MB", f"under {DEMO:g} MB"
    yield Figure("resident memory of the demo, bot included", held, limit, seen.resident < DEMO)


def _idle(growth: replicas.Growth) -> Figure:
    busy = growth.idle + growth.idle_server
    found = f"{busy:.1%} of a core, {growth.idle_server:.1%} of it in the server"
    return Figure("CPU, idle replica, with PostgreSQL's", found, f"under {IDLE:.0%}", busy < IDLE)


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        runner.run(main())
