"""Connections that are refreshed, cut, frozen, refused: nothing is lost that could be kept."""

import asyncio
import random
from collections import Counter
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from typing_extensions import override

from bot.domain.clock import SystemClock
from bot.slack.socket_link import Rhythm
from bot.slack.sockets import Sockets
from integrations.slack.client import SlackClient
from playground.delivery import Reply
from playground.driver import PretendSlack
from tests.clock import CorrectedClock
from tests.slack.socketry import QUICK, Answering, command, sockets_to, until

CLOCK = SystemClock()


class Load:
    """Commands without a pause, from a few people at once, until told to stop."""

    def __init__(self, slack: PretendSlack, sockets: Sockets) -> None:
        self.replies: list[Reply] = []
        self.least_open = sockets.open
        self._slack = slack
        self._sockets = sockets
        self._done = asyncio.Event()

    async def person(self, _number: int) -> None:
        """Type one command after the other."""
        while not self._done.is_set():
            reply = await self._slack.courier.form(command("text", len(self.replies)))
            self.replies.append(reply)
            self.least_open = min(self.least_open, self._sockets.open, self._slack.links.open)

    async def during(self, refreshes: int) -> None:
        """Let Slack ask for *refreshes* fresh connections while people type."""
        async with asyncio.TaskGroup() as people:
            for number in range(4):
                people.create_task(self.person(number))
            try:
                for number in range(refreshes):
                    await self._refresh(number)
            finally:
                self.stop()

    def stop(self) -> None:
        """Let everybody finish the command they are at."""
        self._done.set()

    async def _refresh(self, number: int) -> None:
        """Ask one connection to be replaced, close it some time later, and see it replaced."""
        links = self._slack.links
        one = random.Random(number).choice(links.current)  # noqa: S311  It is seeded.
        newest = max(link.number for link in links.current)
        await links.refresh(one, reason=("warning", "refresh_requested")[number % 2])
        await until(lambda: any(link.number > newest for link in links.current))
        await links.retire(one)
        await until(lambda: one not in links.current and self._sockets.open == 2)


async def refreshed(slack: PretendSlack, client: SlackClient, times: int) -> Load:
    async with sockets_to(slack, client) as (sockets, _):
        load = Load(slack, sockets)
        await load.during(times)
    return load


async def test_nothing_is_lost_in_fifty_refreshes_under_load(
    slack: PretendSlack, client: SlackClient
) -> None:
    load = await refreshed(slack, client, 50)

    assert {reply.trouble for reply in load.replies} == {""}
    assert load.least_open >= 1
    assert len(load.replies) > 50
    assert slack.workspace.complaints == []


@pytest.mark.soak
@pytest.mark.timeout(300)
async def test_nothing_is_lost_in_a_thousand_refreshes_under_load(
    slack: PretendSlack, client: SlackClient
) -> None:
    load = await refreshed(slack, client, 1000)

    assert {reply.trouble for reply in load.replies} == {""}
    assert load.least_open >= 1
    assert slack.workspace.complaints == []


async def test_refreshes_asked_for_all_at_once_and_over_again_stay_below_slacks_limit(
    slack: PretendSlack, client: SlackClient
) -> None:
    slack.links.linger = 1
    most = 0
    async with sockets_to(slack, client) as (sockets, _):
        replies = []
        for _ in range(150):
            await slack.links.refresh()
            replies.append(await slack.courier.form(command()))
            most = max(most, slack.links.open)
            await CLOCK.sleep(0.01)
        await until(lambda: slack.links.open == sockets.open == 2)

    assert {reply.trouble for reply in replies} == {""}
    assert most <= 8


async def test_a_connection_that_slack_forgets_to_close_is_closed(
    slack: PretendSlack, client: SlackClient
) -> None:
    async with sockets_to(slack, client, replace(QUICK, linger=0.1)):
        old = slack.links.current
        await slack.links.refresh()
        await until(lambda: not set(old) & set(slack.links.current))
        left = slack.links.open

    assert left == 2


class Metronome(SystemClock):
    """Counts who waited how often for *beat* seconds: a connection does between two pings."""

    def __init__(self, beat: float) -> None:
        self.beats: Counter[asyncio.Task[Any] | None] = Counter()
        self._beat = beat

    @override
    async def sleep(self, seconds: float) -> None:
        """See `Clock.sleep`."""
        if seconds == self._beat:
            self.beats[asyncio.current_task()] += 1
        await super().sleep(seconds)


async def noticed(slack: PretendSlack, client: SlackClient, rhythm: Rhythm) -> list[int]:
    """Freeze both connections; return how many pings each waited for from then on."""
    clock = Metronome(rhythm.ping)
    async with sockets_to(slack, client, rhythm, clock) as (sockets, _):
        await until(lambda: len(clock.beats) == 2)
        frozen, before = slack.links.current, Counter(clock.beats)
        slack.links.freeze()
        await until(lambda: len(set(slack.links.current) - set(frozen)) == sockets.open == 2, 20)
        waited = [clock.beats[one] - beats for one, beats in before.items()]
        slack.links.thaw(*frozen)
        slack.links.cut(*frozen)
        await until(lambda: slack.links.open == 2)
        after = [await slack.courier.form(command()) for _ in range(4)]
    assert [reply.ok for reply in after] == [True] * 4
    return waited


async def test_silence_is_noticed_within_three_pings_and_everything_rebuilt(
    slack: PretendSlack, client: SlackClient
) -> None:
    # The ping that was on its way is the first of three.
    assert max(await noticed(slack, client, QUICK)) <= 2


@pytest.mark.soak
async def test_silence_is_noticed_in_under_ten_seconds(
    slack: PretendSlack, client: SlackClient
) -> None:
    assert (max(await noticed(slack, client, Rhythm())) + 1) * Rhythm().ping < 10


async def test_while_one_is_silent_the_other_goes_on(
    slack: PretendSlack, client: SlackClient
) -> None:
    async with sockets_to(slack, client) as (sockets, _):
        slack.links.freeze(slack.links.current[0])
        await until(lambda: sockets.open == 1)
        trouble = sockets.trouble()
        await until(lambda: sockets.open == 2)

    assert trouble is None


async def test_a_quiet_connection_is_not_a_dead_one_on_either_side(
    slack: PretendSlack, client: SlackClient
) -> None:
    slack.links.ping_every = 0.1
    async with sockets_to(slack, client) as (sockets, _):
        before = slack.links.current
        await CLOCK.sleep(5 * QUICK.ping)
        after = slack.links.current
        await until(lambda: sockets.silence() < 2 * QUICK.ping)

    assert after == before


async def test_a_process_that_stood_still_does_not_drop_what_is_sound(
    slack: PretendSlack, client: SlackClient
) -> None:
    clock = CorrectedClock()
    async with sockets_to(slack, client, clock=clock):
        before = slack.links.current
        clock.pass_(3600)
        await CLOCK.sleep(2 * QUICK.ping)
        after = slack.links.current

    assert after == before


async def test_what_is_cut_is_opened_again(slack: PretendSlack, client: SlackClient) -> None:
    async with sockets_to(slack, client) as (sockets, _):
        slack.links.cut()
        await until(lambda: sockets.open == 0)
        trouble = sockets.trouble()
        await until(lambda: slack.links.open == sockets.open == 2)
        reply = await slack.courier.form(command())

    assert trouble == "The connections to Slack broke. They are opened again by themselves."
    assert reply.ok


async def test_an_ack_whose_connection_is_gone_goes_nowhere(
    slack: PretendSlack, client: SlackClient
) -> None:
    async with sockets_to(slack, client) as (sockets, answering), asyncio.TaskGroup() as tasks:
        lost = tasks.create_task(slack.courier.form(command("wait")))
        await until(lambda: answering.working == 1)
        slack.links.cut()
        await until(lambda: sockets.open == 0)
        await until(lambda: slack.links.open == sockets.open == 2)
        answering.go_on.set()
        after = await slack.courier.form(command())

    assert lost.result().trouble == "operation_timeout"
    assert after.ok
    assert len(slack.links.acks) == 1
    assert slack.workspace.complaints == []


@pytest.mark.parametrize("fault", ["down", "server_error", "lossy"])
async def test_while_slack_opens_nothing_it_is_asked_until_it_does(
    slack: PretendSlack, client: SlackClient, fault: str
) -> None:
    async with sockets_to(slack, client) as (sockets, _):
        getattr(slack.workspace.faults, fault)("apps.connections.open")
        slack.links.cut()
        await until(lambda: "apps.connections.open" in (sockets.trouble() or ""))
        slack.workspace.faults.clear()
        await until(lambda: sockets.open == 2)
        reply = await slack.courier.form(command())

    assert reply.ok


async def test_slacks_wish_for_a_pause_is_granted(slack: PretendSlack, client: SlackClient) -> None:
    async with sockets_to(slack, client) as (sockets, _):
        slack.workspace.faults.rate_limit("apps.connections.open", times=2, retry_after=1)
        begun = CLOCK.monotonic()
        slack.links.cut()
        await until(lambda: "no more calls" in (sockets.trouble() or ""))
        await until(lambda: sockets.open > 0)

    assert CLOCK.monotonic() - begun > 1


async def test_draining_sends_the_acks_that_are_on_their_way(
    slack: PretendSlack, client: SlackClient
) -> None:
    async with sockets_to(slack, client) as (sockets, answering), asyncio.TaskGroup() as tasks:
        waiting = [tasks.create_task(slack.courier.form(command("wait"))) for _ in range(4)]
        await until(lambda: answering.working == 4)
        draining = tasks.create_task(sockets.drain(2))
        await CLOCK.sleep(0.1)
        meanwhile = await slack.courier.form(command("text"))
        answering.go_on.set()
        await draining
        left = slack.links.open

    assert [task.result().ok for task in waiting] == [True] * 4
    assert meanwhile.ok
    assert left == 0


async def test_draining_waits_no_longer_than_it_may_and_begins_nothing_it_could_not_ack(
    slack: PretendSlack, client: SlackClient
) -> None:
    slack.courier.patience = 0.3
    async with sockets_to(slack, client) as (sockets, answering), asyncio.TaskGroup() as tasks:
        tasks.create_task(slack.courier.form(command("wait")))
        tasks.create_task(slack.courier.form(command("wait")))
        await until(lambda: answering.working == 2)
        async with asyncio.timeout(10):
            draining = tasks.create_task(sockets.drain(1))
            await CLOCK.sleep(0.7)
            late = [await slack.courier.form(command()) for _ in range(2)]
            await draining
        working = answering.working

    # They would be worked at for ever.
    assert working == 2
    assert [reply.ok for reply in late] == [False, False]
    assert len(answering.got) == 2


async def test_what_one_process_leaves_another_takes_and_nothing_unacked_is_begun(
    slack: PretendSlack, client: SlackClient
) -> None:
    slack.deliver_by_socket()
    here, there = Answering(), Answering()
    url = partial(client.socket_url, slack.app_token)
    staying = Sockets(there, url, CLOCK, rhythm=QUICK)
    leaving = Sockets(here, url, CLOCK, rhythm=QUICK)
    await leaving.start()
    await staying.start()
    await until(lambda: slack.links.open == 4)
    load = Load(slack, staying)
    async with asyncio.TaskGroup() as people:
        people.create_task(load.person(1))
        await until(lambda: len(load.replies) > 20)
        await leaving.drain(2)
        drained = len(load.replies) + 1
        await until(lambda: len(load.replies) > drained + 20)
        load.stop()
    await staying.close()

    # A command may cross with the close frame: Slack then says so to the person.
    assert len(here.got) + len(there.got) == sum(reply.ok for reply in load.replies)
    assert {reply.trouble for reply in load.replies[drained:]} == {""}
    assert leaving.trouble() == (
        "The connections to Slack are closed. The bot is stopping; start it again."
    )
