"""How acks and runs grow with replicas on one PostgreSQL, beside DBOS with nothing to do.

`python -m benchmarks.replicas` measures this alone.
"""

import asyncio
import itertools
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from benchmarks.acks import say
from benchmarks.load import closed_loop, lines
from benchmarks.processes import Served, cpu_of, served
from benchmarks.stage import Stage, on_stage
from bot.domain.clock import SystemClock
from tests.postgres import Server

MOST = 3
ACKS, RUNS, EMPTY = 300, 60, 200
"""So many at each number of replicas."""

CONNECTIONS = 12
"""Of whoever asks, spread over the replicas."""

SETTLE, IDLE = 2.0, 4.0
"""Seconds that a replica is left alone before it is looked at, and while it is."""

HEAD = (
    "| replicas | acks a second | CPU of each | runs of five steps a second | CPU of each "
    "| empty workflows of the bare engine a second | CPU of each |"
)
KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="


@dataclass(frozen=True)
class Cost:
    """How many a second there were, and the seconds of CPU of each, PostgreSQL's included."""

    rate: float
    cpu: float


@dataclass(frozen=True)
class Growth:
    """Costs on 1, 2 and 3 processes; and the shares of a core of one that is left alone."""

    acks: list[Cost]
    runs: list[Cost]
    empty: list[Cost]
    idle: float
    idle_server: float


Load = Callable[[Sequence[Served]], Awaitable[int]]


@dataclass(frozen=True)
class Site:
    """A database on a server of its own, and whoever asks."""

    stage: Stage
    server: Server
    url: str
    name: str

    def replica(self, name: str, *words: str) -> AbstractAsyncContextManager[Served]:
        """Run a bot on the database, in a folder called *name*."""
        home = self.stage.folder / name
        environ = self.stage.environ(home) | {
            "DATABASE_URL": self.url,
            "REDBUTTON_VAR": str(home / "var"),
            "REDBUTTON_KEY": KEY,
        }
        return served("-m", "benchmarks.served", *words, environ=environ, log=home / "log")

    def bare(self, name: str) -> AbstractAsyncContextManager[Served]:
        """Run the bare engine on the database, under *name*."""
        log = self.stage.folder / f"{name}.log"
        environ = self.stage.environ(self.stage.folder / name) | {"DATABASE_URL": self.url}
        return served("-m", "benchmarks.bare_engine", name, environ=environ, log=log)

    def count(self, what: str) -> int:
        """Count rows; *what* is a table with its condition."""
        return int(str(self.server.says(f"SELECT count(*) FROM {what}", database=self.name)[0][0]))  # noqa: S608  It is ours.

    async def reaches(self, wanted: int, what: str) -> None:
        """Wait until there are *wanted* rows of *what*."""
        async with asyncio.timeout(60):
            while await asyncio.to_thread(self.count, what) < wanted:
                await SystemClock().sleep(0.05)

    def busy(self, processes: Sequence[Served]) -> float:
        """Return the seconds of CPU that *processes* and the server have used so far."""
        return sum(each.cpu() for each in processes) + self.server_busy()

    def server_busy(self) -> float:
        """Return the seconds of CPU that the server has used so far, in all its processes."""
        return cpu_of(int((self.server.folder / "postmaster.pid").read_text().split()[0]))


@asynccontextmanager
async def _site(stage: Stage, server: Server) -> AsyncIterator[Site]:
    with server.database() as url:
        yield Site(stage, server, url, url.partition("?")[0].rpartition("/")[2])


async def measure(stage: Stage) -> Growth:
    """Start a server and measure acks, runs and the bare engine, each on a database of its own."""
    stage.folder.chmod(0o755)
    server = Server(stage.folder / "pg")
    try:
        async with _site(stage, server) as site:
            acks = await _grown(site, lambda n: site.replica(f"acks-{n}", "--paused"), _acks(site))
        async with _site(stage, server) as site:
            idle, idle_server = await _idle(site)
            runs = await _grown(site, lambda n: site.replica(f"runs-{n}"), _runs(site))
        async with _site(stage, server) as site:
            empty = await _grown(site, lambda n: site.bare(f"bare-{n}"), _empty(site))
    finally:
        server.stop_hard()
    return Growth(acks, runs, empty, idle, idle_server)


async def _grown(
    site: Site, start: Callable[[int], AbstractAsyncContextManager[Served]], load: Load
) -> list[Cost]:
    """Start one process after the other and lay *load* on all there are."""
    fleet, costs = list[Served](), list[Cost]()
    async with AsyncExitStack() as stack:
        for number in range(MOST):
            fleet.append(await stack.enter_async_context(start(number)))
            before, begun = site.busy(fleet), perf_counter()
            count = await load(fleet)
            took = perf_counter() - begun
            costs.append(Cost(count / took, (site.busy(fleet) - before) / count))
    return costs


async def _ask(site: Site, fleet: Sequence[Served], bodies: Sequence[bytes]) -> None:
    each, secret = CONNECTIONS // len(fleet), site.stage.slack.signing_secret
    async with AsyncExitStack() as stack:
        opened = [await stack.enter_async_context(lines(one.port, secret, each)) for one in fleet]
        # Turn by turn, so that a few bodies are spread over all replicas.
        await closed_loop([line for turn in zip(*opened, strict=True) for line in turn], bodies)


def _acks(site: Site) -> Load:
    numbers = itertools.count()

    async def load(fleet: Sequence[Served]) -> int:
        await _ask(site, fleet, [site.stage.ada.body(say(next(numbers))) for _ in range(ACKS)])
        await site.reaches(ACKS * len(fleet), "invocation WHERE state = 'accepted'")
        return ACKS

    return load


def _runs(site: Site) -> Load:
    numbers, places = itertools.count(), itertools.cycle(site.stage.places)

    async def load(fleet: Sequence[Served]) -> int:
        asked = [next(places).body(f"bench.five five-{next(numbers)}") for _ in range(RUNS)]
        await _ask(site, fleet, asked)
        await site.reaches(RUNS * len(fleet), "invocation WHERE state = 'succeeded'")
        return RUNS

    return load


def _empty(site: Site) -> Load:
    async def load(fleet: Sequence[Served]) -> int:
        each = EMPTY // len(fleet)
        for number, one in enumerate(fleet):
            assert one.process.stdin is not None  # noqa: S101  It was asked for; this tells the types.
            one.process.stdin.write(f"r{len(fleet)}-{number} {each}\n".encode())
        wanted = sum(EMPTY // n * n for n in range(1, len(fleet) + 1))
        await site.reaches(wanted, "dbos.workflow_status WHERE status = 'SUCCESS'")
        return each * len(fleet)

    return load


async def _idle(site: Site) -> tuple[float, float]:
    """Return the shares of a core that a replica without work takes, and PostgreSQL for it."""
    async with site.replica("idle-replica") as bot:
        await asyncio.sleep(SETTLE)
        mine, servers = bot.cpu(), site.server_busy()
        await asyncio.sleep(IDLE)
        return (bot.cpu() - mine) / IDLE, (site.server_busy() - servers) / IDLE


def table(growth: Growth) -> str:
    """Return *growth* as a Markdown table."""
    rows = []
    for number, costs in enumerate(zip(growth.acks, growth.runs, growth.empty, strict=True), 1):
        cells = (f"{cost.rate:,.0f} | {cost.cpu * 1e3:.1f} ms" for cost in costs)
        rows.append(f"| {number} | {' | '.join(cells)} |")
    return "\n".join(
        [
            HEAD,
            "| --- | --- | --- | --- | --- | --- | --- |",
            *rows,
        ]
    )


async def _alone() -> None:
    with tempfile.TemporaryDirectory(prefix="redbutton-bench-") as folder:
        begun = perf_counter()
        async with on_stage(Path(folder)) as stage:
            growth = await measure(stage)
    print(table(growth))
    print(f"idle {growth.idle:.1%} and {growth.idle_server:.1%}, in {perf_counter() - begun:.0f} s")


if __name__ == "__main__":
    from uvloop import new_event_loop

    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        runner.run(_alone())
