"""`redbutton demo`: the bot beside a pretend workspace that one looks at in a browser."""

import asyncio
import signal
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import click
from watchfiles import awatch

import commands
import policies
from bot.main.demo_glass import DemoGlass
from bot.main.demo_stage import AS_USUAL, Plan, Stage, on_stage
from playground.page.app import Page
from playground.page.backoffice import Backoffice
from playground.page.desk import Desk
from playground.page.guard import MARK
from playground.page.slack_troubles import slack_troubles
from playground.page.story import CHAPTERS
from playground.server import listening, serve

WATCHED = (Path(commands.__file__).parent, Path(policies.__file__).parent / "rules")
"""Where an author of operations works."""


async def show(port: int, *, http: bool, reload: bool) -> None:
    """Serve the page at *port*, or at another where that is taken, until told to stop."""
    stop = _stopping()
    with tempfile.TemporaryDirectory(prefix="redbutton-demo-") as folder:
        async with opened(Path(folder), port, Plan(http=http)) as (stage, desk, address):
            click.echo(f"The pretend workspace is at {address}")
            click.echo("Ctrl-C ends it; nothing of it is kept.")
            if stage.bot.standing == "failed":
                click.echo(f"The bot did not start: {stage.bot.said}", err=True)
            following = asyncio.create_task(_follow(stage, desk)) if reload else None
            await stop.wait()
            if following is not None:
                following.cancel()


@asynccontextmanager
async def opened(
    folder: Path, port: int, plan: Plan = AS_USUAL
) -> AsyncIterator[tuple[Stage, Desk, str]]:
    """Open the workspace with its page in *folder*; yield the stage, the desk and the address."""
    async with on_stage(folder, plan) as stage:
        backoffice = Backoffice(folder / "backoffice.db")
        desk = Desk(
            stage.slack,
            DemoGlass(folder / "var"),
            stage.bot,
            things=[backoffice.thing(), *stage.vendors.things()],
            chapters=CHAPTERS,
            switches=(*slack_troubles(stage.slack), *stage.vendors.switches()),
        )
        free = await _free(port)
        watching = asyncio.create_task(desk.watch())
        try:
            async with serve(Page(desk).app, free) as taken:
                await asyncio.gather(stage.bot.start(), stage.declare(plan.manifest))
                yield stage, desk, f"http://127.0.0.1:{taken}"
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
            backoffice.close()
            await desk.close()


async def _free(port: int) -> int:
    """Return *port*, or 0 for any other where it is taken, and say so."""
    if port:
        try:
            listening(port).close()
        except OSError as error:
            other = await _is_ours(port)
            who = "Another demo has it; both go on" if other else error.strerror
            click.echo(f"Port {port} is taken ({who}). Taking another.", err=True)
            return 0
    return port


async def _is_ours(port: int) -> bool:
    """Say whether a demo's page answers at *port*."""
    with suppress(OSError, TimeoutError):
        async with asyncio.timeout(1):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(f"HEAD / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
            head = await reader.read(2000)
            writer.close()
            return MARK.encode() in head.lower()
    return False


async def _follow(stage: Stage, desk: Desk) -> None:
    """Start the bot anew whenever an author has saved something."""
    async for changes in awatch(*WATCHED):
        names = sorted({Path(path).name for _, path in changes if path.endswith((".py", ".cedar"))})
        if not names:
            continue
        await stage.bot.stop()
        await asyncio.gather(stage.bot.start(), stage.declare())
        well = stage.bot.standing == "running"
        how = (
            "The bot runs with it."
            if well
            else "The bot does not start with it; its words are below."
        )
        said = f"You saved {', '.join(names)}. {how}"
        click.echo(said)
        for person in desk.workspace.people.values():
            desk.tell(person, said)


def _stopping() -> asyncio.Event:
    """Return what is set once the demo is told to stop, however early that is."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    return stop
