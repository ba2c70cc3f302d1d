"""Processes that are born with everything imported: forked off one that did so once.

To import a bot is most of what its start costs. `python -m tests.nursery FD` imports it, and then
makes a child of itself for each asking that comes by the socket FD: with the words, the folder, the
environment and the streams of `python -m MODULE`, and a process id that can be killed.
"""

import asyncio
import gc
import importlib
import json
import os
import runpy
import selectors
import signal
import socket
import subprocess
import sys
import time
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from signal import SIGINT, SIGKILL, SIGTERM
from typing import IO, Any, NoReturn

ROOT = Path(__file__).parents[1]
AHEAD = (
    *("alembic.command", "bot.cli.app", "bot.main.demo", "bot.main.house", "bot.main.known"),
    *("bot.main.looking", "bot.main.moving", "bot.main.records", "bot.main.replaying"),
    *("bot.main.serving", "bot.main.visiting", "bot.slack.manifest"),
)
"""What is imported before any child is born."""

AT_START = ("LANG", "LC_", "PYTHONDEV", "PYTHONHASH", "PYTHONIO", "PYTHONUTF8", "PYTHONWARN")
"""How the variables begin that an interpreter reads at its start, and never again."""

STANDARD = (("stdin", "r", -1), ("stdout", "w", -1), ("stderr", "w", 1))

LONGEST = 1 << 18
"""Bytes of one asking: an environment may be long."""

Stream = int | IO[bytes]


class Born:
    """A child, with what is needed of an `asyncio.subprocess.Process`."""

    def __init__(
        self,
        pid: int,
        held: int | None,
        stdout: asyncio.StreamReader | None,
        stderr: asyncio.StreamReader | None,
        line: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self.stdout, self.stderr = stdout, stderr
        self._held = held
        self._ended = asyncio.create_task(self._ends(line, writer))

    async def _ends(self, line: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # A nursery that is gone took its children with it.
        self.returncode = int(await line.readline() or -SIGKILL)
        self._close_input()
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()

    def _close_input(self) -> None:
        if self._held is not None:
            os.close(self._held)
            self._held = None

    async def wait(self) -> int:
        """Return how it ended, once it has."""
        await asyncio.shield(self._ended)
        assert self.returncode is not None
        return self.returncode

    def send_signal(self, signal: int) -> None:
        """Send it a signal, if it still lives."""
        if self.returncode is None:
            # It may have ended, and nobody been told yet.
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal)

    def terminate(self) -> None:
        """Tell it to stop."""
        self.send_signal(SIGTERM)

    def kill(self) -> None:
        """Kill it with -9."""
        self.send_signal(SIGKILL)

    async def communicate(self) -> tuple[bytes, bytes]:
        """Close its input, and return all that it says until it ends."""
        self._close_input()
        out, err = await asyncio.gather(_all_of(self.stdout), _all_of(self.stderr))
        await self.wait()
        return out, err


async def _all_of(stream: asyncio.StreamReader | None) -> bytes:
    return b"" if stream is None else await stream.read()


Process = Born | asyncio.subprocess.Process


class Nursery:
    """Where children are born. It is opened when the first is asked for."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._door: socket.socket | None = None

    async def born(
        self,
        words: Sequence[str],
        *,
        cwd: Path,
        env: Mapping[str, str],
        stdin: Stream = DEVNULL,
        stdout: Stream = DEVNULL,
        stderr: Stream = DEVNULL,
    ) -> Process:
        """Start what `python -m` *words* starts, in a process that has imported it already."""
        if not _may_be_born(env):
            return await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", *words),
                cwd=cwd,
                env=env,
                stdin=stdin,
                stdout=stdout,
                stderr=stderr,
            )
        with ExitStack() as sent:
            kept, read = _pipe(stdin, sent, ours=1)
            out, written = _pipe(stdout, sent, ours=0)
            err, complained = _pipe(stderr, sent, ours=0)
            line, far = socket.socketpair()
            sent.enter_context(far)
            told = json.dumps({"words": words, "cwd": str(cwd), "environ": dict(env)})
            fds = [far.fileno(), read, written, complained]
            socket.send_fds(self._opened(), [told.encode()], fds)
        reader, writer = await asyncio.open_unix_connection(sock=line)
        pid = int(await reader.readline())
        return Born(pid, kept, await _reader(out), await _reader(err), reader, writer)

    def _opened(self) -> socket.socket:
        if self._door is None or self._process is None or self._process.poll() is not None:
            self._door, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            with far:
                self._process = subprocess.Popen(  # noqa: S603  Our own words.
                    [sys.executable, "-m", "tests.nursery", str(far.fileno())],
                    cwd=ROOT,
                    stdin=DEVNULL,
                    pass_fds=[far.fileno()],
                )
        return self._door

    def close(self) -> None:
        """End it, and every child that still lives."""
        if self._process is not None and self._door is not None:
            self._door.close()
            self._process.wait()


def _may_be_born(env: Mapping[str, str]) -> bool:
    """Say whether an interpreter under *env* would be no other than one that was forked."""
    # Coverage is measured from the start of an interpreter on.
    forks = hasattr(os, "pidfd_open") and "COVERAGE_PROCESS_CONFIG" not in os.environ
    names = [name for name in {*env, *os.environ} if name.startswith(AT_START)]
    return forks and all(env.get(name) == os.environ.get(name) for name in names)


def _pipe(stream: Stream, sent: ExitStack, *, ours: int) -> tuple[int | None, int]:
    """Return our end of *stream*, if it is to be a pipe, and the child's end."""
    if stream == PIPE:
        ends = os.pipe()
        sent.callback(os.close, ends[1 - ours])
        return ends[ours], ends[1 - ours]
    if stream == DEVNULL:
        nothing = os.open(os.devnull, os.O_RDWR)
        sent.callback(os.close, nothing)
        return None, nothing
    return None, stream if isinstance(stream, int) else stream.fileno()


async def _reader(end: int | None) -> asyncio.StreamReader | None:
    if end is None:
        return None
    reader = asyncio.StreamReader()
    pipe = os.fdopen(end, "rb", buffering=0)
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), pipe
    )
    return reader


NURSERY = Nursery()


@dataclass
class Child:
    """A child as its parent knows it: *end* becomes readable when it ends."""

    pid: int
    end: int
    line: socket.socket


def tend(door: socket.socket) -> dict[str, Any]:
    """Make a child for each asking at *door*; return, in the child alone, what it is to be."""
    children: dict[int, Child] = {}
    with selectors.DefaultSelector() as looking:
        looking.register(door, selectors.EVENT_READ)
        while True:
            for key, _ in looking.select():
                if key.fd != door.fileno():
                    looking.unregister(key.fd)
                    _bury(children.pop(key.fd))
                    continue
                asked, fds, _, _ = socket.recv_fds(door, LONGEST, 4)
                if not asked:
                    _end_all(children)
                pid = os.fork()
                if pid == 0:
                    for other in children.values():
                        other.line.close()
                    looking.close()
                    door.close()
                    _take(fds[1:])
                    told: dict[str, Any] = json.loads(asked)
                    return told
                line = socket.socket(fileno=fds[0])
                for fd in fds[1:]:
                    os.close(fd)
                line.sendall(f"{pid}\n".encode())
                child = Child(pid, os.pidfd_open(pid), line)
                children[child.end] = child
                looking.register(child.end, selectors.EVENT_READ)


def _bury(child: Child) -> None:
    """Tell how *child* ended."""
    _, status = os.waitpid(child.pid, 0)
    os.close(child.end)
    with child.line, suppress(OSError):
        child.line.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())


def _end_all(children: Mapping[int, Child]) -> NoReturn:
    for child in children.values():
        os.kill(child.pid, SIGKILL)
    os._exit(0)


def _take(streams: Sequence[int]) -> None:
    """Take *streams* for one's own, and leave all else that the parent has open."""
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))
    # Those that the parent has opened remember what they were opened on.
    for number, (name, mode, buffering) in enumerate(STANDARD):
        old = getattr(sys, name)
        new = os.fdopen(
            number, mode, buffering, encoding=old.encoding, errors=old.errors, closefd=False
        )
        setattr(sys, name, new)
        setattr(sys, f"__{name}__", new)


def become(told: Mapping[str, Any]) -> None:
    """Be what `python -m` would have been."""
    signal.signal(SIGINT, signal.default_int_handler)
    os.chdir(told["cwd"])
    os.environ.clear()
    os.environ.update(told["environ"])
    time.tzset()
    path = [entry for entry in os.environ.get("PYTHONPATH", "").split(os.pathsep) if entry]
    sys.path[:] = [told["cwd"], *path, *SYSTEM]
    module, *words = told["words"]
    sys.argv[1:] = words
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    given = [entry for entry in os.environ.get("PYTHONPATH", "").split(os.pathsep) if entry]
    SYSTEM = sys.path[1 + len(given) :]
    gc.disable()
    for ahead in AHEAD:
        importlib.import_module(ahead)
    # What is shared with the children stays so, as long as nobody looks for garbage in it.
    gc.freeze()
    gc.enable()
    # Ctrl-C is told to everybody at the terminal; the end of whoever asks is the end here.
    signal.signal(SIGINT, signal.SIG_IGN)
    become(tend(socket.socket(fileno=int(sys.argv[1]))))
