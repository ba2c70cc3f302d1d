"""What dead processes had claimed, free again where nobody else can be alive."""

from sqlalchemy import update

from bot.store.database import Store
from bot.store.tables import timer

_FREE = (
    update(timer).where(timer.c.claimed_by.is_not(None)).values(claimed_by=None, claimed_at=None)
)


async def free_timers(store: Store) -> None:
    """Free every timer that is claimed. *store* must be this process's alone.

    What a killed bot was about to do would else wait until its claim is stale, a minute later.
    """
    await store.write(lambda connection: connection.execute(_FREE).rowcount)
