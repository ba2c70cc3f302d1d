"""The whole bot in this process, with the drills installed, and what can be asked of it."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

from bot.domain.clock import Clock
from bot.domain.invocation import State
from bot.domain.notice import RunCard
from bot.main.joining import Bot
from playground.driver import PretendSlack
from playground.model import Person
from playground.screen import SeenMessage
from tests.scenarios.operations import RULES
from tests.world import World, world


def drilled(
    folder: Path, clock: Clock | None = None, **more: Any
) -> AbstractAsyncContextManager[World]:
    """Start the whole bot with the drills and their rules."""
    return world(folder, clock, alone=True, policy={"paths": (RULES,)}, **more)


@asynccontextmanager
async def drill(here: World, operation: str, **params: str) -> AsyncIterator[None]:
    """Let Ada ask for *operation* in the channel; wait for the end of every run at the end."""
    words = " ".join(f"{name}={value}" for name, value in params.items())
    reply = await here.slack.types(here.ada, f"/ops {operation} {words}", here.ops)
    assert "On it" in reply.text, reply.text
    yield
    await end_of_all(here.bot)


async def end_of_all(bot: Bot) -> list[RunCard]:
    """Wait until every run has ended; return the last picture of each."""
    going = await bot.kept.book.in_state({State.ACCEPTED, State.RUNNING})
    last: list[RunCard] = []
    for run in going:
        shown = [card async for card in bot.desk.follow(run.id)]
        last.append(shown[-1])
    return last


def in_channel(slack: PretendSlack, person: Person) -> list[SeenMessage]:
    """Return the messages of the bot that everybody in the channel sees, as *person* sees them."""
    return [m for m in slack.sees(person).messages if not m.ephemeral]


async def reads(here: World, person: Person, words: str, within: float = 20) -> None:
    """Wait until *person* reads *words*."""
    await here.slack.until(lambda: words in here.slack.sees(person).text, within)


async def gets(bot: Bot, path: str) -> tuple[int, str]:
    """Ask the bot's web app for *path*; return status and body."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b""}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": path, "headers": [], "query_string": b""}
    await bot.app(scope, receive, send)
    return sent[0]["status"], b"".join(m.get("body", b"") for m in sent).decode()
