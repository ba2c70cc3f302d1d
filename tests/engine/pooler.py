"""A pooler in transaction mode, as small as can be: a server's session serves whoever comes next.

It speaks just enough of PostgreSQL's protocol (postgresql.org/docs/18/protocol-flow.html).
"""

import contextlib
import queue
import socket
import socketserver
import struct
import threading
from collections.abc import Iterator
from typing import Protocol

from typing_extensions import override

TERMINATE, READY = b"X", b"Z"
ASKS_FOR_AN_ANSWER = (b"Q", b"S")
NOT_ENCRYPTED = (80877103, 80877104)
AUTHENTICATED = b"R" + struct.pack("!ii", 8, 0)
IDLE = READY + struct.pack("!i", 5) + b"I"


class Readable(Protocol):
    """What bytes come from."""

    def read(self, size: int, /) -> bytes: ...


class Backend:
    """A session of the server behind *path*, begun as *startup* says."""

    def __init__(self, path: str, startup: bytes) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(path)
        self.wire = self._socket.makefile("rwb")
        self.wire.write(startup)
        self.greeting = self.answer()

    def answer(self) -> list[bytes]:
        """Read up to where the server is ready again."""
        self.wire.flush()
        messages = [message(self.wire)]
        while not messages[-1].startswith(READY):
            messages.append(message(self.wire))
        return messages

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self.wire.close()
        self._socket.close()


def message(wire: Readable) -> bytes:
    """Read one message, its kind first."""
    kind, length = wire.read(1), wire.read(4)
    if not length:
        raise EOFError
    return kind + length + wire.read(struct.unpack("!i", length)[0] - 4)


class Client(socketserver.StreamRequestHandler):
    """One client, which believes to have a session of its own."""

    server: "Pooler"

    @override
    def handle(self) -> None:
        with contextlib.suppress(EOFError, OSError, struct.error):
            startup = self.startup()
            greeting = self.server.first(startup).greeting
            self.wfile.write(AUTHENTICATED)
            self.wfile.write(b"".join(part for part in greeting if part[:1] == b"S"))
            self.wfile.write(b"K" + struct.pack("!iii", 12, 1, 1) + IDLE)
            while self.transaction():
                pass

    def startup(self) -> bytes:
        while True:
            length = self.rfile.read(4)
            body = self.rfile.read(struct.unpack("!i", length)[0] - 4)
            if struct.unpack("!i", body[:4])[0] not in NOT_ENCRYPTED:
                return length + body
            self.wfile.write(b"N")

    def transaction(self) -> bool:
        asked = message(self.rfile)
        if asked.startswith(TERMINATE):
            return False
        with self.server.lent() as backend:
            while True:
                backend.wire.write(asked)
                if asked[:1] in ASKS_FOR_AN_ANSWER:
                    answer = backend.answer()
                    self.wfile.write(b"".join(answer))
                    if answer[-1] == IDLE:
                        return True
                asked = message(self.rfile)


class Pooler(socketserver.ThreadingTCPServer):
    """Listens on 127.0.0.1 and has *size* sessions of the server whose socket is *path*."""

    daemon_threads = True

    def __init__(self, path: str, size: int = 2) -> None:
        super().__init__(("127.0.0.1", 0), Client)
        self._path = path
        self._size = size
        self._opening = threading.Lock()
        self._backends: list[Backend] = []
        # The one that was given back last is lent first, as PgBouncer does by default.
        self._free: queue.LifoQueue[Backend] = queue.LifoQueue()

    def first(self, startup: bytes) -> Backend:
        """Open all sessions when the first client comes, and return one of them."""
        with self._opening:
            while len(self._backends) < self._size:
                self._backends.append(Backend(self._path, startup))
                self._free.put(self._backends[-1])
        return self._backends[0]

    @contextlib.contextmanager
    def lent(self) -> Iterator[Backend]:
        backend = self._free.get(timeout=10)
        try:
            yield backend
        finally:
            self._free.put(backend)

    @override
    def server_close(self) -> None:
        super().server_close()
        for backend in self._backends:
            backend.close()


@contextlib.contextmanager
def pooled(url: str, size: int = 2) -> Iterator[str]:
    """Put a pooler before the database at *url*, and yield its own URL."""
    there, _, folder = url.partition("?host=")
    with Pooler(f"{folder}/.s.PGSQL.5432", size) as pooler:
        serving = threading.Thread(target=pooler.serve_forever, args=(0.01,))
        serving.start()
        try:
            port = pooler.server_address[1]
            yield there.replace("postgres@/", f"postgres@127.0.0.1:{port}/")
        finally:
            pooler.shutdown()
            serving.join()
