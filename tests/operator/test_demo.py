"""`redbutton demo` plays its story, and opens its page, wherever it is typed."""

import asyncio
import signal
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from tests.operator.place import COMMAND, Place
from tests.scenarios.child import eventually


def held(folder: Path) -> list[Path]:
    """Return everything that is in *folder*."""
    return sorted(folder.rglob("*"))


@pytest.mark.timeout(120)
async def test_the_story_is_played_in_five_scenes_and_leaves_nothing_behind(
    place: Place, tmp_path: Path
) -> None:
    before = held(tmp_path)

    said = await place.types("demo", "--story")

    assert said.code == 0, said
    scenes = (
        *("alan@example.com is suspended.", "Only `support-leads`", "Two clicks, one effect"),
        *("kill -9.", "It went on by itself.", "(only they see it)", "chargebacks"),
    )
    assert [words for words in scenes if words not in said.out] == []
    assert "altered since they were written: none" in said.out
    assert "Traceback" not in said.out + said.err
    assert held(tmp_path) == before


@asynccontextmanager
async def showing(place: Place, *words: str) -> AsyncIterator[tuple[Process, str]]:
    """Run `redbutton demo` with *words*; yield its process and its address."""
    process = await asyncio.create_subprocess_exec(
        COMMAND,
        "demo",
        *words,
        cwd=place.folder,
        env=place.environ,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(40):
            said = (await process.stdout.readline()).decode()
        yield process, said.split()[-1]
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def ended(process: Process) -> tuple[int | None, str]:
    """Tell *process* to stop; return how it ended and what it complained of."""
    process.send_signal(signal.SIGTERM)
    async with asyncio.timeout(30):
        _, errors = await process.communicate()
    return process.returncode, errors.decode()


def children_of(pid: int) -> list[str]:
    """Return the process ids of what *pid* has started."""
    return Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()


async def answer(address: str) -> int:
    """Return how the page at *address* answers."""
    async with aiohttp.ClientSession() as browser, browser.get(address) as page:
        return page.status


@pytest.mark.timeout(120)
async def test_a_second_demo_takes_another_port_and_neither_leaves_anything_running(
    place: Place, tmp_path: Path
) -> None:
    before = held(tmp_path)
    async with showing(place, "--port", "0") as (first, address):
        port = address.rpartition(":")[2]
        async with showing(place, "--port", port, "--http") as (second, other):
            answers = await answer(address), await answer(other)
            code, told = await ended(second)
        bots = children_of(first.pid)
        first.kill()
        await first.wait()
        await eventually(lambda: not any(Path(f"/proc/{bot}").exists() for bot in bots))

    assert answers == (200, 200)
    assert other != address
    assert (code, len(bots)) == (0, 1)
    assert f"Port {port} is taken (Another demo has it; both go on). Taking another." in told
    assert held(tmp_path) == before
