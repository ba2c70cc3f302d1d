"""A process that opens askings until it is killed, and says which were confirmed."""

import asyncio
import sys
from itertools import count

from audit.sealing import Sealer
from bot.domain.clock import SystemClock
from bot.store.book import SqlBook
from bot.store.database import Store
from tests.store.samples import KEY, asking


async def opening_for_ever(where: str) -> None:
    """Open askings, eight at a time, and print the id of each once it is confirmed."""
    clock = SystemClock()
    store = await Store.open(where, clock=clock, key=KEY)
    book, numbers = SqlBook(store, Sealer(KEY), lambda: None), count()

    async def one_after_the_other() -> None:
        for number in numbers:
            opening = asking(clock, f"key {number}")
            await book.open(opening, within=30)
            sys.stdout.write(f"{opening.invocation.id}\n")
            sys.stdout.flush()

    await asyncio.gather(*(one_after_the_other() for _ in range(8)))


if __name__ == "__main__":
    asyncio.run(opening_for_ever(sys.argv[1]))
