"""A line to PostgreSQL that can swallow the answer to a commit, as a broken network would."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

COMMIT = b"COMMIT\0"


@dataclass
class Line:
    """Listens on *port*; while *loses* it forwards a commit and cuts instead of answering."""

    port: int = 0
    loses: bool = False
    lost: asyncio.Event = field(default_factory=asyncio.Event)


@asynccontextmanager
async def line_to(path: str) -> AsyncIterator[Line]:
    """Forward whoever connects to the server's socket at *path*."""
    line, open_now = Line(), set[asyncio.StreamWriter]()

    async def serve(asks: asyncio.StreamReader, client: asyncio.StreamWriter) -> None:
        answers, server = await asyncio.open_unix_connection(path)
        open_now.update({client, server})
        committing = asyncio.Event()
        back = asyncio.create_task(_back(answers, client, line, committing))
        while asked := await asks.read(65536):
            if line.loses and COMMIT in asked:
                committing.set()
            server.write(asked)
        server.close()
        await back

    listener = await asyncio.start_server(serve, "127.0.0.1", 0)
    line.port = listener.sockets[0].getsockname()[1]
    try:
        yield line
    finally:
        listener.close()
        for each in open_now:
            each.close()
        await listener.wait_closed()


async def _back(
    answers: asyncio.StreamReader,
    client: asyncio.StreamWriter,
    line: Line,
    committing: asyncio.Event,
) -> None:
    while answer := await answers.read(65536):
        if committing.is_set():
            line.lost.set()
            break
        client.write(answer)
    client.close()
