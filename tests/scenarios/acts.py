"""What people do in an incident, each act seen through to what it shows."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.domain.incident import Incident
from bot.http.server import serve
from playground.model import Channel, Person
from playground.screen import SeenMessage
from tests.scenarios.fires import WITHIN, Fire


def room_of(here: Fire, incident: Incident) -> Channel:
    """Return the room of *incident*."""
    return here.slack.workspace.channels[incident.room or ""]


async def sees(here: Fire, who: Person, words: str) -> SeenMessage:
    """Wait until *who* reads *words* in a message, and return the newest that has them."""

    def there() -> list[SeenMessage]:
        return [m for m in here.slack.sees(who).messages if words in m.text]

    await here.slack.until(there, WITHIN)
    return there()[-1]


async def does(
    here: Fire, who: Person, line: str, shows: str, where: Channel | None = None
) -> SeenMessage:
    """Let *who* type *line* (None: to the bot itself), and wait until they read what it *shows*."""
    reply = await here.slack.types(who, line, where)
    assert reply.ok, reply.text
    return await sees(here, who, shows)


async def presses(here: Fire, who: Person, label: str, said: SeenMessage, shows: str) -> None:
    """Let *who* press *label* under *said*, and wait until they read what it *shows*."""
    reply = await here.slack.presses(who, label, said)
    assert reply.ok, reply.text
    await sees(here, who, shows)


def buttons(said: SeenMessage) -> list[str]:
    """Return what can be pressed under *said*."""
    return [one.text for one in said.buttons]


@asynccontextmanager
async def at_the_web(here: Fire) -> AsyncIterator[str]:
    """Serve the bot's web server until the block ends, and yield its address."""
    ready: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    stop = asyncio.Event()
    task = asyncio.create_task(serve(here.world.bot.app, "127.0.0.1", 0, ready.set_result, stop))
    yield f"http://127.0.0.1:{await ready}"
    stop.set()
    await task
