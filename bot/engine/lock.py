"""One process owns the store files of a folder, and under which name it runs things."""

import fcntl
import os
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from bot.domain.errors import Misconfigured


@dataclass(frozen=True)
class Lease:
    """The right to run things as *executor_id*, which no other living process holds."""

    executor_id: str

    def __post_init__(self) -> None:
        # DBOS calls every process "local" unless told otherwise, and a process that starts under
        # the name of a living one runs that one's work a second time.
        if self.executor_id in {"", "local"}:
            raise ValueError(f"{self.executor_id!r} is no lease of one process alone.")


class FileLock:
    """Holds `redbutton.lock` in *folder* for as long as this process lives, or until released."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "redbutton.lock"
        self._descriptor: int | None = None

    def acquire(self) -> Lease:
        """Take the lock at once; raises Misconfigured, naming the holder, where it is taken."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(descriptor, 20).decode("ascii", "replace").strip() or "unknown"
            os.close(descriptor)
            raise Misconfigured(
                f"Process {holder!r} already owns the store files beside {str(self.path)!r}.",
                fix=f"Stop it with `kill {holder}`, or set `DATABASE_URL` to files of their own.",
            ) from None
        os.ftruncate(descriptor, 0)
        os.write(descriptor, str(os.getpid()).encode("ascii"))
        self._descriptor = descriptor
        return Lease("solo")

    def release(self) -> None:
        """Give the lock back; does nothing where it is not held."""
        # The file stays: removing it would let two processes lock two files of the same name.
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()
