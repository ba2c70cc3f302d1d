"""A process that holds a slot: `python -m tests.engine.holder URL` ends with 3 when it is lost."""

import os
import sys
import threading

from bot.engine.lease import SlotLease
from tests.engine.home import QUICK

LOST = 3


def end(sentence: str) -> None:
    sys.stdout.write(f"{sentence}\n")
    sys.stdout.flush()
    os._exit(LOST)


if __name__ == "__main__":
    SlotLease(sys.argv[1], end, patience=QUICK).acquire()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    threading.Event().wait()
