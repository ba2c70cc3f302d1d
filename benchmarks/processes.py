"""Processes to be measured: started, watched from outside, ended."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
READY_WITHIN = 30.0
"""Seconds; it takes one or two, but others may be using the machine."""

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Served:
    """A process that listens on *port*."""

    process: Process
    port: int

    def cpu(self) -> float:
        """Return the seconds of CPU that it has used so far, in all threads, kernel included."""
        return sum(_ticks(self.process.pid)[:2]) / _TICKS

    def resident(self) -> float:
        """Return its resident memory in MB (1,000,000 bytes)."""
        return resident_of(self.process.pid)


def resident_of(pid: int) -> float:
    """Return the resident memory of *pid* in MB (1,000,000 bytes)."""
    pages = Path(f"/proc/{pid}/statm").read_text("ascii").split()[1]
    return int(pages) * _PAGE / 1e6


def cpu_of(pid: int) -> float:
    """Return the seconds of CPU that *pid* and its children have used, ended ones included."""
    mine = sum(_ticks(pid))
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
    try:
        return (mine + sum(sum(_ticks(int(child))) for child in children)) / _TICKS
    except FileNotFoundError:
        # One has ended since they were listed, and counts among the ended ones now.
        return cpu_of(pid)


def _ticks(pid: int) -> list[int]:
    """Return ticks of *pid* in user and kernel mode, and of its children that have ended."""
    # man 5 proc: fields 14 to 17; the name before them may hold spaces.
    stat = Path(f"/proc/{pid}/stat").read_text("ascii")
    return [int(field) for field in stat.rpartition(")")[2].split()[11:15]]


@asynccontextmanager
async def started(*words: str, environ: Mapping[str, str], log: Path) -> AsyncIterator[Process]:
    """Run Python with *words* until the block ends; its errors go to *log*."""
    with log.open("ab") as errors:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, *words),
            cwd=ROOT,
            env=dict(environ),
            stdin=PIPE,
            stdout=PIPE,
            stderr=errors,
        )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        await process.communicate()


@asynccontextmanager
async def served(*words: str, environ: Mapping[str, str], log: Path) -> AsyncIterator[Served]:
    """Run Python with *words*; yield once it has said `ready PORT`."""
    async with started(*words, environ=environ, log=log) as process:
        assert process.stdout is not None  # noqa: S101  It was asked for; this tells the types.
        async with asyncio.timeout(READY_WITHIN):
            said = (await process.stdout.readline()).decode().split()
        if said[:1] != ["ready"]:
            raise RuntimeError(_why(log))
        yield Served(process, int(said[1]))


def _why(log: Path) -> str:
    return f"It did not start; its log ends: {log.read_text('utf-8')[-2000:]}"
