"""The Socket Mode side of the workspace: a server of connections, and what can go wrong with it."""

import asyncio
import json
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import asynccontextmanager, suppress
from random import Random
from typing import Any

from aiohttp import web

from playground.envelopes import Ack, NoAck, Reason, acked, envelope, hello
from playground.errors import SlackError
from playground.http import Answer
from playground.link import Link
from playground.server import listening
from playground.workspace import Workspace

LIMIT = 10
"""Connections of one app at a time (docs.slack.dev: using-socket-mode)."""


class Links:
    """All connections of the app. A method that takes *which* means all open ones without it."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.copies = 1
        """On how many connections each envelope goes out; the first ack is the reply."""

        self.linger = 10.0
        """Seconds from the announcement to the end (docs.slack.dev: using-socket-mode)."""

        self.ping_every = 10.0
        """Seconds between Slack's own pings, for connections opened from now on."""

        self.acks: list[Ack] = []
        """Every ack, also the late ones and those of further copies."""

        self.enabled = True
        """Whether Socket Mode is switched on for the app."""

        self._links: list[Link] = []
        self._opened = self._sent = 0
        self._waiting: dict[str, asyncio.Future[Answer]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._dice = Random(1)  # noqa: S311  Chance, not secrecy; seeded, so that runs are alike.

    @property
    def current(self) -> list[Link]:
        """The open connections, oldest first."""
        return list(self._links)

    @property
    def open(self) -> int:
        """How many connections are open."""
        return len(self._links)

    async def receive(self, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Deliver to one connection, chosen by chance, and wait for the ack.

        Raises ConnectionError when none is open. See `playground.http.Receiver`.
        """
        chosen = self._chosen()
        if not chosen:
            raise ConnectionError("No connection is open.")
        self._sent += 1
        frame = envelope(f"00000000-0000-4000-8000-{self._sent:012d}", body, headers)
        answer = asyncio.get_running_loop().create_future()
        self._waiting[frame["envelope_id"]] = answer
        for link in chosen:
            link.given[frame["envelope_id"]] = frame
        try:
            await asyncio.gather(*(link.send(frame) for link in chosen))
            result: Answer = await answer
        finally:
            del self._waiting[frame["envelope_id"]]
        return result

    def _chosen(self) -> list[Link]:
        ready = [link for link in self._links if not link.leaving]
        return self._dice.sample(ready, min(self.copies, len(ready)))

    # What can go wrong.

    async def refresh(self, *which: Link, reason: Reason = "refresh_requested") -> None:
        """Ask for fresh connections. The old ones still get envelopes, as long as they are open.

        They are closed `linger` seconds later or by `retire`: they get nothing new, what is on its
        way may still be acked (for at most three seconds), then the close frame goes out.
        """
        for link in which or self.current:
            await link.tell(reason)
            self._start(self._retire_later(link))
        self.workspace.notify()

    async def retire(self, *which: Link) -> None:
        """Close now, in order, the connections that were asked to refresh."""
        told = [link for link in which or self.current if link.told]
        await asyncio.gather(*(self._retire(link) for link in told))

    def freeze(self, *which: Link) -> None:
        """Let connections swallow everything, answering no ping, with TCP still open."""
        for link in which or self.current:
            link.freeze()

    def thaw(self, *which: Link) -> None:
        """Let frozen connections work again; what they swallowed is lost."""
        for link in which or self.current:
            link.thaw()

    def cut(self, *which: Link) -> None:
        """Break connections without a close frame."""
        for link in which or self.current:
            link.cut()

    async def disable(self) -> None:
        """Switch Socket Mode off: all connections end, and new ones are told so in place of hello.

        Set `enabled` to switch it on again.
        """
        self.enabled = False
        await asyncio.gather(*(link.refuse("link_disabled") for link in self.current))

    async def _retire_later(self, link: Link) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(link.gone.wait(), self.linger)
        await self._retire(link)

    async def _retire(self, link: Link) -> None:
        link.leaving = True
        on_their_way = [self._waiting[one] for one in link.given if one in self._waiting]
        if on_their_way and not link.frozen:
            await asyncio.wait(on_their_way, timeout=3)
        await link.close()

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # What comes in.

    async def connected(self, request: web.BaseRequest) -> web.StreamResponse:
        """Take one connection to the URL that apps.connections.open gave, until it ends."""
        try:
            self.workspace.permits.use_ticket(request.query.get("ticket", ""))
        except SlackError as refused:
            self.workspace.complain(f"socket: {refused.error}")
            return web.Response(status=400, text=refused.error)
        taken = web.WebSocketResponse(autoping=False, autoclose=False, compress=False, timeout=1)
        await taken.prepare(request)
        self._opened += 1
        link = Link(self._opened, request, taken)
        if not self.enabled:
            await link.refuse("link_disabled")
        elif self.open >= LIMIT:
            # It is the newcomer that is turned away: slackapi/python-slack-sdk issue 1940.
            await link.refuse("too_many_websockets")
        else:
            await self._keep(link)
        return taken

    async def _keep(self, link: Link) -> None:
        self._links.append(link)
        self.workspace.notify()

        def heard(frame: str) -> None:
            try:
                self._acked(link, *acked(frame))
            except NoAck as bad:
                self.workspace.complain(f"socket: {bad}")

        try:
            await link.send(hello(self.workspace.app_id, self.open))
            await link.listen(heard, self.ping_every)
        finally:
            self._links.remove(link)
            self.workspace.notify()
        await link.part()

    def _acked(self, link: Link, envelope_id: str, payload: dict[str, Any] | None) -> None:
        frame = link.given.pop(envelope_id, None)
        if frame is None:
            raise NoAck(f"{envelope_id} was acked on a connection that did not get it, or twice")
        self.acks.append(Ack(link.number, envelope_id, payload))
        waiting = self._waiting.get(envelope_id)
        if payload is not None and not frame["accepts_response_payload"]:
            self.workspace.complain(f"socket: the ack of {frame['type']} has a payload")
            payload = None
        if waiting is not None and not waiting.done():
            body = "" if payload is None else json.dumps(payload)
            waiting.set_result(Answer(200, body.encode()))
        self.workspace.notify()

    def close(self) -> None:
        """End everything at once."""
        for task in self._tasks:
            task.cancel()
        self.cut()


@asynccontextmanager
async def serve_links(links: Links) -> AsyncIterator[str]:
    """Serve *links* on a free port of 127.0.0.1 and yield the URL up to the path."""
    app = web.Server(links.connected, access_log=None)
    listener = listening()
    server = await asyncio.get_running_loop().create_server(app, sock=listener)
    try:
        yield f"ws://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.close()
        links.close()
        await app.shutdown(1)
        await server.wait_closed()
