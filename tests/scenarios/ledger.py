"""What the world felt: a file outside the bot, to which each effect and each call is appended."""

import fcntl
import json
import os
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from bot.domain.clock import SystemClock

LEDGER = "REDBUTTON_DRILL_LEDGER"
"""The variable that names the ledger's file."""


@dataclass(frozen=True)
class Line:
    """One call of a step by the process *pid*, the effect it had under its *key*, or its end.

    *at* is the machine's time, in seconds.
    """

    what: str
    step: str
    key: str
    pid: int
    at: float


class Ledger:
    """Appends whole lines, each on the disk before it returns."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @classmethod
    def told(cls) -> "Ledger":
        """Return the ledger that the environment names."""
        return cls(Path(os.environ[LEDGER]))

    def called(self, step: str, key: str) -> None:
        """Note that *step* was called."""
        self._note("call", step, key)

    def effect(self, step: str, key: str) -> None:
        """Have the effect of *step* once under *key*, however often it is asked for."""
        if key not in self.effects():
            self._note("effect", step, key)

    def done(self, step: str, key: str) -> None:
        """Note that the run was told that *step* is done: it is never to be called again."""
        self._note("done", step, key)

    def effects(self) -> Counter[str]:
        """Return how many effects each key had."""
        return Counter(line.key for line in self.lines() if line.what == "effect")

    def calls(self) -> list[Line]:
        """Return the calls, oldest first."""
        return [line for line in self.lines() if line.what == "call"]

    def lines(self) -> list[Line]:
        """Return everything noted, oldest first."""
        if not self._path.exists():
            return []
        return [Line(**json.loads(line)) for line in self._path.read_text("utf-8").splitlines()]

    def _note(self, what: str, step: str, key: str) -> None:
        line = Line(what, step, key, os.getpid(), SystemClock().now().timestamp())
        handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            os.write(handle, json.dumps(vars(line)).encode() + b"\n")
            os.fsync(handle)
        finally:
            os.close(handle)
