"""A second bot in a process of its own: kept from test to test, for its imports take a second.

`python -m tests.second` reads a line of JSON (`environ`, `path`), serves a bot until the next line,
says `ended`, and waits for another.
"""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from bot import logs
from bot.http.server import serve
from bot.main.running import running
from bot.settings import Settings

ROOT = Path(__file__).parents[1]


class Second:
    """The process, as a test sees it. Started when it is first needed."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None

    @asynccontextmanager
    async def serves(
        self, environ: Mapping[str, str], path: Sequence[str], log: Path
    ) -> AsyncIterator[str]:
        """Serve a bot by *environ*, with *path* before its own; yield where it takes requests."""
        told = {"environ": dict(environ), "path": list(path), "log": str(log)}
        port = await asyncio.to_thread(self._says, json.dumps(told))
        assert port.startswith("ready "), _told(log)
        try:
            yield f"http://127.0.0.1:{port.removeprefix('ready ')}/slack/events"
        finally:
            ended = await asyncio.to_thread(self._says, "end")
            assert ended == "ended", _told(log)

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()

    def _says(self, line: str) -> str:
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.second"],
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()
        return self._process.stdout.readline().strip()


def _told(log: Path) -> str:
    return log.read_text("utf-8") if log.exists() else "It wrote no log."


SECOND = Second()


def main() -> None:
    """Serve one bot after the other."""
    logs.configure("INFO")
    for line in sys.stdin:
        told = json.loads(line)
        os.environ.clear()
        os.environ.update(told["environ"])
        before = list(sys.path)
        sys.path[:0] = told["path"]
        with Path(told["log"]).open("ab") as log:
            # The log of each test stands in its own folder.
            os.dup2(log.fileno(), sys.stderr.fileno())
        asyncio.run(_serve(Settings.load()))
        sys.path[:] = before
        _say("ended")


async def _serve(settings: Settings) -> None:
    stopping = asyncio.Event()

    async def end() -> None:
        await asyncio.to_thread(sys.stdin.readline)
        stopping.set()

    async with running(settings) as bot:
        ending = asyncio.create_task(end())
        await serve(bot.app, settings.host, 0, lambda port: _say(f"ready {port}"), stopping)
        await ending


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
