"""`redbutton serve` for the demo: it ends when whoever holds its standard input is gone."""

import os
import runpy
import signal
import sys
from threading import Thread


def _end_with_the_demo() -> None:
    """Wait until the pipe breaks, as it does however the demo ends; then stop in good order."""
    # Read past Python's own buffer, whose lock could not be taken at the end of the process.
    while os.read(0, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    Thread(target=_end_with_the_demo, daemon=True).start()
    sys.argv[1:] = ["serve"]
    runpy.run_module("bot", run_name="__main__", alter_sys=True)
