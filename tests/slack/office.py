"""A running sender between a shelf and a pretend workspace."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.domain.invocation import Origin, Surface
from bot.domain.notice import Note
from bot.domain.result import File
from integrations.slack.client import SlackClient
from integrations.slack.delivery import Rendered
from integrations.slack.outbox import Outbox, Post
from integrations.slack.sender import Sender
from playground.driver import PretendSlack
from playground.model import Channel, Message, Person
from playground.permits import ResponseAddress
from tests.clock import SetClock
from tests.slack.outbox import Shelf


def drawn(post: Post) -> Rendered:
    """Draw the words alone; words that end in `+file` come with one."""
    text = post.notice.message if isinstance(post.notice, Note) else ""
    block = {"type": "section", "text": {"type": "mrkdwn", "text": text}}
    files = (File(name="rows.csv", content=b"a,b"),) if text.endswith("+file") else ()
    blocks = [{"type": "nonsense"}] if text == "bad blocks" else [block]
    return Rendered({"text": text, "blocks": blocks} if text else {}, files)


@dataclass
class Office:
    """A running sender between a shelf and a workspace."""

    slack: PretendSlack
    shelf: Shelf
    clock: SetClock
    sender: Sender
    ada: Person
    ops: Channel

    def at(self, channel: Channel | None = None, response_url: str | None = None) -> Origin:
        return Origin(
            surface=Surface.SLACK,
            team=self.slack.team_id,
            user=self.ada.id,
            channel=(channel or self.ops).id,
            response_url=response_url,
        )

    def address(self, *, uses: int = 0) -> str:
        address = ResponseAddress(self.ada.id, self.ops.id, self.clock.now(), uses=uses)
        token = self.slack.workspace.permits.address(address)
        return f"{self.slack.api_url.removesuffix('/api/')}/response/{token}"

    def said(self) -> list[Message]:
        return self.slack.workspace.messages

    def calls(self, method: str) -> int:
        return sum(call.method == method for call in self.slack.workspace.calls)

    async def until(self, seen: Callable[[], object]) -> None:
        """Wait until *seen* is true, asked again at every change of shelf or workspace."""
        while not seen():
            changes = [self.shelf.changed(), self.slack.workspace.changed()]
            tasks = [asyncio.ensure_future(change) for change in changes]
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in tasks:
                task.cancel()

    async def all_sent(self) -> None:
        await self.until(self.shelf.is_sent)


@asynccontextmanager
async def sending(client: SlackClient, clock: SetClock, outbox: Outbox) -> AsyncIterator[Sender]:
    sender = Sender(outbox, client, drawn, clock)
    await sender.start()
    yield sender
    await sender.stop(within=1)
