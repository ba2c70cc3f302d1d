"""A web server on loopback that starts and stops within milliseconds."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from typing_extensions import override
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState


class _Droppable(HttpToolsProtocol):
    """Lets an app close the connection without an answer, which ASGI itself cannot say."""

    @override
    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = {"redbutton.drop": {"now": self.transport.abort}}


def listening(port: int = 0) -> socket.socket:
    """Return a socket bound to *port* of 127.0.0.1; 0 takes a free one."""
    # `socket.create_server` leaves the protocol unnamed, and asyncio then does not switch off
    # Nagle's algorithm: each answer on a kept connection would wait 40 ms for an acknowledgement.
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.bind(("127.0.0.1", port))
    return made


@asynccontextmanager
async def serve(app: Any, port: int = 0) -> AsyncIterator[int]:
    """Serve the ASGI *app* on 127.0.0.1 and yield the port; *port* 0 takes a free one."""
    # uvicorn's own `serve` polls ten times a second and installs signal handlers, so that each
    # test would pay 0.2 s; its protocol class is all that is needed here.
    config = uvicorn.Config(
        app, http=_Droppable, ws="none", lifespan="off", log_config=None, access_log=False
    )
    config.load()
    state = ServerState()
    listener = listening(port)
    server = await asyncio.get_running_loop().create_server(
        lambda: _Droppable(config=config, server_state=state, app_state={}), sock=listener
    )
    try:
        yield listener.getsockname()[1]
    finally:
        server.close()
        for connection in list(state.connections):
            connection.shutdown()
        for task in list(state.tasks):
            task.cancel()
        await asyncio.gather(*state.tasks, return_exceptions=True)
        await server.wait_closed()
