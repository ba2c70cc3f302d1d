"""A process that moves a store and says how far it has come; it may be killed."""

import asyncio
import sys
from pathlib import Path

from tests.store.moves import carried


def say(said: str) -> None:
    """Print *said* at once."""
    sys.stdout.write(f"{said}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(carried(Path(sys.argv[1]), sys.argv[2], say))
