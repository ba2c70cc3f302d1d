"""A claim is made longer while it is needed, and what is no longer ours is left alone."""

import asyncio
from collections.abc import Sequence

import pytest
from typing_extensions import override

from bot.domain.clock import Clock
from bot.domain.invocation import Origin, Surface
from integrations.slack.claims import Claims, NotOurs
from integrations.slack.client import SlackClient
from integrations.slack.lanes import Lane, lanes_of
from integrations.slack.outbox import Post
from playground.driver import PretendSlack
from tests.clock import SetClock
from tests.slack.office import sending
from tests.slack.outbox import Shelf

THRICE = 3


class Counted(Shelf):
    """A shelf that counts how often a claim was made longer."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.holds = 0
        self.held_thrice = asyncio.Event()

    @override
    async def hold(self, post: Post) -> bool:
        """See `Outbox.hold`."""
        self.holds += 1
        if self.holds == THRICE:
            self.held_thrice.set()
        return await super().hold(post)


class Stolen(Shelf):
    """A shelf whose claims are another's before they can be used."""

    def __init__(self, clock: SetClock) -> None:
        super().__init__(clock)
        self.passing = clock
        self.asked = asyncio.Event()

    @override
    async def claim(self, lanes: Sequence[Sequence[Post]]) -> set[int]:
        """See `Outbox.claim`."""
        won = await super().claim(lanes)
        self.passing.pass_(31)
        self.claimed.clear()
        return won

    @override
    async def hold(self, post: Post) -> bool:
        """See `Outbox.hold`."""
        self.asked.set()
        return await super().hold(post)


@pytest.fixture
def shelf(clock: SetClock) -> Counted:
    return Counted(clock)


async def taken(claims: Claims, shelf: Shelf, clock: SetClock) -> Post:
    """Draft a message, take it, and return it."""
    shelf.draft("Hello.")
    (lane,) = await claims.take(lanes_of(await shelf.unsent(clock.now())))
    return lane.posts[0]


async def test_a_new_claim_is_sure_without_asking(shelf: Counted, clock: SetClock) -> None:
    claims = Claims(shelf, clock)
    post = await taken(claims, shelf, clock)
    clock.pass_(10)

    await claims.hold(post)

    assert shelf.holds == 0


async def test_an_older_claim_is_made_longer_once(shelf: Counted, clock: SetClock) -> None:
    claims = Claims(shelf, clock)
    post = await taken(claims, shelf, clock)
    clock.pass_(11)

    await claims.hold(post)
    await claims.hold(post)

    assert shelf.holds == 1


async def test_what_another_took_meanwhile_is_not_ours(shelf: Counted, clock: SetClock) -> None:
    claims = Claims(shelf, clock)
    post = await taken(claims, shelf, clock)
    clock.pass_(31)
    shelf.claimed.clear()

    with pytest.raises(NotOurs):
        await claims.hold(post)


async def test_what_is_lost_in_the_claiming_is_left_out(shelf: Counted, clock: SetClock) -> None:
    shelf.draft("Hello.")
    posts = await shelf.unsent(clock.now())
    await shelf.claim([posts])
    await shelf.sent(posts[0], "C1", "17.1")

    ours = await Claims(shelf, clock).take([Lane("post:C1", tuple(posts))])

    assert ours == []


async def test_what_was_lost_before_it_could_be_said_is_not_said(
    slack: PretendSlack, client: SlackClient, clock: SetClock
) -> None:
    shelf = Stolen(clock)
    here = Origin(
        surface=Surface.SLACK, team=slack.team_id, user="U1ADA", channel=slack.channel("ops").id
    )
    async with sending(client, clock, shelf):
        shelf.draft("Hello.", origin=here)
        await shelf.asked.wait()

    assert slack.workspace.messages == []


async def test_long_work_keeps_its_claim(shelf: Counted, clock: SetClock) -> None:
    claims = Claims(shelf, clock, renew=0.01)
    post = await taken(claims, shelf, clock)

    async def upload() -> None:
        await shelf.held_thrice.wait()

    async with asyncio.timeout(5):
        await claims.during(post, upload())

    assert shelf.holds >= THRICE


async def test_long_work_on_what_is_lost_is_stopped(shelf: Counted, clock: SetClock) -> None:
    claims = Claims(shelf, clock, renew=0.01)
    post = await taken(claims, shelf, clock)
    stopped = asyncio.Event()

    async def upload() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()

    work = asyncio.create_task(claims.during(post, upload()))
    await asyncio.sleep(0)
    shelf.claimed.clear()

    with pytest.raises(NotOurs):
        await work
    assert stopped.is_set()
