"""Several senders on one real store say everything once, in order, whoever dies meanwhile."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import pytest
from typing_extensions import override

from audit.sealing import Sealer
from bot.domain.notice import Audience
from bot.pipeline.protocols import Entry
from bot.store.book import SqlBook
from bot.store.database import Store
from bot.store.outbox import SqlOutbox
from integrations.slack.client import SlackClient
from integrations.slack.outbox import Post
from integrations.slack.sender import Sender
from playground.driver import PretendSlack
from playground.model import Channel
from tests.clock import CorrectedClock
from tests.slack.office import drawn
from tests.store.samples import KEY, asking, note


@dataclass
class Replica:
    """One process's sender, and the book by which it drafts."""

    store: Store
    outbox: SqlOutbox
    book: SqlBook
    sender: Sender
    clock: CorrectedClock

    async def opened(self, slack: PretendSlack, place: Channel, key: str) -> str:
        """Open an asking in *place* that says nothing yet."""
        opening = asking(self.clock, key)
        there = {"channel": place.id, "team": slack.team_id, "response_url": None}
        origin = opening.invocation.origin.model_copy(update=there)
        row = replace(opening.invocation, origin=origin)
        quiet = replace(opening, invocation=row, entry=Entry())
        assert await self.book.open(quiet, within=5) is None
        return row.id

    async def says(self, of: str, slot: str, text: str) -> None:
        """Draft *text* in *slot* of the asking *of*."""
        await self.book.write(of, Entry(drafts=(note(slot, text, Audience.CHANNEL),)))

    async def waiting(self) -> int:
        """Return how many messages wait, by the store."""
        count, _ = await self.outbox.waiting(self.clock.now())
        return count


class Dying(SqlOutbox):
    """The outbox of a process that ends just before it can note what it said."""

    def __init__(self, store: Store, owner: str) -> None:
        super().__init__(store, owner)
        self.dies = asyncio.Event()

    @override
    async def sent(self, post: Post, channel: str, ts: str) -> None:
        """Note nothing, and do nothing any more."""
        self.dies.set()
        await asyncio.Event().wait()


@asynccontextmanager
async def replica(
    url: str,
    owner: str,
    client: SlackClient,
    clock: CorrectedClock,
    sort: type[SqlOutbox] = SqlOutbox,
) -> AsyncIterator[Replica]:
    store = await Store.open(url, clock=clock, key=KEY)
    outbox = sort(store, owner)
    sender = Sender(outbox, client, drawn, clock)
    await sender.start()
    book = SqlBook(store, Sealer(KEY), outbox.drafted)
    yield Replica(store, outbox, book, sender, clock)
    await sender.stop(within=1)
    await store.close()


@pytest.fixture
def time() -> CorrectedClock:
    return CorrectedClock()


@pytest.fixture
async def slack(time: CorrectedClock) -> AsyncIterator[PretendSlack]:
    async with PretendSlack.open(clock=time) as opened:
        yield opened


@pytest.fixture
async def three(
    database: str, client: SlackClient, time: CorrectedClock
) -> AsyncIterator[Sequence[Replica]]:
    async with (
        replica(database, "one", client, time) as one,
        replica(database, "two", client, time) as two,
        replica(database, "three", client, time) as three,
    ):
        yield one, two, three


async def all_sent(replicas: Sequence[Replica]) -> None:
    async with asyncio.timeout(30):
        while await replicas[0].waiting():
            await asyncio.sleep(0.05)
            # Not faster, lest a busy machine's calls seem to outlast their claims.
            replicas[0].clock.pass_(0.25)


async def test_three_senders_say_everything_once_and_in_order(
    three: Sequence[Replica], slack: PretendSlack
) -> None:
    slack.workspace.faults.lossy("chat.postMessage", times=2)
    places = [slack.channel(f"ops{number}") for number in range(4)]
    for place in places:
        of = await three[0].opened(slack, place, place.id)
        for number in range(9):
            await three[number % 3].says(of, f"slot{number}", str(number))
    await all_sent(three)

    said = {p.id: [m.text for m in slack.workspace.messages if m.channel == p.id] for p in places}
    assert said == {place.id: [str(number) for number in range(9)] for place in places}


async def test_versions_drafted_by_all_end_with_the_newest(
    three: Sequence[Replica], slack: PretendSlack
) -> None:
    of = await three[0].opened(slack, slack.channel("ops"), "one run")
    for number in range(30):
        await three[number % 3].says(of, "card", str(number))
    await all_sent(three)

    assert [m.text for m in slack.workspace.messages] == ["29"]


async def test_what_one_said_and_did_not_note_when_it_died_another_finds(
    database: str, client: SlackClient, slack: PretendSlack, time: CorrectedClock
) -> None:
    async with (
        replica(database, "one", client, time, Dying) as one,
        replica(database, "two", client, time) as two,
    ):
        assert isinstance(one.outbox, Dying)
        of = await one.opened(slack, slack.channel("ops"), "one run")
        await one.says(of, "card", "Running.")
        await one.outbox.dies.wait()
        await one.sender.stop(within=0)
        (said,) = slack.workspace.messages
        time.pass_(31)
        await two.says(of, "card", "Done.")
        await all_sent([two])

    assert [(m.ts, m.text) for m in slack.workspace.messages] == [(said.ts, "Done.")]
    assert "conversations.history" in [call.method for call in slack.workspace.calls]
